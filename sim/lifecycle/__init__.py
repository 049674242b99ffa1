"""An order's life: creation, fulfilment, shipping, returns, settlement."""
