"""Whether goods are as they should be, and what happens to those that are not.

Words: a *check plan* says what is measured of an item, at a stage or of a supplier, and between which
*limits*; it judges a lot by one figure, by a sample whose bad pieces are counted (*attributes*, with an
*AQL*), or by a sample whose pieces are measured (*variables*). A *check* is one inspection that is wanted,
passed or failed; the *severity* of a plan for a supplier is normal, tightened, reduced or discontinued; a
failed check *holds* the lot; to *decide* is to say what becomes of it, or of a part: *use as is*, *rework*,
*scrap* or *return*. A part that is reworked stands *apart*.
"""
