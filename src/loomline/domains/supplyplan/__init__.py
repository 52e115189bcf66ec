"""What to buy, make and move next, reckoned from the live documents, and what to do to orders that exist.

Words: an item at a site is a *place of the plan*; a *requirement* is what a customer's order, a work order,
a forecast or a safety stock takes from it; a *receipt* is what an open order brings; a *planned order*
covers what both leave open and is *firmed* into a purchase order, a work order or a transfer; a *peg* ties a
quantity of one supply to one requirement; a *message* says what to do to an order that exists; a *policy*
says how an item is planned; *deployment* shares out what a site has among those it supplies; a *run* reckons
everything, a *net change* only what an event has touched.
"""
