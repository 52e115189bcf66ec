"""What was said and done about a record, by people and by Loomline itself, newest first.

Words: a *note* is something a person wrote down: a plain note, a call, a meeting or an e-mail; an *entry*
is one line of a timeline, whether a note or any other event; a *field change* is one value that became
another, with who changed it and when.
"""
