"""Getting goods back: from a lot to everything made of it, to the stock that is left and to who has the rest.

Words: a *recall* begins with one lot or serial number or several, its *roots*; what was made of them is
*reached* through any number of works; a *delivery* is a shipment with a reached lot in it; a *notice* tells a
customer's contact, who is then *reached* and *answers* with what was returned or destroyed. How much of what
was delivered is accounted for says how *effective* it was. The *mass balance* of lots says what came in, what
went out, what is on hand and what is left unexplained.
"""
