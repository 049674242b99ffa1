"""The order book: all exogenous facts of one replication, drawn before anything is decided."""
