"""Everybody we deal with, once each, whatever they are to us.

Words: a *party* is a person or an organisation; a *role* says what it is to us (customer, supplier,
carrier, ...) and from when until when, and one party may have several; *terms* are what was agreed with a
customer or a supplier; a *contact point* is an e-mail address, a phone number or a web page; an *address*
is a place mail or goods go to; a *relationship* ties a person to an organisation; an *identifier* is a
number that others know a party by (EORI, DUNS, GLN); *portal access* lets a user see one party's records.
"""
