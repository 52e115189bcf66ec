"""Agreements between domains: one file each, none longer than a page."""
