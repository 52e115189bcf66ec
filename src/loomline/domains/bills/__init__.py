"""What goes into the things we make, and the way they go.

Words: a *bill* (of materials) says what goes into one item, or into every variant of one style; its
*route* is the chain of *stages* (dyeing, knitting, tailoring, check, packing), each of which may stand at
another partner; *scrap* is the extra share of material that a step spoils; a *phantom* is never kept in
stock: what goes into it is needed in its place; an *alternate* stands in for a material that is short;
a *co-product* or *by-product* comes out beside what is made; to *explode* a bill is to open all levels below.
"""
