"""Designs: how many replications it takes, to a precision or to select the best."""
