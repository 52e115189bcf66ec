"""What the whole record says today: decisions, figures, the chain, risks.

Words: a *decision* is something that waits for a person and costs something when it waits longer; a
*figure* is a key figure with its trend; a *station* is one stage of the chain with what stands in it.
"""
