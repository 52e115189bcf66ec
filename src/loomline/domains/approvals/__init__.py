"""Who has to say yes before a document goes on: rules by amount, category, site and requester.

Words: a *rule* says for which kind of document it holds (narrowed by category of goods, site or requester)
and has *steps*: above an amount in our own currency, a role or a person decides, one level after the other;
an *approval* is asked for one document as it stands, and another amount is another question; a *turn* is
one step of it: who may decide, and what was said; a *deputy* decides for somebody who is away.
"""
