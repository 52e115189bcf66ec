"""How another system's files become our records: the recipes that come with Loomline, and one's own.

Words: a *recipe* is a TOML file that maps files and columns to our records, step by step; one's *own recipe*
was written here and is kept by its name; a *fault* is one thing that keeps a recipe from being used.
"""
