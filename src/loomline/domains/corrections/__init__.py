"""What was not as it should be, what became of it, and what is done so that it does not happen again.

Words: a *nonconformance* says what was found, where from, how much of it and how bad; its *disposition* is
what becomes of the goods. A *corrective action* goes after the cause in the eight *disciplines* (8D), each
a *step* with somebody who does it and a day; it is closed when a later look shows that it was *effective*.
Goods that a nonconformance is about and that are less than their lot stand *apart* until it is disposed.
"""
