"""Bringing a file's rows into one list: the same fields, rules and commands as its form, set by set.

Words: an *import* is one file on its way into one list; a *target* is a field that a column can feed; a
*rehearsal* carries the first rows out and takes them back; the *destination* is the list with what it takes.
"""
