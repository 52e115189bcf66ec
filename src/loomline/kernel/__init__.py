"""What every domain stands on: context, commands, events, states, audit. Knows no business.

Words: a *record* is an audited row; a *document* is a record with a number and a state; a *ledger* is a
record that is only ever added to; a *command* is one use case; an *event* is what it tells; a *port* is a
question asked upwards; a *refusal* is a no in the user's words.
"""
