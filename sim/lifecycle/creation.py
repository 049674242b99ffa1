"""Creation: the orders of the book come in, are paid for, and held while their data are wrong."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any, cast

import numpy as np
from simpy import Event

from sim import randomness
from sim.arrays import Ints
from sim.catalogue import Catalogue
from sim.clock import DAY, HOUR, ORDER, RETRY, Clock
from sim.lifecycle.fulfilment import Fulfilment
from sim.lifecycle.notices import Notices
from sim.lifecycle.payment import Payments
from sim.lifecycle.settlement import Settlement
from sim.lifecycle.waiting import Waiting
from sim.money import cents_array
from sim.order import Order
from sim.orderbook.book import Block, OrderBook
from sim.orderbook.luck import Luck
from sim.orderbook.promise import Promises
from sim.quantiles import duration, quantile_of
from sim.scenario.distributions import ZERO


class Creation:
    """Places the orders of the book, until nobody can make a difference any more; and sees customers leave.

    Args:
        decide: has a new order decided; its second argument says why.

    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        book: OrderBook,
        payments: Payments,
        fulfilment: Fulfilment,
        settlement: Settlement,
        waiting: Waiting,
        notices: Notices,
        decide: Callable[[Order, str], None],
    ) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._book = book
        self._payments = payments
        self._fulfilment = fulfilment
        self._settlement = settlement
        self._waiting = waiting
        self._notices = notices
        self._decide = decide
        self._promises = Promises(catalogue)
        self._patience_s = [
            None if segment.impatience_days is None else round(segment.impatience_days * DAY)
            for segment in catalogue.scenario.segments
        ]
        errors = catalogue.scenario.capture_errors
        self._error_share = 0.0 if errors is None else errors.error_share
        self._correction = quantile_of(ZERO if errors is None else errors.corrected_after_hours)
        clock.process(self._demand())

    def _demand(self) -> Generator[Event, Any, None]:
        """Place each order of the book at its second.

        Demand goes on after the window while it can still make a difference to a counted order, and ends
        once all of these have left their warehouses: what is on the road arrives whatever else is placed.
        """
        due = self._clock.due
        window_end = self._catalogue.window[1]
        for block in self._book.blocks():
            for order in self._orders(block):
                if order.placed_at >= window_end and not self._settlement.counted_here:
                    return
                yield due(order.placed_at, ORDER)
                self._settlement.enter(order)
                self._create(order)

    def _create(self, order: Order) -> None:
        """Authorise the payment of an order, hold it while its data are wrong, and have it decided."""
        self._notices.tell(order)  # confirmed or declined
        if self._payments.is_declined(order):
            self._give_up(order, "declined")
            self._settlement.end_if_done(order)
            return
        patience = self._patience_s[order.segment]
        if patience is not None:
            self._clock.due(order.placed_at + patience, RETRY, self._lose_patience, order)
        held_s = self._correction_s(order) if self._error_share else 0
        if held_s:
            self._notices.tell(order)
            self._clock.due(order.placed_at + held_s, RETRY, self._release, order)
        else:
            self._decide(order, "placed")

    def _release(self, event: Event) -> None:
        """Decide an order that was held until its data were right."""
        order = cast(Order, event.value)
        if any(order.left):  # else its customer left meanwhile
            self._notices.tell(order)
            self._decide(order, "corrected")

    def _correction_s(self, order: Order) -> int:
        """Return how long an order is held until its data are right, where orders have errors; 0: it has none."""
        bits = randomness.draw(order.key, randomness.code(0, randomness.CAPTURE_ERROR))
        if randomness.unit(bits) >= self._error_share:
            return 0
        bits = randomness.draw(order.key, randomness.code(0, randomness.CORRECTION))
        return duration(self._correction, HOUR, bits)

    def _lose_patience(self, event: Event) -> None:
        """Cancel an order of which nothing was picked up by the time its customer leaves."""
        order = cast(Order, event.value)
        if order.number not in self._settlement.open or order.picked_up_at >= 0:
            return
        self._fulfilment.abandon(order)
        self._notices.tell(order)
        if any(order.left):
            self._give_up(order, "impatience")
            self._waiting.note(order)
        self._settlement.end_if_done(order)

    def _orders(self, block: Block) -> Iterator[Order]:
        catalogue = self._catalogue
        offsets, items, units = block.line_offsets, block.line_item, block.line_units

        def sums(of_item: Ints) -> Ints:
            total: Ints = np.add.reduceat(of_item[items] * units, offsets[:-1])
            return total

        if not len(block.placed_at):
            return
        begin, end = catalogue.window
        counted = (block.placed_at >= begin) & (block.placed_at < end)
        promised_at = self._promises.made(block.placed_at, block.segment)
        columns = (
            block.key, block.placed_at, block.region, block.segment, promised_at, counted,
            cents_array(sums(catalogue.price)), sums(catalogue.grams), sums(catalogue.millilitres),
            np.bitwise_or.reduceat(catalogue.tags[items], offsets[:-1]),
        )  # fmt: skip
        luck = Luck(block.first, block.key)
        items_list, units_list, bounds = items.tolist(), units.tolist(), offsets.tolist()
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for i, (
            key,
            placed_at,
            region,
            segment,
            promised,
            is_counted,
            value,
            grams,
            volume,
            tags,
        ) in enumerate(rows):
            first, last = bounds[i], bounds[i + 1]
            yield Order(
                block.first + i, key, luck, placed_at, region, segment, tuple(items_list[first:last]),
                tuple(units_list[first:last]), promised, is_counted, value, grams, volume, tags,
            )  # fmt: skip

    def _give_up(self, order: Order, reason: str) -> None:
        """Cancel all lines of an order that nobody holds."""
        self._fulfilment.cancel(order, enumerate(order.left), reason)
