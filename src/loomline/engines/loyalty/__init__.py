"""Points of a loyalty programme: earned, spent by the earliest expiry, taken back, and what they may cost.

Words: *grant* is what was earned at once, with its expiry; *spend* takes points from one grant, a negative
one gives them back; *redemption* the spends of one purchase with points; *reversal* takes back what was
earned with goods that came back; *owed* are points that were taken back but were spent before; *breakage*
is the part of points that is never redeemed; *tier* is a level that earned points reach within a look-back.
"""
