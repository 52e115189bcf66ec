"""Reminding customers of what they owe.

Words: a *policy* says after how many days overdue which *level* is reached, and what each level asks for;
a *run* *proposes* a *reminder* for each customer and currency: one letter about all that is overdue,
whose highest level decides its words, fee and interest. A person looks at it, *leaves out* an invoice with a
reason, and sends or *drops* it. An invoice in *dispute*, or with a *promise* to pay by a day, *rests*. A
customer who reached a level of the policy is on *credit hold*: the credit limit is 0 until the invoices of
that level are paid. *Age* is how many days an invoice is overdue.
"""
