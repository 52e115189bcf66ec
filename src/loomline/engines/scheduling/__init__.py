"""Finite-capacity schedules: which operation runs where, when and by whom.

The words, binding: a *job* is what is wanted and when; it has *operations*. An operation can be done in
*modes*: a *machine*, a duration, the *skills* and *tools* it needs. An *operator* has skills; a tool has
units. Machines, operators and tools work by a *calendar* of open times. A *link* orders two operations,
with a *lag*. The *last plan* is what was told to the floor; a *frozen* operation stays as it is there.
A *shop* is the special case of the literature (job shop, flexible job shop): machines and chains only.
A *project* is the other one (RCPSP): renewable resources and any precedence.
"""
