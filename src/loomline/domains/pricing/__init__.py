"""What things cost whom.

Words: a *price list* holds prices in one currency; a *price* is what one unit of an item costs from a
quantity on, within a *validity* that includes its first day and excludes its last; a *customer price list*
gives a customer a list, in order of precedence; a *tier* is a class of customers (gold, trade, club) whose
lists serve everybody in it; the *default list* of a currency serves everybody else, and
the item's own list price what no list knows.
"""
