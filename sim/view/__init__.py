"""What a policy sees: the live state of the network, and what can be expected of it."""
