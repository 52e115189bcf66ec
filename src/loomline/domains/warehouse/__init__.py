"""From a confirmed order to the goods at the customer's door.

Words: a *shipment* is what leaves together for one order; to *pick* is to take what is reserved from its
locations, a *pick list* is a shipment being picked; a *short pick* is a place that held less than the books
said; to *pack* is to put the goods into *packages*, each with an SSCC (the serial number of a transport
unit, GS1); to *ship* is to let them leave, which takes them out of stock; a *position* is where a shipment
was last seen; *expected* is the day it will arrive as things stand; the *carrier* is the party that moves it.
"""
