"""Units that leave without a customer: spoiled, scrapped, lost, or missing when somebody looks."""

from __future__ import annotations

from sim.clock import Clock
from sim.ledger import SPOILAGE, STOCK, Ledger, post_at_site
from sim.money import cents
from sim.recorder import Recorder
from sim.stock.inventory import Inventory


class Disposals:
    """Writes what was disposed of, and why, and takes its cost off the stock."""

    def __init__(self, clock: Clock, inventory: Inventory, ledger: Ledger, recorder: Recorder) -> None:
        self._clock = clock
        self._inventory = inventory
        self._ledger = ledger
        self._recorder = recorder

    def dispose(self, site: int, item: int, units: int, reason: str, cost: int) -> None:
        """Note units that are gone.

        Args:
            reason: spoiled, scrapped, shrinkage, or lost: by a carrier, who has them from the site already.
            cost: of all of them, in millionths of the currency.

        """
        if reason != "lost":
            self._inventory.record(reason, item, site, units)
        self._recorder.add("disposals", (self._clock.now, site, item, units, reason, cents(cost)))

    def write_off(self, site: int, item: int, units: int, reason: str, cost: int) -> None:
        """Note units that are gone from the stock of a site: what they cost is spoilage."""
        self.dispose(site, item, units, reason, cost)
        post_at_site(self._ledger, self._clock.now, site, SPOILAGE, STOCK, cents(cost))
