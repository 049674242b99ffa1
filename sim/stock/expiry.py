"""Expiry: a lot is dead at its second, by an event of its own, and nobody sweeps the shelves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import cast

from simpy import Event

from sim.clock import STOCK, Clock
from sim.stock.disposals import Disposals
from sim.stock.inventory import Inventory
from sim.stock.lots import Lot


class Expiry:
    """Lets lots expire; lots that expire in one second, wherever they lie, share one event.

    Attributes:
        on_loss: called, once all lots of a second are gone, with the holders of reserved units, first come first,
            and the lots that each of them held units of.

    """

    def __init__(self, clock: Clock, inventory: Inventory, disposals: Disposals) -> None:
        self._clock = clock
        self._inventory = inventory
        self._disposals = disposals
        self._lots: dict[int, list[tuple[int, int, Lot]]] = {}
        self.on_loss: Callable[[Mapping[Hashable, Sequence[Lot]]], None]
        inventory.watch_lots(self._watch)

    def _watch(self, item: int, site: int, lot: Lot) -> None:
        """Let a lot expire in its time; one that came too late expires now."""
        at = max(lot.expires_at, self._clock.now)
        lots = self._lots.get(at)
        if lots is None:
            self._lots[at] = [(item, site, lot)]
            self._clock.due(at, STOCK, self._expire, at)
        else:
            lots.append((item, site, lot))

    def _expire(self, event: Event) -> None:
        if cast(int, event.value) in self._lots:
            self.settle()

    def settle(self) -> None:
        """Let what expires in this second expire now: before anything is received or given to anybody."""
        losses: dict[Hashable, list[Lot]] = {}
        for item, site, lot in self._lots.pop(self._clock.now, ()):
            if lot.units:
                for holder in lot.holders:
                    losses.setdefault(holder, []).append(lot)
                units = lot.units
                self._inventory.remove(item, site, lot)
                self._disposals.write_off(site, item, units, "spoiled", units * lot.cost)
        if losses:
            self.on_loss(losses)
