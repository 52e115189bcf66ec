"""Where work is done, when, and how much of it a day holds.

Words: a *work centre* is a group of like machines or places at one site, ours or a partner's; a *shift* is
the hours it works on some weekdays; a *window* is a time in which it works less than its shifts say (planned
*downtime*: maintenance, a repair) or more (*overtime*); its *capacity* is the machine minutes that remain,
day by day, and its *efficiency* the share of them that becomes standard minutes of work.
"""
