"""Receipts: goods that come in are put away, and go first to those who wait for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sim.stock.claims import Claims
from sim.stock.door import Door
from sim.stock.expiry import Expiry
from sim.stock.inventory import Inventory
from sim.stock.lots import Goods


class Receipts:
    """Takes in what suppliers, other warehouses and customers send.

    Args:
        on_receipt: are told of items that a warehouse received, once those who claim them were served.

    Attributes:
        door: where goods wait that do not fit.

    """

    def __init__(
        self,
        inventory: Inventory,
        expiry: Expiry,
        claims: Claims,
        door: Door,
        on_receipt: Sequence[Callable[[Iterable[int], int], None]],
    ) -> None:
        self._inventory = inventory
        self._expiry = expiry
        self._claims = claims
        self._on_receipt = on_receipt
        self.door = door
        door.let_in = self._let_in

    def put_away(self, site: int, goods: Sequence[Goods], flow: str) -> None:
        """Put goods on the shelves of a warehouse, as far as they fit, and give them to whoever waits for them.

        What expires in this second is gone before; claims are served first come first served, then waiting
        orders are decided again.

        Args:
            flow: for the check of conservation, "received" or "returned".

        """
        self._expiry.settle()
        self._shelve(site, self.door.arrive(site, goods, flow))

    def _let_in(self, site: int) -> None:
        """Put away what waited at the door and fits by now."""
        self._expiry.settle()
        self._shelve(site, self.door.enter(site))

    def _shelve(self, site: int, goods: Sequence[tuple[Goods, str]]) -> None:
        for lot, flow in goods:
            self._inventory.record(flow, lot.item, site, -lot.units)
            self._inventory.add(site, lot)
        items = dict.fromkeys(lot.item for lot, _ in goods)
        self.give_back(items, site)
        for told in self._on_receipt:
            told(items, site)

    def give_back(self, items: Iterable[int], site: int) -> None:
        """Give units that are free again to those who wait for them; those that expired meanwhile are gone."""
        self._expiry.settle()
        for item in items:
            self._claims.serve(item, site)
