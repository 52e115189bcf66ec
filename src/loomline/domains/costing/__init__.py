"""What goods cost us, and why.

Words: a *layer* is a quantity of an item that came in together and what it was worth; a *use* is a part of
a layer that went out, with its place in the layer. The *method* of an item says which layers go first:
*FIFO* the oldest, *specific* the oldest of the same lot, *moving average* one layer in which all that comes
in is mixed, *standard* layers at a set cost with the difference as a *variance*. A *cost entry* is one line
of the insert-only cost ledger: something in, a use out, or a *change* of value. *Landed cost* is what it
took to bring goods here; when it is known late, what is still there takes its part and what was used passes
its part on to where it went: that is *repricing*. A *posting rule* says which account stands against stock
for each kind of place. The sum of the layers' values is what stock is worth, and what stands on the stock
accounts.
"""
