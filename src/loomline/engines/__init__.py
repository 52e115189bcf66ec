"""Algorithms as a plain library: arrays and dataclasses in, the same out.

No Django, no database, no clock; a seed where chance is used. Long runs take a Watch, bad input raises
BadInput, and libraries that are slow to import come through `heavy`.
"""
