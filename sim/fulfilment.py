"""A shipment's life: stock bound, work done, picked up, on the road, delivered; or backordered until stock comes."""

from __future__ import annotations

from collections import deque
from typing import cast

import numpy as np
from numpy.typing import NDArray
from simpy import Event

from sim.carrier import Carriers
from sim.catalogue import Catalogue, cents, micros
from sim.clock import RETRY, Clock
from sim.inventory import Inventory
from sim.journal import CANCEL_REASONS
from sim.ledger import Account
from sim.limits import Usage
from sim.order import BACKORDERED, CANCELLED, DELIVERED, ENDED, IN_TRANSIT, PACKED, QUEUED, Order, Shipment
from sim.payment import Payments
from sim.pickup import Road
from sim.policy import Backorder, Part
from sim.settlement import Settlement
from sim.warehouse import Warehouses
from sim.work import Work


class Fulfilment:
    """Carries out what was decided: the desk that gives shipments to warehouses, then to carriers."""

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        inventory: Inventory,
        carriers: Carriers,
        warehouses: Warehouses,
        payments: Payments,
        settlement: Settlement,
    ) -> None:
        self._clock = clock
        self._inventory = inventory
        self._carriers = carriers
        self._settlement = settlement
        self._road = Road(clock, self._deliver)
        self._price: list[int] = catalogue.price.tolist()
        self._cost: list[int] = catalogue.cost.tolist()
        self._grams: list[int] = catalogue.grams.tolist()
        self._millilitres: list[int] = catalogue.millilitres.tolist()
        self._tags: list[int] = catalogue.tags.tolist()
        costs = [site.costs for site in catalogue.scenario.warehouses]
        self._handling = [
            (micros(cost.per_shipment), micros(cost.per_line), micros(cost.per_unit)) for cost in costs
        ]
        self._queues: dict[tuple[int, int], deque[list[Shipment | int]]] = {}
        self._protocols = warehouses.protocols
        self._payments = payments
        self.warehouses = warehouses
        self.usages: list[Usage] = []

    # -- binding stock ----------------------------------------------------------------------------------

    def ship(self, order: Order, part: Part, service: int, freight: int) -> int:
        """Bind stock to a new shipment, give it to its warehouse, and return its units."""
        shipment = self._shipment(order, part.warehouse, service, part.lines, QUEUED)
        shipment.freight = freight
        reserve, picks = self._inventory.reserve, shipment.picks
        for _, item, units in shipment.lines:
            picks += reserve(item, part.warehouse, units)
        self.warehouses.sites[part.warehouse].submit(shipment)
        return shipment.units

    def _shipment(
        self, order: Order, site: int, service: int, lines: tuple[tuple[int, int], ...], state: int
    ) -> Shipment:
        """Make a shipment and take its units off what is left of the order."""
        items, left = order.items, order.left
        total = grams = millilitres = tags = 0
        for line, units in lines:
            left[line] -= units
            item = items[line]
            total += units
            tags |= self._tags[item]
            grams += self._grams[item] * units
            millilitres += self._millilitres[item] * units
        order.used += 1
        order.live += 1
        shipment = Shipment(
            self, order, len(order.parts) + 1, site, service,
            tuple([(line, items[line], units) for line, units in lines]),
            total, grams, millilitres, tags, self._clock.now, state,
        )  # fmt: skip
        order.parts.append(shipment)
        if self.usages:
            amounts = self._amounts(shipment)
            for usage in self.usages:
                usage.add(site, amounts)
        return shipment

    def _amounts(self, shipment: Shipment) -> tuple[float, ...]:
        """Return what a shipment counts towards limits, in the order of `limits.UNITS_OF_LIMITS`."""
        return 1, len(shipment.lines), shipment.units, self._value(shipment) / 1e6, shipment.grams / 1e3

    def _value(self, shipment: Shipment) -> int:
        price = self._price
        return sum([price[item] * units for _, item, units in shipment.lines])

    # -- backorders -------------------------------------------------------------------------------------

    def backorder(self, order: Order, hold: Backorder, service: int, freight: int) -> None:
        """Commit lines to a warehouse: what it has is bound, the rest as it comes, first come first served."""
        lines = tuple((line, order.left[line]) for line in hold.lines)
        shipment = self._shipment(order, hold.warehouse, service, lines, BACKORDERED)
        shipment.freight = freight
        for _, item, units in shipment.lines:
            shipment.missing += units
            self._queues.setdefault((item, hold.warehouse), deque()).append([shipment, units])
        for _, item, _ in shipment.lines:
            self._serve(item, hold.warehouse)
        if hold.until is not None and shipment.state == BACKORDERED:
            self._clock.due(hold.until, RETRY, self._give_up, shipment)

    def _serve(self, item: int, site: int) -> None:
        """Bind free units of a cell to those who wait for them, in the order in which they began to wait."""
        queue = self._queues.get((item, site))
        free = self._inventory.free(item, site)
        while queue and free:
            entry = queue[0]
            shipment, wanted = entry
            assert isinstance(shipment, Shipment)
            assert isinstance(wanted, int)
            if shipment.state == BACKORDERED:
                units = min(wanted, free)
                shipment.picks += self._inventory.reserve(item, site, units)
                shipment.missing -= units
                free -= units
                entry[1] = wanted - units
                if not shipment.missing:
                    shipment.state = QUEUED
                    self.warehouses.sites[site].submit(shipment)
                if wanted > units:
                    break
            queue.popleft()
        if queue is not None and not queue:
            del self._queues[item, site]

    def _give_up(self, event: Event) -> None:
        """Cancel a backorder that waited too long."""
        shipment = cast(Shipment, event.value)
        if shipment.state == BACKORDERED:
            self._call_off(shipment, "gave_up")
            self._settlement.end_if_done(shipment.order)

    def abandon(self, order: Order) -> None:
        """Cancel all shipments of an order of which nothing was picked up, because its customer left."""
        for shipment in order.parts:
            if shipment.state not in ENDED:
                self._call_off(shipment, "impatience")

    def _call_off(self, shipment: Shipment, reason: str) -> None:
        """Cancel a shipment that no carrier has: what it had bound or taken goes back, to those who wait first.

        A station finishes the work that it has begun; what that cost stays on the order.
        """
        order, site, inventory = shipment.order, shipment.site, self._inventory
        state, shipment.state = shipment.state, CANCELLED
        if state == QUEUED:
            self.warehouses.sites[site].withdraw(shipment)
        taken = state not in (QUEUED, BACKORDERED)
        for pick in shipment.picks:
            if taken:
                inventory.put_back(site, pick)
            else:
                inventory.release(site, pick)
        if taken:
            self._post_goods(shipment, -1)
        for _, item, _ in shipment.lines:
            self._serve(item, site)
        if self.usages:
            amounts = self._amounts(shipment)
            for usage in self.usages:
                usage.give_back(site, amounts, shipment.allocated_at)
        self._settlement.write_shipment(shipment)
        order.live -= 1
        order.used -= 1
        order.units_cancelled += shipment.units
        order.cancel_reason = CANCEL_REASONS.index(reason)
        self._settlement.note_progress(order)

    # -- work -------------------------------------------------------------------------------------------

    @staticmethod
    def expected_s(shipment: Shipment, work: Work) -> float:
        """Return the mean seconds of work of a shipment."""
        return work.expected(len(shipment.lines), shipment.units, shipment.tags)

    def start(self, shipment: Shipment, work: Work) -> int | None:
        """Take the goods of a shipment from stock, and return the seconds of its work."""
        now, site = self._clock.now, shipment.site
        age = goods = bought = 0
        for pick in shipment.picks:
            item, units, lot = pick
            cost = (self._cost[item] if lot is None else lot.cost) * units
            goods += cost
            if not self._inventory.take(site, pick):
                bought += cost  # stock that never ends is bought as it leaves
            else:
                age += (now if lot is None else now - lot.received_at) * units
        shipment.stock_age = age // shipment.units
        shipment.goods = cents(goods), cents(bought)
        self._post_goods(shipment, 1)
        return work.draw(shipment)

    @staticmethod
    def _post_goods(shipment: Shipment, sign: int) -> None:
        """Post what the goods of a shipment cost: from stock, or bought as they leave; -1 takes it back."""
        spent, bought = shipment.goods
        posts = shipment.order.posts
        posts[Account.PURCHASE] += sign * spent
        posts[Account.CASH] -= sign * bought
        posts[Account.STOCK] -= sign * (spent - bought)

    def finish(self, shipment: Shipment) -> None:
        """Post the work on a shipment and hand it to its service."""
        per_shipment, per_line, per_unit = self._handling[shipment.site]
        amount = cents(per_shipment + per_line * len(shipment.lines) + per_unit * shipment.units)
        packaging = self._protocols.packaging(shipment.tags)
        shipment.handling = amount + packaging
        shipment.state = PACKED
        posts = shipment.order.posts
        posts[Account.HANDLING] += amount
        posts[Account.PACKAGING] += packaging
        posts[Account.CASH] -= amount + packaging
        self._carriers.pickups.hand_over(shipment, self._collect)

    # -- shipping ---------------------------------------------------------------------------------------

    def _collect(self, shipments: list[Shipment]) -> None:
        """Put the parcels of one pickup on the road and capture their payment."""
        now, record = self._clock.now, self._inventory.record
        for shipment in shipments:
            order = shipment.order
            if shipment.state != PACKED:  # cancelled on the dock
                continue
            shipment.picked_up_at = order.picked_up_at = now
            shipment.state = IN_TRANSIT
            for _, item, units in shipment.lines:
                record("shipped", item, shipment.site, units)
            order.units_shipped += shipment.units
            posts = order.posts
            # Captures of one order sum to its value: cumulated and rounded, less what was captured before.
            order.shipped_value += self._value(shipment)
            captured = cents(order.shipped_value) + posts[Account.REVENUE]
            posts[Account.REVENUE] -= captured
            posts[Account.FREIGHT] += shipment.freight
            order.captures += 1
            fee = self._payments.fee(-posts[Account.REVENUE], order.captures) - posts[Account.PAYMENT_FEE]
            posts[Account.PAYMENT_FEE] += fee
            posts[Account.CASH] += captured - shipment.freight - fee
            self._settlement.note_progress(order)
            self._road.send(shipment, now + self._carriers.transit_seconds(shipment))

    def _deliver(self, shipment: Shipment) -> None:
        order = shipment.order
        shipment.delivered_at = order.delivered_at = self._clock.now
        shipment.state = DELIVERED
        self._settlement.write_shipment(shipment)
        order.live -= 1
        self._settlement.end_if_done(order)

    # -- conservation -----------------------------------------------------------------------------------

    def units_held(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the units that open shipments are promised, and that they took: two arrays item x warehouse."""
        reserved = np.zeros(self._inventory.on_hand.shape, np.int64)
        staged = np.zeros_like(reserved)
        for order in self._settlement.open.values():
            for shipment in order.parts:
                if shipment.state in ENDED or shipment.state == IN_TRANSIT:
                    continue
                held = reserved if shipment.state in (QUEUED, BACKORDERED) else staged
                for item, units, _ in shipment.picks:
                    held[item, shipment.site] += units
        return reserved, staged
