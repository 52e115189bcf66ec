"""What was agreed with suppliers for a time: prices, quantities, rebates and what being late costs.

Words: a *contract* holds for a supplier from a day to a day, in one currency; an *agreed price* is for an
item from a quantity on, for some days, and may move with an *index* by a share of it; a *commitment* is what
we promised to buy in the time, and its *burn-down* how far that is; a *rebate* comes back when we bought
enough; a *penalty* is owed for goods that come late or are rejected; *dues* are what came of them, written
down and settled or waived; *off contract* is what was bought elsewhere, or dearer, although a contract held.
"""
