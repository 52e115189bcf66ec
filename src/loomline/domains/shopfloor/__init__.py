"""What happens at the machines: who works on what, why it stands, what came out, and what that says.

Words: a *job* is a stage of a work order at the work centre that does it; a *time entry* is a span of
set-up, run or stop at one machine; a *stop reason* says which of the six big losses a stop belongs to, a
*scrap reason* why pieces were not good; a *report* is what came out of a job, good and rejected; the
*effectiveness* (OEE) of a centre is availability x performance x quality of its planned time; its *load* is
the standard minutes that wait for it, beside its capacity. The record *as built* says what really went into a
work order and came out, and what differs from bill and plan.
"""
