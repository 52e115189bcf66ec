"""Between writing an offer and the customer's answer: who must approve it, and the page the customer gets.

Words: a *policy* says from which discount or below which margin somebody must approve a quote, in *steps*
that name a threshold and the role that decides; an *approval* is asked for one quote as it stands and
collects one *decision* for each step crossed; a *letterhead* is how our letters look, and *terms* are what
they end with, one text a language; a *paper* is the PDF exactly as it was sent; a *link* opens the
customer's page of a quote until a day; a *dispatch* is one mail with the paper; *evidence* is what we keep
of the customer's answer: who, when, from where, and the fingerprint of the paper they answered to; a
*question* is what they ask on that page.
"""
