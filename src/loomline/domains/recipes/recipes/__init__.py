"""Recipes that come with the product: one TOML file each, read by engines/mapping.py."""
