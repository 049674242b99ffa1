"""Warehouses: stations, queues, shifts, and how goods are handled."""
