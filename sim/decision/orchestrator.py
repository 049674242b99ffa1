"""Decision: the policy is asked about an order, and its answer is carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from sim.carrier.carriers import Carriers
from sim.catalogue import Catalogue
from sim.clock import NEVER, Clock
from sim.decision.answer import Referee
from sim.decision.batches import Pool
from sim.decision.watch import Ask, Checked, Watch
from sim.errors import Interruption, OrderlabError, PolicyError, blaming, named
from sim.journal import SPLIT_REASONS
from sim.lifecycle.care import CustomerCare
from sim.lifecycle.fulfilment import Fulfilment
from sim.lifecycle.notices import Notices
from sim.lifecycle.settlement import Settlement
from sim.lifecycle.waiting import Waiting
from sim.memo import Memo
from sim.occasions import Attempts, Batches, Reallocation
from sim.order import Order
from sim.orderbook.names import order_id
from sim.policy import Backorder, Cancel, Care, Hold, Policy, Request, Why
from sim.recorder import Recorder
from sim.view.network import Network
from sim.view.visibility import LastSync

T = TypeVar("T")


class Orchestrator:
    """Puts orders to the policy, and has its answers carried out.

    Args:
        name: of the policy, for messages.

    Attributes:
        put: puts an order to the policy, now or in the next batch; the second argument says why.
        reallocation: when the policy wants committed shipments decided anew; None for never.
        split_allowed: whether a segment accepts more than one shipment.
        ask: returns the policy's answer to a request, checked, and service and freight of what it places.

    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        name: str,
        policy: Policy,
        network: Network,
        carriers: Carriers,
        fulfilment: Fulfilment,
        settlement: Settlement,
        waiting: Waiting,
        notices: Notices,
        recorder: Recorder,
        last_sync: LastSync | None,
        watch: Watch | None,
    ) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._policy_name = name
        self._policy = policy
        self._network = network
        self._fulfilment = fulfilment
        self._settlement = settlement
        self._recorder = recorder
        attempts = self._timing("attempts", Attempts) or Attempts()
        batches = self._timing("batches", Batches)
        self.reallocation = self._timing("reallocation", Reallocation)
        self.put: Callable[[Order, str], None] = self._decide
        if batches is not None:
            self.put = Pool(clock, catalogue, batches, self._decide).add
        self._waiting = waiting
        self._notices = notices
        self._last_sync = last_sync
        self.ask: Ask = self._ask
        if watch is not None:
            self.ask = partial(watch.ask, policy=policy, network=network, ask=self._ask)
        waiting.follow(attempts, self.put, self._cancel)
        self._care = CustomerCare(clock, self.put)
        self._referee = Referee(name, network, carriers, self._order_name)
        self.split_allowed = [segment.split == "allowed" for segment in catalogue.scenario.segments]
        self._texts: Memo[tuple[int, ...], str] = Memo(self._joined)

    def _timing(self, word: str, kind: type[T]) -> T | None:
        """Return what the policy says of when it wants to be asked, None where it says nothing."""
        with blaming(self._policy_name, word):
            value = getattr(self._policy, word, None)
        if value is not None and not isinstance(value, kind):
            rule = f"{word} of type {type(value).__name__}, must be {kind.__name__}"
            raise PolicyError(rule, policy=self._policy_name)
        return value

    def _order_name(self, number: int) -> str:
        return order_id(self._catalogue.scenario, number)

    def _request(self, order: Order) -> Request:
        left = order.undecided
        grams, millilitres, tags = order.grams, order.millilitres, order.tags
        open_lines = tuple(
            [line for line, units in enumerate(left) if units] if 0 in left else range(len(left))
        )
        # A part of the order, or lines that are shipped again.
        if order.parts or order.units_cancelled or order.in_care:
            network, items = self._network, order.items
            grams = sum(network.grams[items[line]] * left[line] for line in open_lines)
            millilitres = sum(network.millilitres[items[line]] * left[line] for line in open_lines)
            tags = 0
            for line in open_lines:
                tags |= network.tags[items[line]]
        return Request(
            order.number, order.region, order.segment, order.items, tuple(left), open_lines, order.placed_at,
            order.promised_at, order.value, grams, millilitres, tags, order.attempts, order.used,
            self.split_allowed[order.segment], order.tried, order.units,
        )  # fmt: skip

    def _ask(self, request: Request) -> Checked:
        """Return the policy's answer to a request, checked, and service and freight of what it places."""
        try:
            answer = self._policy.allocate(request, self._network)
        except (OrderlabError, KeyboardInterrupt, Interruption):
            raise
        except BaseException as error:  # written out here: `blaming` costs a microsecond
            name = self._order_name(request.order)
            raise PolicyError(f"raised {named(error)}", policy=self._policy_name, order=name) from error
        return self._referee.check(request, answer)

    def _decide(self, order: Order, cause: str) -> None:
        """Ask the policy about what is left of an order, and do what it says. `cause` is why it is asked."""
        order.attempts += 1
        order.timer = timer = order.timer + 1  # what it waited for does not matter any more
        request = self._request(order)
        answer, terms = self.ask(request)
        placed, short = 0, False
        sites = []
        for part, (service, freight) in zip(answer.parts, terms, strict=False):
            sites.append(part.warehouse)
            if self._last_sync is not None and self._last_sync.comes_up_short(order, part):
                short = True
                order.reallocations += 1
                order.tried |= {part.warehouse}
            else:
                placed += self._fulfilment.ship(order, part, service, freight)
        if order.attempts == 1:
            order.units_first_attempt = placed
        self.record(request, tuple(sites), answer.why, cause)
        until = NEVER
        own_hours: set[int] = set()
        if answer.holds:
            rest = list(request.units)
            for part in answer.parts:
                for line, units in part.lines:
                    rest[line] -= units
            until, own_hours = self._hold(order, answer.holds, terms[len(sites) :], rest)
        # What waits while a part is shipped may become a shipment of its own, for the reason that holds now.
        if order.split_reason < 0 and (order.used > 1 or (order.used and any(order.left))):
            order.split_reason = SPLIT_REASONS.index(answer.why.split)
        if short:
            self._waiting.again(order, "stale_stock")
        elif order.timer != timer:
            pass  # a pick was short at once: it is decided again in this second
        elif any(order.left):
            self._notices.waits(order)
            self._waiting.keep(order, until, own_hours)
        elif order.attempts > 1:
            self._waiting.note(order)
        self._settlement.end_if_done(order)

    def _hold(
        self, order: Order, holds: Sequence[Hold], committed: Iterable[tuple[int, int]], rest: Sequence[int]
    ) -> tuple[int, set[int]]:
        """Do what an answer says of lines that are not shipped now; `rest` is what its parts leave, by line.

        What a part did not get after all is not of the rest: it is decided again.
        Return when the policy wants to be asked again at the latest, and the lines that are not given up before.
        """
        until = NEVER
        own_hours: set[int] = set()
        terms = iter(committed)
        for hold in holds:
            if isinstance(hold, Backorder):
                lines = tuple([(line, rest[line]) for line in hold.lines])
                self._fulfilment.backorder(order, hold, lines, *next(terms))
            elif isinstance(hold, Cancel):
                self._cancel(order, [(line, rest[line]) for line in hold.lines], hold.reason)
            elif isinstance(hold, Care):
                self._care.take(order, hold)
            else:
                if hold.until is not None:
                    until = min(until, hold.until)
                    own_hours.update(hold.lines)
                if hold.again_at is not None:
                    until = min(until, hold.again_at)
        return until, own_hours

    def record(self, request: Request, sites: tuple[int, ...], why: Why, cause: str) -> None:
        """Write a decision: the warehouses that it chose, and why."""
        self._recorder.add(
            "decisions",
            (
                request.order, self._clock.now, request.attempt, why.rule, why.outcome,
                self._texts[sites], self._texts[why.runner_up], why.margin, why.removed, cause,
                why.capped,
            ),
        )  # fmt: skip

    def _joined(self, *sites: int) -> str:
        return "+".join([self._catalogue.site_ids[site] for site in sites])

    def _cancel(self, order: Order, lines: Iterable[tuple[int, int]], reason: str) -> None:
        self._notices.tell(order)
        self._fulfilment.cancel(order, lines, reason)
