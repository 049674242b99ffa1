"""Creation and decision: orders come in, the policy is asked, and its answer is carried out."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from simpy import Event

from sim import randomness
from sim.answer import Referee
from sim.care import CustomerCare
from sim.carrier import Carriers
from sim.catalogue import Catalogue
from sim.clock import DAY, HOUR, NEVER, ORDER, RETRY, Clock
from sim.errors import OrderlabError, PolicyError
from sim.fulfilment import Fulfilment
from sim.journal import SPLIT_REASONS, Recorder
from sim.network import Network
from sim.notices import Notices
from sim.order import Order
from sim.orderbook import Block, OrderBook
from sim.payment import Payments
from sim.policy import Allocation, Attempts, Backorder, Cancel, Care, Policy, Request
from sim.promise import Promises
from sim.scenario.distributions import ZERO
from sim.settlement import Settlement
from sim.visibility import LastSync
from sim.waiting import Waiting
from sim.watch import Ask, Checked, Watch


class Orchestrator:
    """Places the orders of the book, asks the policy, and has its answers carried out.

    Args:
        name: of the policy, for messages.

    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        book: OrderBook,
        name: str,
        policy: Policy,
        network: Network,
        carriers: Carriers,
        fulfilment: Fulfilment,
        payments: Payments,
        settlement: Settlement,
        waiting: Waiting,
        notices: Notices,
        recorder: Recorder,
        last_sync: LastSync | None = None,
        watch: Watch | None = None,
    ) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._book = book
        self._policy_name = name
        self._policy = policy
        self._network = network
        self._fulfilment = fulfilment
        self._settlement = settlement
        self._recorder = recorder
        attempts = getattr(policy, "attempts", None) or Attempts()
        if not isinstance(attempts, Attempts):
            kind = type(attempts).__name__
            raise PolicyError(f"attempts of type {kind}, must be Attempts", policy=name)
        self._waiting = waiting
        self._notices = notices
        self._last_sync = last_sync
        self._ask: Ask = self._asked
        if watch is not None:
            self._ask = partial(watch.ask, policy=policy, network=network, ask=self._asked)
        waiting.follow(attempts, self._decide, self._cancel)
        self._care = CustomerCare(clock, self._decide)
        self._referee = Referee(name, network, carriers, self._order_name)
        self._split_allowed = [segment.split == "allowed" for segment in catalogue.scenario.segments]
        self._payments = payments
        self._promises = Promises(catalogue)
        self._patience_s = [
            None if segment.impatience_days is None else round(segment.impatience_days * DAY)
            for segment in catalogue.scenario.segments
        ]
        errors = catalogue.scenario.capture_errors
        self._correction = randomness.quantile(ZERO if errors is None else errors.corrected_after_hours)
        self._texts: dict[tuple[int, ...], str] = {(): ""}
        clock.process(self._demand())

    def _order_name(self, number: int) -> str:
        return str(self._book.order_ids(np.array([number], np.int64))[0].as_py())

    # -- creation ---------------------------------------------------------------------------------------

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
        held_s = self._correction_s(order)
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
        """Return how long an order is held until its data are right; 0 for one without an error."""
        errors = self._catalogue.scenario.capture_errors
        if errors is None or not errors.error_share:
            return 0
        bits = randomness.draw(order.key, randomness.code(0, randomness.CAPTURE_ERROR))
        if randomness.unit(bits) >= errors.error_share:
            return 0
        bits = randomness.draw(order.key, randomness.code(0, randomness.CORRECTION))
        return randomness.whole(float(self._correction(randomness.unit(bits))) * HOUR, bits)

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

        def sums(of_item: NDArray[np.int64]) -> NDArray[np.int64]:
            total: NDArray[np.int64] = np.add.reduceat(of_item[items] * units, offsets[:-1])
            return total

        if not len(block.placed_at):
            return
        begin, end = catalogue.window
        counted = (block.placed_at >= begin) & (block.placed_at < end)
        promised_at = self._promises.made(block.placed_at, block.segment)
        columns = (
            block.key, block.placed_at, block.region, block.segment, promised_at, counted,
            (sums(catalogue.price) + 5_000) // 10_000, sums(catalogue.grams), sums(catalogue.millilitres),
            np.bitwise_or.reduceat(catalogue.tags[items], offsets[:-1]),
        )  # fmt: skip
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
            lines = slice(bounds[i], bounds[i + 1])
            yield Order(
                block.first + i, key, placed_at, region, segment, tuple(items_list[lines]),
                tuple(units_list[lines]), promised, is_counted, value, grams, volume, tags,
            )  # fmt: skip

    # -- decision ---------------------------------------------------------------------------------------

    def _request(self, order: Order) -> Request:
        left = order.undecided
        grams, millilitres, tags = order.grams, order.millilitres, order.tags
        open_lines = tuple([line for line, units in enumerate(left) if units])
        if (
            order.parts or order.units_cancelled or order.in_care
        ):  # a part of the order, or lines that are shipped again
            network, items = self._network, order.items
            grams = sum(network.grams[items[line]] * left[line] for line in open_lines)
            millilitres = sum(network.millilitres[items[line]] * left[line] for line in open_lines)
            tags = 0
            for line in open_lines:
                tags |= network.tags[items[line]]
        return Request(
            order.number, order.region, order.segment, order.items, tuple(left), open_lines, order.placed_at,
            order.promised_at, order.value, grams, millilitres, tags, order.attempts, order.used,
            self._split_allowed[order.segment], order.tried, order.units,
        )  # fmt: skip

    def _decide(self, order: Order, cause: str) -> None:
        """Ask the policy about what is left of an order, and do what it says. `cause` is why it is asked."""
        order.attempts += 1
        order.timer += 1  # what it waited for does not matter any more
        request = self._request(order)
        answer, terms = self._ask(request)
        placed, short = 0, False
        for part, (service, freight) in zip(answer.parts, terms, strict=False):
            if self._last_sync is not None and self._last_sync.comes_up_short(order, part):
                short = True
                order.reallocations += 1
                order.tried |= {part.warehouse}
            else:
                placed += self._fulfilment.ship(order, part, service, freight)
        if order.attempts == 1:
            order.units_first_attempt = placed
        self._record(request, answer, cause)
        until = NEVER
        own_hours: set[int] = set()
        committed = iter(terms[len(answer.parts) :])
        for hold in answer.holds:
            if isinstance(hold, Backorder):
                self._fulfilment.backorder(order, hold, *next(committed))
            elif isinstance(hold, Cancel):
                self._cancel(order, hold.lines, hold.reason)
            elif isinstance(hold, Care):
                self._care.take(order, hold)
            else:
                if hold.until is not None:
                    until = min(until, hold.until)
                    own_hours.update(hold.lines)
                if hold.again_at is not None:
                    until = min(until, hold.again_at)
        # What waits while a part is shipped may become a shipment of its own, for the reason that holds now.
        if order.split_reason < 0 and (order.used > 1 or (order.used and any(order.left))):
            order.split_reason = SPLIT_REASONS.index(answer.why.split)
        if short:
            self._waiting.again(order, "stale_stock")
        elif any(order.left):
            self._notices.waits(order)
            self._waiting.keep(order, until, own_hours)
        elif order.attempts > 1:
            self._waiting.note(order)
        self._settlement.end_if_done(order)

    def _asked(self, request: Request) -> Checked:
        """Return what the policy answers, checked in full. Raises PolicyError for a wrong answer, or none."""
        try:
            answer = self._policy.allocate(request, self._network)
        except OrderlabError:
            raise
        except (Exception, SystemExit) as error:
            raise PolicyError(
                f"raised {type(error).__name__}: {error}",
                policy=self._policy_name,
                order=self._order_name(request.order),
            ) from error
        return self._referee.check(request, answer)

    def _record(self, request: Request, answer: Allocation, cause: str) -> None:
        why = answer.why
        self._recorder.add(
            "decisions",
            (
                request.order, self._clock.now, request.attempt, why.rule, why.outcome,
                self._sites_text(tuple([part.warehouse for part in answer.parts])),
                self._sites_text(why.runner_up), why.margin, why.removed, cause,
            ),
        )  # fmt: skip

    def _sites_text(self, sites: tuple[int, ...]) -> str:
        text = self._texts.get(sites)
        if text is None:
            text = self._texts[sites] = "+".join(self._catalogue.site_ids[site] for site in sites)
        return text

    def _give_up(self, order: Order, reason: str) -> None:
        """Cancel all lines of an order that nobody holds."""
        self._fulfilment.cancel(order, enumerate(order.left), reason)

    def _cancel(self, order: Order, lines: Iterable[int], reason: str) -> None:
        self._notices.tell(order)
        self._fulfilment.cancel(order, [(line, order.left[line]) for line in lines], reason)
