"""Freight: what a carrier charges for a shipment and what it emits, each with its reasons.

Words. A *tariff* is a carrier's price list; a *zone* groups destinations; a *break* is the weight from which
a lower rate holds. *Dimensional weight* is volume divided by the tariff's divisor, *chargeable weight* the
larger of it and the actual weight, rounded up. *Deficit weight* is weight that is not there but paid for,
because the next break is cheaper. *Minimum* is the least base charge, *fuel* a surcharge in per cent,
an *accessorial* an extra service. *CO2e* is well-to-wheel, from tonne-kilometres and a *factor* whose *tier*
says how good the data is: primary, modelled or default.
"""
