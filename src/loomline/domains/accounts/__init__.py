"""People who work with Loomline, the teams they form and the roles that say what they may do.

Words: a *user* signs in; a *person* is a user of flesh and blood, a *system actor* a named user without
sign-in in whose name jobs, rules and demos act; an *administrator* may do everything; a *team* shares
work; a *role* is a set of *grants* (permission or pattern × level); a *session* is one browser that is
signed in; a *second factor* is the code of an authenticator app, a *recovery code* stands in for it once;
a *one-time link* proves that a mailbox is somebody's (invitation, new password, new address); an *API
token* lets a program act for a user within *scopes*; an *attempt* is one try to get in, counted so that
guessing is slow.
"""
