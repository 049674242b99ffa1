"""Diffs: which orders two policies decide differently, what that does, and orders that show why."""
