"""Which part of the world belongs to whom.

Words: a *territory* is a part of the customers, told by *rules* over country, postcode and segment; its
*members* work there; a *place* says which territory a party lies in; a place is *fixed* when somebody chose
it by hand and the rules leave it alone.
"""
