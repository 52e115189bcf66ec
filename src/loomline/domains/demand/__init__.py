"""What customers will want: orders, deals, what history says, and what a planner knows better.

Words: a *series* is what one customer takes of one item from one site; *demand* is what was ordered, in the
week it was wanted for; a *run* forecasts every series; *statistical* is what a run expects; an *override* is
a planner's own figure for one week of one series, with a reason; the *forecast* of a week is the override,
else the statistical figure; orders *consume* the forecast, first of their own week, then of some weeks before
and after; what is *left* is still expected; the *pipeline* is what open deals ask for, each line times its
probability. Deals are a stream of their own: an order that came of a deal neither consumes the forecast nor
is history of it, so winning a deal changes the total by nothing but the probability. The *total* of a week is
orders, forecast left and pipeline. *Value added* is the error that one step of forecasting takes off.
"""
