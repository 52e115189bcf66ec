"""Pages for people who work in the store with a scanner in the hand: one field, one thing to do at a time.

Words: a *code* is what a scanner sends, a number or a GS1 element string; to *scan* is to type a code and
Enter into the one field of a page; a *step* is such a page, and all it knows stands in its address; what a
step *shows* is read from a distance, what it *asks* goes into its field. Nothing is kept here: a step ends
in a command of the domain whose goods it is about.
"""
