"""What we make, from what, at whose hands, and how far it is.

Words: a *bill* (of materials) says what goes into one item, or into every variant of one style; its
*route* is the chain of *stages* (dyeing, knitting, tailoring, check, packing), each of which may stand at
another partner; *scrap* is the extra share of material that a step spoils; a *work order* (model WorkOrder)
makes given quantities; its *work lines* are what comes out, its *work stages* are the route as it really
runs; *material use* and *work output* tie lots that went in to lots that came out: the *genealogy*.
A day is *planned* (what we set out to do) or *expected* (what we believe now).
"""
