"""Rules: expressions over facts, texts with placeholders, schedules, loops and rates.

Expressions are CEL (`expression`); every number is a number: an amount may be compared with and multiplied
by 2 as well as 2.5. `rows` writes expressions from rows of conditions, `text` fills placeholders in a
sentence, `schedule` says when a rule that follows the clock is due, `limits` guards against rules that
call each other or run away.
"""
