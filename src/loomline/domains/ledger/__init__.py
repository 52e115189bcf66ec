"""What the company owns, owes, earns and spends, by double entry, and what amounts are worth.

Words: an *account* gathers what is alike; its *kind* says whether it is an asset, a liability, equity,
income or an expense. A *journal entry* is one fact in money: two or more *lines*, each a *debit* or a
*credit* of one account, whose sums are equal. A *control account* is written by the house alone, because
other books prove it (stock, for one); nobody posts to it by hand. A *period* is a stretch of days, usually
a month: *open* for everything, *closing* for entries by hand only, *closed* for good. What belongs to a day
in a period that is no longer open is *posted* on the first day of the first open one. A correction is a
*reversal*, never an edit. An *exchange rate* is what one unit of a currency is worth in another from a day
on; rates are read in both directions, and the newest of a day counts.
"""
