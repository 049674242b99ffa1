"""How replications are played: many, here or on a cluster; and one again, to tell its story."""
