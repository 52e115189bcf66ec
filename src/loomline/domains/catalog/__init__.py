"""What we buy, make, keep and sell.

Words: an *item* is one thing with one stock-keeping number (SKU); a *style* is a design that comes in
colours and sizes, each of which is an item (its *variant*); a *unit* is what a quantity is counted in, and
every item keeps its stock in one; a *conversion* is an exact ratio between two units, for all items or for
one; a *pack* is a carton or pallet that holds a fixed quantity of an item; a *category* groups items.
"""
