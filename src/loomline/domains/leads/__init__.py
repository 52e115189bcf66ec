"""Where leads come from, who gets them, how warm they are, and how likely a deal is won.

Words: a *form* is a page that anybody can fill in; a *submission* is what somebody sent with it; a
submission is *refused* when it looks like a machine's; the *first touch* is how somebody came to us the
first time, written once and never again; an *assignment rule* says who gets which leads; *capacity* is how
many open leads a person can look after; a *response target* says within how many minutes a lead is to be
answered; a *score model* is a set of *rules* that give points for what somebody is (*fit*) and does
(*behaviour*); a *band* is a range of scores with a name, left a little below where it is entered; a
*chance* is the probability that an open deal is won, learned from those that were decided.
"""
