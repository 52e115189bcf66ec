"""Selling before there is an order: who might buy, what, when and how likely.

Words: a *lead* is somebody who may become a customer and has not been looked at closely; to *qualify* one
is to make it a party and, mostly, an opportunity; an *opportunity* (people also say deal) is one possible
sale to one party; a *pipeline* is an ordered row of *stages*, each with the probability that an
opportunity standing there is won; *weighted* is amount times probability; a *category* says how a stage
counts in the forecast (pipeline, best case, commit); *evidence* is what proves a win: an accepted quote
or an order; a *slip* is a closing date moved later; a *quota* is what somebody set out to sell; an
*adjustment* is a manager's own figure beside the computed one; an *exit rule* is what a stage asks for
before it lets an opportunity go on; a *cause* is a reason from the list of reasons; to *give up* (state
abandoned) ends an opportunity that nobody won or lost; *credit* is whose deal it is, split in shares that
add up to 100; to *snooze* is to put the next step off.
"""
