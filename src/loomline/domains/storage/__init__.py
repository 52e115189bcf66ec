"""How goods find their places, and how they go from one of our sites to another.

Words: a *bin* says how much a location holds (weight, volume, pieces, handling units), which temperature it
keeps, whether it takes dangerous goods and what may lie together in it (*mixing*); its *load* is what lies
in it now; a *putaway rule* says into which *zone* (a location and all within it) goods of a kind are put, and
which of its places come first; to *put away* is to follow these rules; a *transfer* is an order to bring
goods from one site to another: it is *released* (its goods are reserved), *shipped* (they are in transit) and
*received*; what does not arrive is *missing* until somebody closes the transfer.
"""
