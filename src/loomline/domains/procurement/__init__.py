"""What we buy from suppliers: who sells what at which terms, what we ordered, what arrived.

Words: a *supplier item* says at which price, lead time and quantities a supplier sells an item; a
*purchase order* (model Purchase) is what we asked a supplier for, line by line; each line knows three
days that are never mixed: *requested* (when we want it), *confirmed* (what the supplier said) and
*expected* (what we believe now); a *receipt* is one arrival; *rejected* goods arrived and were refused,
so they are still owed; *accepted* is received less rejected.
"""
