"""How likely a case ends one way, and when: churn, win, conversion, late delivery, failure, remaining life.

Words: a *case* is one row (a customer, a deal, a lead, a shipment, a machine at one moment). The *target* is
the column that says how it ended; one value of it is the *positive* outcome. A *decided* case has a target,
an *open* one has none yet. A *trait* is a column the model may use; *left out* is a column it may not, with
the reason. The *hold-out* is the part that no step of the learning saw. *Out of fold* is what a model says
about a case that it did not learn from. The *raw* score is a log-odds (or a plain number) and the
*probability* is the calibrated one. A *reason* is what one column added to the raw score of one case. A
*unit* is a machine whose sensors are read *cycle* by cycle until it fails.
"""
