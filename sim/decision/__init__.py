"""Decision: a policy is asked, its answer is checked, written down and carried out."""
