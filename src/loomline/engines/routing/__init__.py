"""Tours of vehicles: who serves which stop, in which order, at what time.

Words: a *stop* is one visit that a customer asked for; a *shipment* is a pair of visits, pick-up and
drop, that one vehicle makes in this order; a *depot* is where vehicles start, end and reload; a *vehicle*
has a shift, loads in several dimensions, costs and skills; a *tour* is what one vehicle does in its shift,
one or more *trips* between depots; a *plan* is all tours and what stays *unserved*, each with a reason.
A *case* is a benchmark file of the literature, whose *cost* follows the rounding of its publication.
"""
