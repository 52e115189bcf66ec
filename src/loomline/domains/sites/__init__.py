"""Where things are and when work is done there.

Words: a *site* is a building or yard, ours or a party's; a *location* is a place within it (storage,
staging, quarantine, production) and carries a unique *path*; a *virtual location* belongs to no site and
stands for the world outside (supplier, customer) or for what closes the books (adjustment, scrap), so that
every move of goods has a source and a destination; a *calendar* says on which weekdays work is done, and a
*calendar day* is an exception: a holiday, or a Saturday that is worked.
"""
