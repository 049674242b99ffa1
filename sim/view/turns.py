"""Whose turn it is: when each warehouse was given something last."""

from __future__ import annotations

import numpy as np

from sim.arrays import read_only
from sim.limits import Tally


class Turns(Tally):
    """Numbers the allocations of a replication, from 1, and keeps that of each warehouse's last one.

    A turn that was taken stays taken, even where the shipment is moved or cancelled afterwards: otherwise a
    warehouse that fails would always be next.

    Attributes:
        last: by warehouse, 0 for none so far; it cannot be written.

    """

    def __init__(self, sites: int) -> None:
        self._count = 0
        self._last = np.zeros(sites, np.int64)
        self.last = read_only(self._last)

    def add(self, site: int, amounts: tuple[float, ...]) -> None:
        """Let a warehouse have its turn; whatever the shipment amounts to, it is one."""
        self._count += 1
        self._last[site] = self._count

    def give_back(self, site: int, amounts: tuple[float, ...], allocated_at: int) -> None:
        """Do nothing: the turn was taken."""
