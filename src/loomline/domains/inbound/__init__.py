"""Goods that suppliers have announced: what is on its way to us, before it arrives.

Words: a *shipping notice* says what a supplier has sent or will send of one purchase order, line by line
with lots, by whom it is carried and when it will arrive. It is *announced*, then it has *arrived*, with the
receipt that took it in; or it is *withdrawn*. What is announced is no receipt: stock and debts begin when
goods arrive.
"""
