"""Whether what the books say is there is there.

Words: a *count rule* says how often stock of a class (A, B, C) is counted and how far a count may be off; a
*count request* asks for a count out of turn, because something was not where the books said; a *count sheet*
is a round of places to count, *blind* when it does not say what the books expect; while it runs its places
are *frozen*: nothing comes in or goes out. What is off by more than the rule allows is counted again
(*recount*) and then needs somebody's *approval*; *accuracy* is the share of counted lines that were right.
"""
