"""People who work with Loomline, the teams they form and the roles that say what they may do.

Words: a *user* logs in; a *team* shares work; a *role* is a set of *grants* (permission × level); a
*system actor* is a named user without log-in in whose name jobs, rules and demos act; an *API token*
lets a program act for a user within scopes.
"""
