"""Sweeps: what a value does, as a table, a text, pictures and a page."""
