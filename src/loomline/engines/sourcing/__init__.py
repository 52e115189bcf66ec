"""Sourcing: what matters how much, which supplier comes first, and how an award is split.

Words. A *criterion* has a *weight*; weights add up to 1. A *judgement* says how much more one criterion
matters than another, on Saaty's scale of 1 to 9. *Consistency ratio* is how far judgements contradict each
other, at most 0.10 by custom. An *alternative* is a supplier or an offer to be ranked, *closeness* its place
between the worst (0) and the best (1). A *bid* is a supplier's offer for an item with prices by quantity, an
*award* the quantity given to it, an *incumbent* a supplier who serves the item today.
"""
