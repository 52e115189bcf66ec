"""What if: named changes laid over the live data, planned apart, compared, and carried over in part.

Words: a *scenario* is a named list of *changes*; to *plan* it reads the live documents, lays the changes over
them in memory and keeps what comes of it in tables of its own; the *live plan* is reckoned at the same moment
and by the same rules, so that both compare. A change is a *decision* where we can make it so (forecast,
policy, lead time, capacity) and an *assumption* where others decide (orders, purchases, deals, suppliers);
decisions and planned orders are *chosen* and *carried over* when those who decide have said yes. Until then
nothing but the scenario's own tables is written.
"""
