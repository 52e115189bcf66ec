"""The thread of an order line: every stage back to the supplier's lot and forward to the customer.

Words: a *thread* is one order line seen through the whole chain; a *stretch* is one stage of it (a
purchase, a stage of making, a shipment); it is told as it is now or as it was at any past moment.
"""
