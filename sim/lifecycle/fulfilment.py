"""A shipment's life: stock bound, work done, picked up, on the road, delivered; or backordered until stock comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sim.carrier.carriers import Carriers
from sim.catalogue import Catalogue
from sim.clock import Clock
from sim.journal import CANCEL_REASONS
from sim.ledger import CASH, HANDLING, PACKAGING, PURCHASE, STOCK
from sim.lifecycle.backorders import Backorders
from sim.lifecycle.binding import Binding
from sim.lifecycle.expectation import Expectations
from sim.lifecycle.notices import Notices
from sim.lifecycle.packing import Packing
from sim.lifecycle.payment import Payments
from sim.lifecycle.returnfacts import ReturnFacts
from sim.lifecycle.settlement import Settlement
from sim.lifecycle.shipping import Shipping
from sim.lifecycle.shortfall import Shortfalls
from sim.lifecycle.waiting import Waiting
from sim.limits import Tally
from sim.money import cents
from sim.order import BACKORDERED, CANCELLED, ENDED, IN_WORK, PACKED, QUEUED, Order, Shipment
from sim.policy import Backorder, Part
from sim.stock.claims import Claims
from sim.stock.disposals import Disposals
from sim.stock.inventory import Inventory
from sim.stock.lots import LotTerms
from sim.stock.receipts import Receipts
from sim.warehouse.warehouses import Warehouses
from sim.warehouse.work import Work


class Fulfilment:
    """Carries out what was decided: the desk that gives shipments to warehouses, then to carriers.

    Args:
        tallies: the counts of what warehouses were given; there may come to be more.

    Attributes:
        on_shipment: told of every new shipment.

    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        inventory: Inventory,
        claims: Claims,
        receipts: Receipts,
        disposals: Disposals,
        waiting: Waiting,
        carriers: Carriers,
        warehouses: Warehouses,
        payments: Payments,
        expectations: Expectations,
        notices: Notices,
        settlement: Settlement,
        facts: ReturnFacts,
        tallies: Sequence[Tally],
    ) -> None:
        self._clock = clock
        self._inventory = inventory
        self._receipts = receipts
        self._waiting = waiting
        self._carriers = carriers
        self._payments = payments
        self._notices = notices
        self._settlement = settlement
        self.warehouses = warehouses
        self._packing = Packing(catalogue, carriers)
        self.shipping = Shipping(
            clock, catalogue, inventory, disposals, carriers, self._packing, payments, notices, settlement, facts,
            self.ship_again,
        )  # fmt: skip
        self._binding = Binding(catalogue, inventory, expectations)
        self.backorders = Backorders(clock, claims, self._binding, self._release, self._give_up)
        self.shortfalls = Shortfalls(
            catalogue, inventory, disposals, self.backorders, self._binding, self._send_back
        )
        self._cost: list[int] = catalogue.cost.tolist()
        self._handling = warehouses.handling.cents
        self._protocols = warehouses.protocols
        self._never_split = [segment.split == "never" for segment in catalogue.scenario.segments]
        self._tallies = tallies
        self.on_shipment: Callable[[Shipment], None] | None = None

    # -- binding stock ----------------------------------------------------------------------------------

    def ship(self, order: Order, part: Part, service: int, freight: int) -> int:
        """Bind stock to a new shipment, give it to its warehouse, and return its units."""
        shipment = self._shipment(order, part, part.lines, service, freight, QUEUED)
        for _, item, units in shipment.lines:
            self._binding.bind(shipment, item, units)
        units = shipment.units
        self._release(shipment)  # which may take lines back at once
        return units

    def backorder(
        self, order: Order, hold: Backorder, lines: tuple[tuple[int, int], ...], service: int, freight: int
    ) -> None:
        """Commit units of lines to a warehouse: what it has is bound, the rest as it comes, first come first served."""
        shipment = self._shipment(order, hold, lines, service, freight, BACKORDERED)
        self.backorders.begin(shipment, hold.until)

    def _shipment(
        self,
        order: Order,
        answer: Part | Backorder,
        lines: tuple[tuple[int, int], ...],
        service: int,
        freight: int,
        state: int,
    ) -> Shipment:
        """Make the shipment that an answer asks for, and take its units off what is left of the order."""
        site = answer.warehouse
        shipment = self._packing.pack(self, order, site, service, lines, self._clock.now, state)
        shipment.freight = freight
        if answer.issue is not None or answer.least_life_s is not None or answer.safety_stock:
            shipment.terms = LotTerms(answer.issue, answer.least_life_s, answer.safety_stock)
        order.used += 1
        order.live += 1
        if self._tallies:
            amounts = self._packing.amounts(shipment)
            for tally in self._tallies:
                tally.add(site, amounts)
        if self.on_shipment is not None:
            self.on_shipment(shipment)
        return shipment

    def _release(self, shipment: Shipment) -> None:
        """Hand a shipment to the stations of its warehouse."""
        self._notices.allocated(shipment)
        self.warehouses.sites[shipment.site].submit(shipment)

    # -- taking back ------------------------------------------------------------------------------------

    def abandon(self, order: Order) -> None:
        """Cancel all shipments of an order of which nothing was picked up, because its customer left."""
        # Backorders first: what the others free is for those who still wait.
        for shipment in sorted(order.parts, key=lambda part: part.state != BACKORDERED):
            if shipment.state not in ENDED:
                self._call_off(shipment, "impatience")

    def _give_up(self, shipment: Shipment) -> None:
        """Cancel a backorder that waited too long."""
        self._call_off(shipment, "gave_up")
        self._notices.tell(shipment.order)
        self._settlement.end_if_done(shipment.order)

    def _call_off(self, shipment: Shipment, reason: str) -> None:
        """Cancel a shipment that no carrier has, and what was ordered with it."""
        self.take_apart(shipment)
        self.cancel(shipment.order, [(line, units) for line, _, units in shipment.lines], reason)

    def take_apart(self, shipment: Shipment) -> None:
        """End a shipment that no carrier has; its lines are left to be placed again."""
        self._undo(shipment)
        self._packing.unpack(shipment, [line for line, _, _ in shipment.lines])

    def cancel(self, order: Order, lines: Iterable[tuple[int, int]], reason: str) -> None:
        """Cancel units of lines that nobody holds. What was paid for and will not be sent again is refunded."""
        cancelled = 0
        for line, units in lines:
            if line in order.lost:
                order.lost_at = self._clock.now
            order.left[line] -= units
            cancelled += units
            if line in order.again:
                replaced = order.again[line]
                order.again = {other: number for other, number in order.again.items() if other != line}
                if replaced not in order.again.values():
                    order.used += 1  # what was to be sent in its place is not: it counts itself
            unpaid = min(units, order.to_pay[line])
            order.to_pay[line] -= unpaid
            if units > unpaid:
                self._payments.refund(order, self._packing.price_of(order, line) * (units - unpaid))
        order.units_cancelled += cancelled
        order.cancel_reason = CANCEL_REASONS.index(reason)
        self._settlement.note_progress(order, cancelled)

    def _send_back(self, shipment: Shipment, lines: Sequence[int], cause: str) -> None:
        """Give lines of a shipment whose work has not begun back to be allocated again; the others go on.

        All go back where the segment accepts no split. What is allocated again does not count as one more
        shipment for `max_shipments`: the customer's order did not ask for it.
        """
        order, site = shipment.order, shipment.site
        if self._never_split[order.segment] or len(lines) == len(shipment.lines):
            self.take_apart(shipment)
        else:
            out = {item for line, item, _ in shipment.lines if line in lines}
            for pick in shipment.picks:
                if pick[0] in out:
                    self._inventory.release(site, pick, shipment)
            shipment.picks = [pick for pick in shipment.picks if pick[0] not in out]
            before = self._packing.amounts(shipment)
            self._packing.unpack(shipment, lines)
            after = self._packing.amounts(shipment)
            self._uncount(shipment, (0.0, *[b - a for b, a in zip(before[1:], after[1:], strict=True)]))
            freight = self._carriers.price(
                shipment.service, site, order.region, shipment.grams, shipment.millilitres, shipment.tags
            )
            assert freight is not None, "a lighter parcel is refused"
            shipment.freight = freight
            order.used -= 1
            self._receipts.give_back(out, site)
        order.reallocations += 1
        order.tried |= {site}
        self._waiting.again(order, cause)

    def _undo(self, shipment: Shipment) -> None:
        """End a shipment that no carrier has: what it had bound or taken goes back, to those who wait first.

        A station finishes the work that it has begun. Handling is due when it is done: of what was packed it stays on
        the order, of what was in work there is none.
        """
        order, site, inventory = shipment.order, shipment.site, self._inventory
        state, shipment.state = shipment.state, CANCELLED
        if state == QUEUED:
            self.warehouses.sites[site].withdraw(shipment)
        elif state == BACKORDERED:
            self.backorders.end(shipment)
        taken = state in (IN_WORK, PACKED) and shipment.is_picked
        for pick in shipment.picks:
            if taken:
                inventory.put_back(site, pick)
            else:
                inventory.release(site, pick, shipment)
        if taken:
            self._post_goods(shipment, -1)
        shipment.picks = []
        self._receipts.give_back([item for _, item, _ in shipment.lines], site)
        self._uncount(shipment, self._packing.amounts(shipment))
        self._settlement.write_shipment(shipment)
        order.live -= 1
        order.used -= 1

    def _uncount(self, shipment: Shipment, amounts: tuple[float, ...]) -> None:
        """Take what does not leave a warehouse after all off its limits."""
        for tally in self._tallies:
            tally.give_back(shipment.site, amounts, shipment.allocated_at)

    def ship_again(self, order: Order, lines: Sequence[tuple[int, int]], replaces: int, cause: str) -> None:
        """Have units of lines that were shipped before allocated once more, in the place of shipment `replaces`.

        They bring no revenue, and do not count as one more shipment for `max_shipments`.
        """
        self._waiting.settle()
        for line, units in lines:
            order.left[line] += units
            order.again = {line: replaces, **order.again}  # what waits already goes first
        order.used -= 1
        self._waiting.again(order, cause)

    # -- work -------------------------------------------------------------------------------------------

    @staticmethod
    def expected_s(shipment: Shipment, work: Work) -> float:
        """Return the mean seconds of work of a shipment."""
        return work.expected(len(shipment.lines), shipment.units, shipment.tags)

    def start(self, shipment: Shipment, work: Work) -> int | None:
        """Take the goods of a shipment from stock, and return the seconds of its work; None: there are none."""
        if self.shortfalls.any:
            self.shortfalls.look(shipment)
            if shipment.state == CANCELLED:
                return None
        now, site, take = shipment.started_at, shipment.site, self._inventory.take
        age = goods = bought = 0
        for pick in shipment.picks:
            item, units, lot = pick
            cost = (self._cost[item] if lot is None else lot.cost) * units
            goods += cost
            if not take(site, pick, shipment):
                bought += cost  # stock that never ends is bought as it leaves
            else:
                age += (now if lot is None else now - lot.received_at) * units
        shipment.is_picked = True
        shipment.stock_age = age // shipment.units
        shipment.goods = cents(goods), cents(bought) if bought else 0
        self._post_goods(shipment, 1)
        return work.draw(shipment)

    @staticmethod
    def _post_goods(shipment: Shipment, sign: int) -> None:
        """Post what the goods of a shipment cost: from stock, or bought as they leave; -1 takes it back."""
        spent, bought = shipment.goods
        posts = shipment.order.posts
        posts[PURCHASE] += sign * spent
        posts[CASH] -= sign * bought
        posts[STOCK] -= sign * (spent - bought)

    def finish(self, shipment: Shipment) -> None:
        """Post the work on a shipment and hand it to its service."""
        by_site = self._handling[len(shipment.lines), shipment.units, shipment.tags]
        shipment.handling = spent = by_site.item(shipment.site)
        packaging = self._protocols.packaging(shipment.tags)
        shipment.state = PACKED
        posts = shipment.order.posts
        posts[HANDLING] += spent - packaging
        posts[PACKAGING] += packaging
        posts[CASH] -= spent
        self.shipping.hand_over(shipment)
