"""What we make, at whose hands, and how far it is.

Words: a *work order* (model WorkOrder) makes given quantities by a bill; its *work lines* are what comes out,
its *work stages* are the route of the bill as it really runs; *material use* and *work output* tie lots that
went in to lots that came out: the *genealogy*. A day is *planned* (what we set out to do) or *expected* (what
we believe now). Material is *supplied* when it lies at a partner for a stage, *backflushed* when it leaves
the stock with the output; work is *reworked* when its material is a lot of the same item.
"""
