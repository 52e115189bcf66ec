"""Time during which service is given: how much of it passes, and when a given amount of it is over.

Words: *opening* is one stretch of a day at which service is given, wall clock; *calendar* the openings of
the week, the closed days and the special days in one time zone; *working time* the time that passes while
the calendar is open; *allowance* the working time that a target grants; *pause* a stretch during which the
clock of one case stands still, because the customer has to answer; *due* the instant at which the allowance
is used up; *tick* one entry in the log of a clock.
"""
