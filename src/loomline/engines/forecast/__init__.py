"""Demand of many series at once: point forecasts, calibrated quantiles, and what planners do with them.

Words. A *panel* is a set of *series* of one *frequency*; a series has an id, a start and values, of which NaN
is a *gap*. The *horizon* is the number of periods after the last one of each series. A *member* is one method
of the pool; an *origin* is a period at which the past is cut to see what a member would have said
(*rolling-origin backtest*). A *combination* weighs members. A *level* is the coverage of an interval in
percent. *Intermittent* and *lumpy* series have an average demand interval (ADI) of 1.32 periods or more.
*Consumption* takes booked orders out of the forecast; *reconciliation* makes a hierarchy add up;
*forecast value added* is what a forecast is better by than the naive one.
"""
