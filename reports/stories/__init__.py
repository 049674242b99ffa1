"""Stories: one order in full, what became of it, and why, in every form."""
