"""What we offer and what we have promised to customers.

Words: a *quote* is an offer, valid until a day; a *version* of it replaces the one before, which is then
*superseded*; an *order* is what the customer has bought; a *line* is one item of either; *wanted* is the
day the customer asked for, *promised* the day we confirmed, *expected* the day it will be as things stand,
and the *cause* says why the last two differ; to *amend* is to change an order that was already confirmed,
which writes a *revision* with the difference; *exposure* is what a customer would owe us if everything
ordered were delivered today; *net* is without tax, *total* with it, and prices are per stock unit.
"""
