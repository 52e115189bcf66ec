"""What stands behind each promise, and what a delay moves.

Words: a *demand* is a record that needs goods (an order line, a work order); a *supply* is one that
brings them (a work order's line, a purchase line); a *peg* ties a quantity of one to the other; to
*follow* a supply is to carry its new date up to the orders that stand on it.
"""
