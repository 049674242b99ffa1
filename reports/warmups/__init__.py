"""Warm-ups: how much of the beginning of a run to leave out, and whether that is enough."""
