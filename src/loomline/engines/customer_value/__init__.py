"""What customers are worth: how often and how long they will still buy, for how much, and who is like whom.

Words: *transaction* is one line of money, a refund when negative; *purchase* all that a customer bought on
one day, net of refunds; *frequency* (x) the purchases after the first; *recency* (t_x) the time from the
first purchase to the last; *age* (T) the time from the first purchase to the end of the observation;
*alive* a customer who may still buy; *calibration* the time a model is fitted on and *hold-out* the time
after it that the model has not seen; *CLV* the discounted margin of the purchases to come; *cohort* the
customers whose first purchase lies in one period.
"""
