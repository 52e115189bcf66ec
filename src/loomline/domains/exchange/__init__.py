"""Taking other systems' records over, and giving ours away.

Words: a *recipe* says how another system's files become our records; a *takeover* is one run of it; a
*rehearsal* does all of a takeover and keeps the report alone; a *foreign key* remembers which record of ours
stands for which record of theirs, and what it looked like.
"""
