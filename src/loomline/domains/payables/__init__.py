"""What suppliers ask of us, and what we owe them.

Words: a *supplier invoice* is what a supplier asks of us under *their number*. Its lines are *allocated* to
receipts, many to many: one received quantity is billed once. It is *matched* with what was received and
agreed, line by line: what a line asks above that is its *difference*, the part by quantity and the part by
price kept apart. A *tolerance* says how much of each may be; what asks for more is *held* until somebody
*releases* it. Then it is *approved* and paid. A supplier invoice that is *rejected* goes back, and a
corrected one may come under the same number. A supplier's *credit note* gives back a *quantity* or a part of
a *price*, of lines of posted invoices or standing alone; once posted it is *used* for invoices of the same
supplier, and what is not used is *open*. *Consigned* goods lie with us and are the supplier's; they become
ours when they are taken over, which is their *consumption*, and it is *settled* by a supplier invoice once.
"""
