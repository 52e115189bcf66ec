"""What people have allowed us, what they have forbidden, and what is known about them.

Words: a *consent* says whether a person may be reached through a *channel* for a *purpose*, on which legal
*basis*; every word given or taken back is an *entry* of its history, with source, time and *proof*; a
*suppression* keeps an address from being written to and outlives the person's record, because only its
fingerprint is kept; a *trace* is anything of ours that says something about a person; to *erase* a person is
to take the words out of every trace and leave the books as they are; a *retention policy* says after how long
without contact people are erased by themselves.
"""
