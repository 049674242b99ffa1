"""What is on its way to warehouses: ordered, sent, received; and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from simpy import Event

from sim import ledger as accounts
from sim.catalogue import Catalogue
from sim.clock import NEVER, STOCK, Clock
from sim.ledger import Ledger, post_at_site
from sim.money import cents
from sim.recorder import Recorder
from sim.stock.claims import Claim
from sim.stock.inventory import Inventory
from sim.stock.lots import Goods
from sim.stock.receipts import Receipts


class Purchase:
    """What one warehouse asks of one source at one moment.

    Attributes:
        number: 1, 2, ... over all warehouses; 0 for goods that nobody ordered.
        site: where the goods go.
        source: position in `Inbound.sources`; -1 for goods that nobody sent.
        ordered_at: seconds since start; -1 for goods that nobody ordered.
        per_kg: freight, in millionths of the currency.
        cost: cents that the order itself costs; told with its first row.

    """

    __slots__ = ("cost", "number", "ordered_at", "per_kg", "site", "source")

    def __init__(self, number: int, site: int, source: int, ordered_at: int, per_kg: int = 0) -> None:
        self.number = number
        self.site = site
        self.source = source
        self.ordered_at = ordered_at
        self.per_kg = per_kg
        self.cost = 0


class Load:
    """Goods of a purchase that travel together.

    Attributes:
        is_new: they are bought, and their life begins, when they are received.

    """

    __slots__ = ("goods", "is_new", "purchase", "sent_at")

    def __init__(self, purchase: Purchase, goods: Sequence[Goods], sent_at: int, is_new: bool) -> None:
        self.purchase = purchase
        self.goods = goods
        self.sent_at = sent_at
        self.is_new = is_new


class Inbound:
    """Follows purchases and loads until their goods are received.

    Goods are paid for, and freight is posted, when they arrive; an order's own cost when it is placed. Goods
    that one warehouse sends another keep their age, their expiry and what they cost.

    Attributes:
        sources: ids of suppliers and warehouses, in the scenario's order: what may stand in the journal.

    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        inventory: Inventory,
        receipts: Receipts,
        ledger: Ledger,
        recorder: Recorder,
    ) -> None:
        self._clock = clock
        self._inventory = inventory
        self._receipts = receipts
        self._ledger = ledger
        self._recorder = recorder
        self._grams: list[int] = catalogue.grams.tolist()
        self.sources = supply_sources(catalogue)
        self._number = 0
        self._on_order = inventory.on_order.reshape(-1).data
        self._sites = len(catalogue.site_ids)
        self._under_way: dict[Load, None] = {}
        self._owed: dict[Claim, Purchase] = {}

    def purchase(self, site: int, source: int, per_kg: int) -> Purchase:
        """Begin an order that is placed now; `per_kg` in millionths of the currency."""
        self._number += 1
        return Purchase(self._number, site, source, self._clock.now, per_kg)

    def expect(self, site: int, item: int, units: int) -> None:
        """Count units as on order, or no more, as a negative number."""
        self._on_order[item * self._sites + site] += units

    def owe(self, claim: Claim, purchase: Purchase) -> None:
        """Note what a depot owes."""
        self._owed[claim] = purchase

    def paid(self, claim: Claim) -> None:
        """Note that a depot owes nothing of a claim any more."""
        del self._owed[claim]

    def charge(self, purchase: Purchase, cost: int) -> None:
        """Post what an order itself costs, cents."""
        purchase.cost = cost
        self._pay(purchase.site, accounts.PURCHASE, cost)

    def load(self, item: int, site: int, units: int, received_before: int = NEVER) -> list[Goods]:
        """Take unreserved units out of a warehouse, in its order of issue; of old lots perhaps fewer."""
        goods = self._inventory.withdraw(item, site, units, received_before)
        if not self._inventory.limited[item, site]:  # stock that never ends is bought as it leaves
            self._buy(site, goods)
            return goods
        for lot in goods:
            self._inventory.record("sent", item, site, lot.units)
        return goods

    def _buy(self, site: int, goods: Sequence[Goods]) -> None:
        self._pay(site, accounts.STOCK, sum([cents(lot.units * lot.cost) for lot in goods]))

    def _pay(self, site: int, account: int, amount: int) -> None:
        """Pay an amount in cents for stock, or for having it come."""
        if amount:
            post_at_site(self._ledger, self._clock.now, site, account, accounts.CASH, amount)

    def send(self, load: Load, arrives_at: int) -> None:
        """Put a load on the road; its units must count as on order."""
        self._under_way[load] = None
        self._clock.due(arrives_at, STOCK, self._arrive, load)

    def _arrive(self, event: Event) -> None:
        load = cast(Load, event.value)
        del self._under_way[load]
        for lot in load.goods:
            self.expect(load.purchase.site, lot.item, -lot.units)
        self.receive(load)

    def receive(self, load: Load) -> None:
        """Take a load in that no longer counts as on order, or never did."""
        site, goods = load.purchase.site, load.goods
        if load.is_new:
            goods = [self._inventory.fresh(lot.item, lot.units) for lot in goods]
            self._buy(site, goods)
        freight = sum([self._write(load.purchase, lot, load.sent_at, self._clock.now) for lot in goods])
        self._pay(site, accounts.PURCHASE, freight)
        self._receipts.put_away(site, goods, "received")

    def _write(self, purchase: Purchase, lot: Goods, sent_at: int, arrived_at: int) -> int:
        """Write one row of the journal and return the freight of the lot, cents, which is due at arrival."""
        freight = cents(purchase.per_kg * self._grams[lot.item] * lot.units // 1000)
        self._recorder.add(
            "supply",
            (
                purchase.number or -1, purchase.ordered_at, sent_at, arrived_at, purchase.site, purchase.source,
                lot.item, lot.units, cents(lot.units * lot.cost), purchase.cost,
                freight if arrived_at >= 0 else 0,
            ),
        )  # fmt: skip
        purchase.cost = 0
        return freight

    def close(self) -> None:
        """Write what was ordered and has not arrived when the run ends, and check that nothing else counts as such."""
        expected = self._inventory.on_order.copy()
        for load in self._under_way:
            for lot in load.goods:
                self._write(load.purchase, lot, load.sent_at, -1)
                expected[lot.item, load.purchase.site] -= lot.units
        for claim, purchase in self._owed.items():
            goods = self._inventory.fresh(claim.item, claim.units)
            self._write(purchase, goods, -1, -1)
            expected[claim.item, purchase.site] -= claim.units
        expected -= self._receipts.door.waiting
        assert not expected.any(), "units on order that nobody sends"


def supply_sources(catalogue: Catalogue) -> list[str]:
    """Return the ids of what goods may come from: suppliers, then warehouses."""
    return [*(supplier.id for supplier in catalogue.scenario.suppliers), *catalogue.site_ids]
