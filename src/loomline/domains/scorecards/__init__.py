"""How well suppliers did in a period, reckoned from what happened and from nothing else.

Words: a *measure* is a figure that orders, receipts, checks and nonconformances give; a *rule* says what of
it earns no points, what all of them, and how much it weighs; a *score* is what a supplier reached in a
period, with every figure it was reckoned from; its *standing* follows from the points. A supplier who sees
its score may *dispute* it; that is *settled* by reckoning it again or by an answer.
"""
