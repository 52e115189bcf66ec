"""What will be sold: three numbers beside each other, how they moved, and how right they were.

Words: a *period* is a month or a quarter, [first day, day after the last); a *scope* is the company, a team
or a person; the *weighted* figure multiplies amounts by probabilities, the *roll-up* adds what owners put
their word on, with the manager's own figure beside it, and the *statistical* figure continues history and
knows no deal; a *snapshot* is every deal as it stood one week, never changed; the *bridge* explains how the
pipeline of a period went from one snapshot to another: *new*, *pulled in* from another period, *changed*,
*won*, *lost* and *slipped* out of the period; *accuracy* holds what was forecast so many days before the end
against what came.
"""
