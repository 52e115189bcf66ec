"""Stocking: how much to hold and to order, where, and what service that buys.

Words. *Demand* is per period; *lead time* in periods of the same length. *Holding* is the cost of a unit
and period in stock, *shortage* that of a unit and period owed, *setup* that of one order. *Position* is on
hand plus on order less backorders. *Reorder point* is s or r, *order quantity* Q, *order-up-to level* S,
*review interval* R. *Cycle service* is the share of cycles without a shortage, *fill rate* the share of
demand met from the shelf. *Service time* is the delay that a stage promises, *net replenishment time* what
its safety stock must cover.
"""
