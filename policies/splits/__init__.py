"""How an order is divided among warehouses: what a rule says of it, and the search for the plan that it prefers."""
