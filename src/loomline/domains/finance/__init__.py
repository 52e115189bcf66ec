"""What customers owe us, and what has been paid.

Words: an *invoice* asks a customer for money; it is *posted* when it gets its number, which has no gaps,
and from then on never changes; a *credit note* takes an invoice back, wholly or in part; a *payment* is
money that came in, an *allocation* says which invoice it settles; *open* is what is still owed, *overdue*
what is owed after the due day.
"""
