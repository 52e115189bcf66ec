"""Every day that was given to a customer, and whether it was kept.

Words: a *promise* is one day given to one customer for one thing (a line of a quote or an order), by
somebody, at a moment, on a basis; what is promised anew for the same thing *supersedes* it, and the row that
superseded nothing is the *first* promise, the one that counts; a promise *binds* once the customer has said
yes; it is *kept* when the thing was there by its day, *broken* when it was not, *withdrawn* when it was given
up before; the *rate* is the share of the first promises due that were kept (K17).
"""
