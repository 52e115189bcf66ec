"""When an event comes: survival curves from cases of which some have not had it yet.

Words: the *duration* of a case runs from its start to the event or to the day it was last seen; a case
without the event is *censored*. *Survival* at t is the share that goes without the event beyond t, the
*hazard* the rate of events among those still without.
"""
