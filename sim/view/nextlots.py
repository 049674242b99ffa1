"""Which lots a warehouse would take units from: by its order of issue, what is free of them, and how long they live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.arrays import Ints
from sim.clock import NEVER
from sim.stock.inventory import UNLIMITED
from sim.stock.lots import ISSUE, Lot, Lots
from sim.view.visibility import StockView


class Share(NamedTuple):
    """What would be taken from one lot.

    Attributes:
        units: taken.
        through: free units up to this lot, its own included, that leave no later than it does.
        received_at, expires_at: seconds since start.

    """

    units: int
    through: int
    received_at: int
    expires_at: int


class Picked(NamedTuple):
    """The lots that some units of an item would be taken from. Arrays by warehouse.

    Attributes:
        received_at: of the lot that leaves first; NEVER where nothing lies, and for stock that never ends.
        expires_at: of that lot; NEVER for what lasts.
        free: its units that nobody reserved.
        mixed: by position of a warehouse for which that lot is not enough, or too old: all that it would take.

    """

    received_at: Ints
    expires_at: Ints
    free: Ints
    mixed: Mapping[int, tuple[Share, ...]]


class NextLots:
    """Knows the first lot of every cell of the items it was asked about; only cells that changed are looked at again.

    Args:
        stock: as policies see it.

    """

    def __init__(self, stock: StockView) -> None:
        self._lots: Lots = stock.lots
        self._on_hand = stock.on_hand
        self._changed = stock.lots.watch()
        self._sites = len(stock.on_hand[0])
        # By item and order of issue: received at, expires at and free units of the first lot, each by warehouse.
        self._first: dict[int, dict[str | None, Ints]] = {}

    def of(self, item: int, units: int, alive_at: Ints | None = None, issue: str | None = None) -> Picked:
        """Return what units of an item would be taken from at each warehouse; where there are fewer, all of them.

        Args:
            alive_at: second until which lots must live, by warehouse; None: whatever their age.
            issue: a key of `lots.ISSUE`; None: as each warehouse does.

        """
        received_at, expires_at, free = self._up_to_date(item, issue)
        received_at = np.where(self._on_hand[item] > 0, received_at, NEVER)
        short = free < units
        if alive_at is not None:
            short |= expires_at < alive_at
        mixed = {}
        for site in short.nonzero()[0].tolist():
            until = 0 if alive_at is None else int(alive_at[site])
            mixed[site] = self._shares(item, site, units, until, issue)
        for array in (received_at, expires_at, free):
            array.flags.writeable = False
        return Picked(received_at, expires_at, free, mixed)

    def _up_to_date(self, item: int, issue: str | None) -> Ints:
        for cell in self._changed:
            changed, site = divmod(cell, self._sites)
            for order, first in self._first.get(changed, {}).items():
                first[:, site] = self._look(changed, site, order)
        self._changed.clear()
        orders = self._first.setdefault(item, {})
        if issue not in orders:
            looks = [self._look(item, site, issue) for site in range(self._sites)]
            orders[issue] = np.array(looks, np.int64).T
        return orders[issue]

    def _look(self, item: int, site: int, issue: str | None) -> tuple[int, int, int]:
        """Return when the first lot of a cell that has free units was received, when it expires, and these units.

        A cell without lots holds what it opened with; what never runs out is never short.
        """
        lots = self._lots.of(item, site)
        if lots is None:
            return (0 if self._on_hand[item, site] < UNLIMITED else NEVER), NEVER, UNLIMITED
        for lot in _in_order(lots, issue):
            if lot.units > lot.reserved:
                return lot.received_at, lot.expires_at, lot.units - lot.reserved
        return NEVER, NEVER, UNLIMITED

    def _shares(
        self, item: int, site: int, units: int, alive_at: int, issue: str | None
    ) -> tuple[Share, ...]:
        shares = []
        through = 0
        for lot in _in_order(self._lots.of(item, site) or [], issue):
            free = lot.units - lot.reserved
            if free > 0 and lot.expires_at >= alive_at:
                through += free
                taken = min(units, free)
                shares.append(Share(taken, through, lot.received_at, lot.expires_at))
                units -= taken
                if not units:
                    break
        return tuple(shares)


def _in_order(lots: list[Lot], issue: str | None) -> list[Lot]:
    return lots if issue is None else sorted(lots, key=ISSUE[issue])
