"""The desk of returned lines: sees what comes back to its end.

A returned line is inspected at a station of the site it goes to, beside that site's shipments, and then lies on the
shelf again, as old as it was, or is scrapped; its customer gets the money back or a replacement.

Of a line that was picked by mistake the right units are shipped again as soon as the customer sees it, and the wrong
ones come back. What was picked in their place is booked as the item itself.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from simpy import Event

from sim.catalogue import Catalogue
from sim.clock import DELIVERY, MINUTE, NEVER, Clock
from sim.distance import UNKNOWN
from sim.ledger import CASH, PURCHASE, RETURNS, STOCK
from sim.lifecycle.fulfilment import Fulfilment
from sim.lifecycle.notices import Notices
from sim.lifecycle.payment import Payments
from sim.lifecycle.returnedline import Reason, ReturnedLine
from sim.lifecycle.returnfacts import ReturnFacts
from sim.lifecycle.settlement import Settlement
from sim.memo import Memo
from sim.money import cents, micros
from sim.order import Shipment
from sim.recorder import Recorder
from sim.scenario.aftersales import ReturnCosts
from sim.stock.disposals import Disposals
from sim.stock.inventory import Inventory
from sim.stock.lots import Goods
from sim.stock.receipts import Receipts
from sim.warehouse.warehouses import Warehouses
from sim.warehouse.work import Work


class Returns:
    """The desk of returned lines: told of deliveries, it sees what comes of them to the end.

    Without a section `returns` customers keep everything, and what was picked by mistake is back where it came from
    in the second of its delivery, at no cost and without anybody's work.
    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        facts: ReturnFacts,
        inventory: Inventory,
        warehouses: Warehouses,
        receipts: Receipts,
        disposals: Disposals,
        fulfilment: Fulfilment,
        payments: Payments,
        notices: Notices,
        settlement: Settlement,
        recorder: Recorder,
    ) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._inventory = inventory
        self._warehouses = warehouses
        self._receipts = receipts
        self._disposals = disposals
        self._fulfilment = fulfilment
        self._payments = payments
        self._notices = notices
        self._settlement = settlement
        self._recorder = recorder
        terms = catalogue.scenario.returns
        self._is_inspected = terms is not None
        self._to = "origin" if terms is None else terms.to
        costs = ReturnCosts() if terms is None else terms.costs
        self._label, self._inspect = cents(micros(costs.label)), cents(micros(costs.inspect))
        self._refurbish = micros(costs.refurbish)
        self._expected_s = 0.0 if terms is None else terms.inspect_minutes.average * MINUTE
        self._price: list[int] = catalogue.price.tolist()
        self._nearest: Memo[tuple[int, int], int] = Memo(self._nearest_site)
        self._facts = facts
        self._under_way: dict[ReturnedLine, None] = {}

    # -- at the customer --------------------------------------------------------------------------------

    def delivered(self, shipment: Shipment) -> None:
        """Have come back what of a parcel will, and what was picked by mistake be shipped again."""
        facts, micro = self._facts, 0
        if not facts.any:
            return
        again: list[tuple[int, int]] = []
        for line, item, units in shipment.lines:
            reason: Reason = "customer"
            if facts.is_wrong(shipment, line):
                again.append((line, units))
                reason = "wrong_item"
            elif facts.is_sent_back(shipment, line, item):
                shipment.order.units_returned += units
            else:
                continue
            goods = self._goods(shipment, item)
            # Rounded over the parcel, so that all of its lines together cost what the parcel did.
            before = cents(micro)
            micro += sum(found.units * found.cost for found in goods)
            site = self._site(shipment, item)
            self._send(ReturnedLine(self, shipment, line, site, goods, cents(micro) - before, reason))
        if again:
            self._fulfilment.ship_again(shipment.order, again, shipment.number, "wrong_item")

    def _goods(self, shipment: Shipment, item: int) -> list[Goods]:
        """Return the units of an item that a parcel brought, by the lots they were picked from."""
        found = []
        for picked, units, lot in shipment.picks:
            if picked != item:
                continue
            if lot is not None:
                found.append(Goods(item, units, lot.received_at, lot.expires_at, lot.cost))
                continue
            goods = self._inventory.fresh(item, units)
            received_at = 0
            if not self._inventory.limited[item, shipment.site]:
                received_at = shipment.started_at  # bought when it was picked
            if goods.expires_at < NEVER:
                goods = goods._replace(expires_at=goods.expires_at - goods.received_at + received_at)
            found.append(goods._replace(received_at=received_at))
        return found

    def _site(self, shipment: Shipment, item: int) -> int:
        """Return the warehouse that a line goes to."""
        if self._to == "origin":
            return shipment.site
        if self._to == "nearest":
            return self._nearest[shipment.order.region, item]
        return self._catalogue.site_index[self._to]

    def _nearest_site(self, region: int, item: int) -> int:
        """Return the warehouse nearest to a region that may keep an item."""
        distance = self._catalogue.distance_m[region]
        possible = self._catalogue.keeps[item] & (distance != UNKNOWN)
        return int(np.where(possible, distance, np.iinfo(np.int32).max).argmin())

    def _send(self, returned: ReturnedLine) -> None:
        returned.order.live += 1
        self._under_way[returned] = None
        at = self._clock.now + self._facts.delay_s(returned)
        self._clock.due(at, DELIVERY, self._hand_in, returned)

    # -- at the site ------------------------------------------------------------------------------------

    def _hand_in(self, event: Event) -> None:
        """Take a returned line in: its label is paid, and it waits for its inspection."""
        returned = cast(ReturnedLine, event.value)
        returned.received_at = self._clock.now
        if not self._is_inspected:
            self._put_away(returned)
            return
        self._spend(returned, self._label)
        self._warehouses.sites[returned.site].submit(returned)

    def expected_s(self, returned: ReturnedLine, work: Work) -> float:
        """Return the mean seconds of an inspection; the site's own work is that of shipments."""
        return self._expected_s

    def start(self, returned: ReturnedLine, work: Work) -> int:
        """Return the seconds of an inspection that begins."""
        return self._facts.inspection_s(returned)

    def finish(self, returned: ReturnedLine) -> None:
        """Put away or scrap what was inspected, and make it good to the customer."""
        self._spend(returned, self._inspect)
        self._put_away(returned)

    def _put_away(self, returned: ReturnedLine) -> None:
        """Have the goods lie on their shelf again, or write them off; nothing comes back after that."""
        now, order, site, item = self._clock.now, returned.order, returned.site, returned.item
        outcome = self._facts.outcome(returned)
        lost = returned.goods
        if outcome != "scrap":
            lost = [goods for goods in returned.goods if goods.expires_at <= now]
        kept = [goods for goods in returned.goods if goods not in lost]
        if outcome == "refurbish":
            self._spend(returned, cents(self._refurbish * sum(goods.units for goods in kept)))
        written_off = returned.spent
        if kept:
            written_off = min(written_off, cents(sum(goods.units * goods.cost for goods in lost)))
        posts = order.posts
        posts[PURCHASE] -= returned.spent
        posts[RETURNS] += written_off
        is_limited = self._inventory.limited[item, site]
        posts[STOCK if is_limited else CASH] += returned.spent - written_off
        fates = [(outcome, kept, returned.cost)] if kept else []
        if lost:
            fate = "scrap" if outcome == "scrap" else "spoiled"
            fates.append((fate, lost, written_off + (0 if kept else returned.cost)))
            self._dispose(site, lost, "scrapped" if fate == "scrap" else fate)
        for fate, goods, cost in fates:
            self._write(returned, fate, sum(found.units for found in goods), cost)
        self._receipts.put_away(site, kept, "returned")
        del self._under_way[returned]
        self._make_good(returned)
        order.live -= 1
        self._settlement.end_if_done(order)

    def _dispose(self, site: int, lost: list[Goods], reason: str) -> None:
        for item, units, _, _, cost in lost:
            self._inventory.record("returned", item, site, -units)
            self._disposals.dispose(site, item, units, reason, units * cost)

    def _make_good(self, returned: ReturnedLine) -> None:
        """Replace or refund what a customer sent back."""
        if returned.reason == "wrong_item":
            return  # it was shipped again at once
        order, shipment = returned.order, returned.shipment
        self._notices.tell(order)
        if self._facts.is_replaced(shipment, returned.line):
            lines = [(returned.line, returned.units)]
            self._fulfilment.ship_again(order, lines, shipment.number, "returned")
        else:
            self._payments.refund(order, self._price[returned.item] * returned.units)

    def _spend(self, returned: ReturnedLine, amount: int) -> None:
        posts = returned.order.posts
        posts[RETURNS] += amount
        posts[CASH] -= amount
        returned.cost += amount

    # -- books ------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Write the rows of what is under way when the run ends."""
        for returned in self._under_way:
            self._write(returned, None, returned.units, returned.cost)

    def _write(self, returned: ReturnedLine, outcome: str | None, units: int, cost: int) -> None:
        order, shipment = returned.order, returned.shipment
        remedy = None
        if returned.reason == "customer":
            remedy = "replacement" if self._facts.is_replaced(shipment, returned.line) else "refund"
        self._recorder.add(
            "returns",
            (
                order.number, shipment.number, returned.site, returned.item, units, returned.reason,
                shipment.delivered_at, returned.received_at, -1 if outcome is None else self._clock.now, outcome,
                remedy, cost, order.counted,
            ),
        )  # fmt: skip
