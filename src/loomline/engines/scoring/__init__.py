"""How warm a lead and how well a customer is, in points that are all explained.

Words: *rule* gives points for a fact of the profile (fit) or for each event of a kind (behaviour); *line*
is one entry of the explanation, the lines of a score add up to it exactly; *half-life* the time after which
the points of an event count half; *cap* what a rule or a group of rules gives at most; *band* a range of
scores with a name, entered above one score and left below a lower one; *driver* one measure of health.
"""
