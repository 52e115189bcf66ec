"""What a company lets happen by itself: when this happens, if that is so, then do these things.

Words: a *rule* says when, if and then; its *trigger* is an event that was told, a field that was changed, a
record that was added, or a *schedule*; its *condition* is an expression over *facts* (of the event, of the
record, of the day); an *action* is one command with its arguments. What is being written is the *draft* of a
rule; to *activate* it makes a *version*, which never changes again. A *cause* is what set a version off; a
*run* is all that it did for one cause, a *step* one action on one record. To *rehearse* is to do everything
and take it back at once; *reach* is which records a rule would have worked on. The *owner* of a rule lends it
their rights; the actor that is seen is "Rules". A *loop* is a rule that its own effects would set off again.
"""
