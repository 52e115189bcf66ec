"""Which touches an order is owed to: rules per order, and credit of channels learnt from many paths.

Words: *touch* is one contact that came before an order (a click, a call, a fair); *channel* is where it
came from; *conversion* what is credited, an order with its amount or margin; *share* the part of one
conversion that a touch gets, the shares of a conversion add up to 1; *credit* that part in money, the
credits of a conversion add up to its amount to the cent; *path* the channels of one customer in the order
of time, whether it ended in a conversion or not.
"""
