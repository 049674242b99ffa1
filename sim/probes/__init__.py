"""Probes: a policy is played in small worlds, and everything it does is looked at."""
