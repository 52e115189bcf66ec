"""Demos: stories told in commands."""
