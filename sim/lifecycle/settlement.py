"""The end of an order: lateness, its row in the journal, its accounts in the ledger."""

from __future__ import annotations

from collections.abc import Callable

from sim.carrier.carriers import Carriers
from sim.catalogue import Catalogue
from sim.clock import DAY, NEVER, Clock
from sim.journal import CANCEL_REASONS, STATES
from sim.ledger import (
    CARE,
    CASH,
    FREIGHT,
    HANDLING,
    LATE,
    PACKAGING,
    PAYMENT_FEE,
    PURCHASE,
    REFUND,
    RETURNS,
    REVENUE,
    Ledger,
)
from sim.money import cents, micros
from sim.order import CANCELLED as NOT_SENT
from sim.order import ENDED, Order, Shipment
from sim.recorder import Recorder

DELIVERED, CANCELLED, LOST, OPEN = range(len(STATES))
_DECLINED = CANCEL_REASONS.index("declined")


class Settlement:
    """Keeps the orders that have not ended, and ends them.

    Attributes:
        open: orders that have not ended, by number.
        counted_open: how many of them are counted. The run goes on for their sake.
        counted_here: counted orders that have not left their warehouses completely. Demand goes on for
            their sake.
        ends_with: number of the order with whose end the run ends, too; -1 for none.
        tally: ended orders by state.
        declined: how many of the cancelled ones ended at their payment.

    """

    def __init__(
        self, clock: Clock, catalogue: Catalogue, carriers: Carriers, ledger: Ledger, recorder: Recorder
    ) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._carriers = carriers
        self._ledger = ledger
        self._recorder = recorder
        segments = catalogue.scenario.segments
        self._late_once = [cents(micros(segment.late_penalty)) for segment in segments]
        self._late_daily = [cents(micros(segment.late_penalty_per_day)) for segment in segments]
        self._sites = len(catalogue.site_ids)
        self._distance_m = catalogue.distance_m.reshape(-1).data
        self.open: dict[int, Order] = {}
        self.counted_open = 0
        self.counted_here = 0
        self.ends_with = -1
        self.placed = 0
        self.tally = [0] * len(STATES)
        self.declined = 0

    def enter(self, order: Order) -> None:
        """Take in an order that was placed."""
        self.placed += 1
        self.open[order.number] = order
        if order.counted:
            self.counted_open += 1
            self.counted_here += 1

    def note_progress(self, order: Order, units: int) -> None:
        """Note that units of an order were picked up for good or cancelled."""
        if units:
            order.to_ship -= units
            if order.counted and not order.to_ship:
                self.counted_here -= 1

    def end_if_done(self, order: Order) -> None:
        """Settle an order when no line waits and no shipment is under way."""
        if order.live or any(order.left):
            return
        del self.open[order.number]
        self._settle(order, self._state(order), self._clock.now)
        order.parts.clear()  # no circle of references is left: the order is freed without a search for garbage
        if order.counted:
            self.counted_open -= 1
            if self._clock.now > self._catalogue.window[1]:  # in its last second more is to be done
                self.stop_if_done()
        if order.number == self.ends_with:
            self._clock.stop()

    def stop_if_done(self) -> None:
        """End the run once the window is over and every counted order has ended."""
        if not self.counted_open and self._clock.now >= self._catalogue.window[1]:
            self._clock.stop()

    @staticmethod
    def _state(order: Order) -> int:
        if order.lost:
            return LOST
        return DELIVERED if order.units_shipped else CANCELLED

    def close(self, is_complete: Callable[[Order], bool]) -> None:
        """Write the rows of orders and shipments that are open at the end of the run.

        An order is not open for its customer when nothing but its returns and replacements are under way;
        `is_complete` tells.
        """
        for order in list(self.open.values()):
            for shipment in order.parts:
                if shipment.state not in ENDED:
                    self.write_shipment(shipment)
            self._settle(order, self._state(order) if is_complete(order) else OPEN, ended_at=-1)
        assert self.placed == sum(self.tally), f"{self.placed} orders placed, {self.tally} ended"

    def _settle(self, order: Order, state: int, ended_at: int) -> None:
        self.tally[state] += 1
        if order.cancel_reason == _DECLINED:
            self.declined += 1
        posts = order.posts
        late = self._late_penalty(order, state)
        if late:
            posts[LATE] += late
            posts[CASH] -= late
        shipments = 0
        for part in order.parts:
            if part.state != NOT_SENT and (not part.again or part.replaces < 0):
                shipments += 1
        self._recorder.add(
            "orders",
            (
                order.number, order.placed_at, order.region, order.segment, len(order.items), sum(order.units),
                order.value, -1 if order.promised_at >= NEVER else order.promised_at, state,
                order.cancel_reason, order.picked_up_at, order.delivered_at if state == DELIVERED else -1,
                shipments, order.split_reason if shipments > 1 else -1, order.reallocations, order.attempts,
                order.units_first_attempt, order.units_shipped, order.counted, posts[FREIGHT],
                posts[HANDLING] + posts[PACKAGING], posts[LATE],
                posts[RETURNS], posts[PAYMENT_FEE], posts[CARE],
                posts[PURCHASE], -posts[REVENUE] - posts[REFUND],
                posts[REFUND], order.units_returned, order.notifications, order.told_at, ended_at,
            ),
        )  # fmt: skip
        self._ledger.settle(self._clock.now, order.number, posts)

    def _late_penalty(self, order: Order, state: int) -> int:
        """Return what it costs that an order is late, in cents.

        An order is late that was delivered after its promise, or is open or lost when the promise passes, within the
        longest time that the run may take. The days of a lost one count up to the second in which its loss is known:
        not at all where that was before the promise, and not while something else of it comes back.
        """
        if state == CANCELLED:
            return 0
        if state == DELIVERED:
            passes = over = order.delivered_at
        elif state == LOST:
            passes, over = self._catalogue.end, order.lost_at
        else:
            passes = over = self._clock.now
        if passes <= order.promised_at:
            return 0
        days = max(0, -(-(over - order.promised_at) // DAY))
        return self._late_once[order.segment] + self._late_daily[order.segment] * days

    def write_shipment(self, shipment: Shipment) -> None:
        """Write the row of a shipment that has ended, or is open when the run ends; its freight is due at pickup."""
        order, site = shipment.order, shipment.site
        freight = shipment.freight if shipment.picked_up_at >= 0 else 0
        self._recorder.add(
            "shipments",
            (
                order.number, shipment.number, site, shipment.service, order.region,
                len(shipment.lines), shipment.units, shipment.grams,
                self._distance_m[order.region * self._sites + site], shipment.stock_age,
                shipment.allocated_at, shipment.released_at, shipment.started_at, shipment.packed_at,
                shipment.picked_up_at, shipment.delivered_at, shipment.state, shipment.replaces, shipment.rebound,
                order.counted,
                freight, shipment.handling, self._carriers.co2e_grams(shipment),
                self._clock.now if shipment.state in ENDED else -1,
            ),
        )  # fmt: skip
