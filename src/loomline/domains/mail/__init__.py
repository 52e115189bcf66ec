"""Letters to and from the people we deal with, beside what they are about.

Words: a *mailbox* is an account at a mail server, one person's or shared; a *message* is one letter, kept
once however many mailboxes it lies in (its *copies*); a *thread* is a letter with the answers to it; a
*link* ties a message to a deal, an order or another record; a thread is *unmatched* while we do not know
whom it is with; the *privacy* of a mailbox says what colleagues see of its letters: nothing (private), that
there was one (metadata), its subject, or all of it (full); a *template* is a letter with gaps.
"""
