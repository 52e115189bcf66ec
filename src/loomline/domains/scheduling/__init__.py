"""Which operation runs on which machine, when, and what holds it back: the schedule of all work centres.

Words: an *operation* is a stage of open work as it is placed on one machine of its work centre, ours or a
partner's; a stage without a work centre runs by its days, as many side by side as it takes. It is *settled*
while it runs or starts within the *stability limit* of its work centre, and *pinned* where a planner has put
it; neither is moved by the others. Its *reason* says what its start waits for. A *run* has placed operations:
at once by rules, by improving what is kept, or by moving one of them.
"""
