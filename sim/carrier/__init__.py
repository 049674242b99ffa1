"""Carriers: prices, contracts, pickups, capacity and disruptions of their services."""
