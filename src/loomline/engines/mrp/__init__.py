"""MRP: what to make, buy and move, how much, when and for whom; what can be promised; what a delay hits.

Words. An *item* is a thing at a place: the same thing at two sites is two items. A *bill* says which
*components* an order of an item takes (and which *co-products* it gives); a *lane* is the bill of a transfer.
A *demand* is a customer order or a forecast; a *requirement* is what an item must cover: a demand, or the
need of an order for a component. A *receipt* is an order that exists, a *planned order* one that the plan
proposes. *Need*, *due* and *start* of an order: when the quantity is wanted, when it arrives (need less
safety time), when it begins (due less lead time). A *peg* ties a quantity of a supply to a requirement. Times
are whole seconds from the start of the plan; a *bucket* is a day or a week of the grid.
"""
