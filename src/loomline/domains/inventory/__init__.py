"""What lies where, in which lot, for whom, and how it came there.

Words: a *lot* is a quantity of one item made or bought together and known by a number; a *stock move* is one
entry of the ledger: a quantity of an item, and of a lot, from one location to another; a *balance* is the
sum of the moves of an item, lot, owner, location and handling unit and can be rebuilt from them; *on hand*
is what a balance holds, *reserved* is what of it is promised, *free* is the rest; the *owner* of stock is
the party whose goods they are, nobody said means ours; a *handling unit* is a pallet, carton or crate that
is moved as one, may lie within another one (*nested*) and is known by its *SSCC*; a *reservation* keeps
stock for a cause (*origin*: the kind and key of the record that needs it); to *hold* a lot is to stop its
use until somebody decides, to *block* it is to stop it for good. A correction is a *reversal* or a *count*,
never an edit.
"""
