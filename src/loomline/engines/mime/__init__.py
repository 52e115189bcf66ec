"""Letters: read, threaded, split from what they quote, cleaned, their files told by content.

Words: a *letter* is one e-mail as it was read; its *topic* is the subject without "Re:" and "Fwd:"; its *own
text* is what the writer added above what they quote.
"""
