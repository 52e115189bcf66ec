"""Which supplier gets what: asked of several, answered by each alone, compared, decided and kept.

Words: a *request* (model Rfq, request for quotation) asks several suppliers for the same goods; an
*invitation* is one supplier asked; a *bid* is a supplier's offer for one line, with *price breaks* (from a
quantity on a price), a *least* and a *most* quantity; *landed* is what one unit costs at our door in the
currency of the request: price at the day's rate, duty on it and freight; a *criterion* has a *weight*; a
*decision* is who gets how much and why, with all that was known, and never changes; an *award* is its part
for one bid.
"""
