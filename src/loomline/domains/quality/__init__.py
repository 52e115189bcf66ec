"""Whether goods are as they should be, and what happens to those that are not.

Words: a *check plan* says what is measured of an item or at a stage, and between which *limits*; a *check*
is one measurement that is wanted, passed or failed; a failed check *holds* the lot; to *decide* is to say
what becomes of it: *use as is*, *rework* or *scrap*.
"""
