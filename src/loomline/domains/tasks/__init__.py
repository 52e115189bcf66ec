"""What people have to do, and what they should hear of.

Words: a *task* is one thing that one person has to do by a day, about a record or on its own; it is
*snoozed* until a day before which nobody wants to see it; a *notice* tells a person of something: a task
given to them, their name in a note, a letter that was not sent, a day that is due; notices about the same
thing within five minutes are one; a record is *muted* by somebody who wants no notices about it.
"""
