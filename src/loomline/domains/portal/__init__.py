"""What customers and suppliers see of us when they sign in, on pages of their own: customers their quotes,
orders, shipments and invoices; suppliers what they are asked to offer and what was ordered from them.

Words: somebody is *outside* when all their rights end at their own company's records; they have the portal
and their own account, and nothing else of the house opens for them.
"""
