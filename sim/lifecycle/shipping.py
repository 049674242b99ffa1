"""Shipping: parcels are picked up, paid for, and travel to the customer; or are lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from simpy import Event

from sim.carrier.carriers import Carriers
from sim.carrier.road import Road
from sim.catalogue import Catalogue
from sim.clock import DAY, DELIVERY, Clock
from sim.ledger import CASH, FREIGHT
from sim.lifecycle.notices import Notices
from sim.lifecycle.packing import Packing
from sim.lifecycle.payment import Payments
from sim.lifecycle.returnfacts import ReturnFacts
from sim.lifecycle.settlement import Settlement
from sim.order import DELIVERED, IN_TRANSIT, LOST, PACKED, Order, Shipment
from sim.scenario.carriers import Lost
from sim.stock.disposals import Disposals
from sim.stock.inventory import Inventory


class Shipping:
    """Takes packed shipments to their customers.

    Args:
        ship_again: has lines of an order allocated once more, in the place of a shipment; the last argument
            says why.

    Attributes:
        on_delivery: told of every parcel that was delivered.

    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        inventory: Inventory,
        disposals: Disposals,
        carriers: Carriers,
        packing: Packing,
        payments: Payments,
        notices: Notices,
        settlement: Settlement,
        facts: ReturnFacts,
        ship_again: Callable[[Order, Sequence[tuple[int, int]], int, str], None],
    ) -> None:
        self._clock = clock
        self._inventory = inventory
        self._disposals = disposals
        self._carriers = carriers
        self._packing = packing
        self._payments = payments
        self._notices = notices
        self._settlement = settlement
        self._facts = facts
        self._ship_again = ship_again
        self.on_delivery: Callable[[Shipment], None]
        self._road = Road(clock, self._deliver)
        self._cost: list[int] = catalogue.cost.tolist()
        lost = catalogue.scenario.lost
        self._reships = lost is not None and lost.then == "reship"
        self._refunds = lost is not None and lost.then == "refund"
        # Where the scenario does not say what happens to lost parcels, they are missed all the same, after some days.
        self._noticed_after_s = round((lost or Lost()).noticed_after_days * DAY)

    def hand_over(self, shipment: Shipment) -> None:
        """Put a packed shipment on the dock of its service."""
        self._carriers.pickups.hand_over(shipment, self._collect)

    def _collect(self, shipments: list[Shipment]) -> None:
        """Put the parcels of one pickup on the road and capture their payment."""
        now, carriers, facts, settlement = self._clock.now, self._carriers, self._facts, self._settlement
        for shipment in shipments:
            order, units = shipment.order, shipment.units
            if shipment.state != PACKED:  # cancelled on the dock
                continue
            shipment.picked_up_at = now
            if not shipment.again or not facts.is_replacement(shipment):
                order.picked_up_at = now
            shipment.state = IN_TRANSIT
            self._inventory.ship(shipment.site, shipment.lines)
            order.units_shipped += units
            if shipment.again and self._reships:
                order.lost -= shipment.again.keys()
            posts = order.posts
            shipment.freight = freight = carriers.charge(shipment)
            posts[FREIGHT] += freight
            posts[CASH] -= freight
            self._payments.capture(order, self._packing.bill(shipment))
            self._notices.picked_up(shipment)
            if carriers.is_lost(shipment):
                settlement.note_progress(order, 0 if self._reships else units)
                self._clock.due(now + self._noticed_after_s, DELIVERY, self._notice_loss, shipment)
            else:
                settlement.note_progress(order, units - facts.units_again(shipment))
                self._road.send(shipment, now + carriers.transit_seconds(shipment))

    def _deliver(self, shipment: Shipment) -> None:
        order = shipment.order
        shipment.delivered_at = now = self._clock.now
        shipment.state = DELIVERED
        self._notices.tell(order)
        if not shipment.again or not self._facts.is_replacement(shipment):
            order.delivered_at = now
        self._settlement.write_shipment(shipment)
        self.on_delivery(shipment)
        order.live -= 1
        self._settlement.end_if_done(order)

    def _notice_loss(self, event: Event) -> None:
        """Send a lost parcel again, or give the money back."""
        shipment = cast(Shipment, event.value)
        order = shipment.order
        shipment.state = LOST
        self._settlement.write_shipment(shipment)
        order.live -= 1
        order.lost |= {line for line, _, _ in shipment.lines}
        order.lost_at = self._clock.now
        self._notices.lost(order, comes_again=self._reships)
        for item, units, lot in shipment.picks:
            cost = self._cost[item] if lot is None else lot.cost
            self._disposals.dispose(shipment.site, item, units, "lost", cost * units)
        if self._reships:
            again = [(line, units) for line, _, units in shipment.lines]
            self._ship_again(order, again, shipment.number, "lost")
        elif self._refunds:
            self._payments.refund(order, self._packing.value(shipment))
            self._notices.tell(order)
        self._settlement.end_if_done(order)
