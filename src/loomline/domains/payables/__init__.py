"""What suppliers ask of us, and what we owe them.

Words: a *supplier invoice* is what a supplier asks of us under *their number*; it is *matched* with what was
received and agreed, line by line, before it is *approved* and paid; what it asks above that is its
*difference*. A supplier invoice that is *rejected* goes back, and a corrected one may come under the same
number.
"""
