"""Rank keys by how busy a warehouse is."""

from __future__ import annotations

import numpy as np

from policies.case import Column
from policies.keys.key import Key
from sim.network import Network


class Backlog(Key):
    """Shipments in the building, queued or in work."""

    name = "backlog"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        backlog = network.backlog
        return lambda case: backlog.astype(np.float64)
