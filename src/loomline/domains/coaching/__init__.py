"""Helping people sell: what to ask in each stage, what to do each week, and a page to talk about it.

Words: a *playbook* belongs to a stage and holds questions and *assets* (what helps to answer them); a
question that is *needed* keeps a deal in the stage until it is answered; an *activity target* is how many
calls, meetings and the like somebody wants to do in a week; a *review* is a note on a talk between a seller
and whoever coaches, with what they agreed; a deal is *single-threaded* when we have spoken with one person
of the customer at most.
"""
