"""What customers send back, and what becomes of it.

Words: a *return* is what a customer sends back of one order, known by a number that lies in the parcel; it is
*requested*, *approved* or *refused*, *received* when goods of it are here, *inspected* when all of them were
looked at, *settled* when the customer has what is due, and *closed*; what never came is *called off*. A
*finding* is a quantity that was looked at: its *grade* says how good it is, its *disposition* where it goes,
its *settlement* what the customer gets for it. The *returns place* is where goods wait to be looked at, the
*repair place* where they wait to be put right. A *reason* may promise a *warranty* of so many months from the
delivery.
"""
