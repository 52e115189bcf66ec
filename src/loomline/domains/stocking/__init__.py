"""How much of each thing to keep where, and what the service costs that it buys.

Words: a *place* is an item at a site of ours; a *recommendation* says how a place should be stocked, from
what was really taken and how long it really took to come; its *figures* are what it was reckoned from; a
*round* reckons all places anew; it is *accepted* into the planning policy of the supply plan or *dismissed*
with a reason; *excess* is stock beyond so many weeks of demand, *dead* is stock that nobody has taken for so
long; the *exchange curve* shows what service costs in safety stock over all places; a *chain* is a network of
*stages* that supply each other by *links*; *placing* its safety stock gives each stage the service time that
it should promise.
"""
