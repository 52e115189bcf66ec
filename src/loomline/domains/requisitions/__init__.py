"""What people need bought, before it is bought: asked for, approved, ordered.

Words: a *requisition* says what is needed, when, where and what for, with what it will cost as far as is
known (the *estimate*, in our own currency); it is *submitted*, *approved* or *refused* with a reason, and
*ordered*: a draft purchase order for each supplier. What an approved requisition covers is not approved
again on the purchase order, as long as it does not cost more.
"""
