"""Re-allocation: shipments that are committed to a warehouse and not begun there move to others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import cast

from simpy import Event

from sim.clock import RETRY, Clock
from sim.decision.orchestrator import Orchestrator
from sim.journal import SPLIT_REASONS
from sim.ledger import CASH, HANDLING
from sim.lifecycle.fulfilment import Fulfilment
from sim.occasions import Reallocation
from sim.order import BACKORDERED, QUEUED, Order, Shipment
from sim.policy import Part, Request, Why
from sim.stock.inventory import Inventory
from sim.view.visibility import LastSync


class Reallocations:
    """Puts shipments that wait at a warehouse to the policy once more, and moves those that it wants elsewhere now.

    A shipment is moved when the answer places all its lines at warehouses where its order has never been: what was
    bound or claimed is given up, what counted towards limits is given back, and the lines are placed anew. So no order
    wanders for ever. Whatever else the answer says, the shipment stays.

    Args:
        wishes: what the policy wants.
        orchestrator: asks the policy, and writes its decisions.
        on_receipt: what is told of items that a warehouse received.

    """

    def __init__(
        self,
        clock: Clock,
        wishes: Reallocation,
        orchestrator: Orchestrator,
        fulfilment: Fulfilment,
        inventory: Inventory,
        on_receipt: list[Callable[[Iterable[int], int], None]],
        last_sync: LastSync | None,
    ) -> None:
        self._clock = clock
        self._wishes = wishes
        self._orchestrator = orchestrator
        self._fulfilment = fulfilment
        self._warehouses = fulfilment.warehouses
        self._inventory = inventory
        self._last_sync = last_sync
        self._downs: Counter[int] = Counter()  # how often each warehouse went down
        self._backorders: dict[int, dict[Shipment, int]] = {}  # by item, with the sequence of commitment
        self._commitments = count()
        self._received: dict[int, set[int]] = {}  # warehouses by item, in this second
        if "site_down" in wishes.after:
            fulfilment.warehouses.on_down.append(self._went_down)
        if "receipt" in wishes.after:
            on_receipt.append(self._after_receipt)
        if "timer" in wishes.after or "receipt" in wishes.after:
            fulfilment.on_shipment = self._watch

    def _watch(self, shipment: Shipment) -> None:
        """Remember a new shipment for what may have it decided anew."""
        if "timer" in self._wishes.after:
            self._set_timer(shipment)
        if "receipt" in self._wishes.after and shipment.state == BACKORDERED:
            number = next(self._commitments)
            for _, item, _ in shipment.lines:
                self._backorders.setdefault(item, {})[shipment] = number

    # -- what has a shipment decided anew ---------------------------------------------------------------

    def _set_timer(self, shipment: Shipment) -> None:
        if self._wishes.every_seconds is not None and self._may_move(shipment):
            self._clock.due(self._clock.now + self._wishes.every_seconds, RETRY, self._on_timer, shipment)

    def _on_timer(self, event: Event) -> None:
        shipment = cast(Shipment, event.value)
        if self._may_move(shipment):
            self._decide(shipment, "timer")
            self._set_timer(shipment)

    def _went_down(self, site: int) -> None:
        self._downs[site] += 1
        at = self._clock.now + self._wishes.wait_seconds
        self._clock.due(at, RETRY, self._if_still_down, (site, self._downs[site]))

    def _if_still_down(self, event: Event) -> None:
        """Decide what waits at a warehouse, its queue first, unless it has come back since it went down."""
        site, number = cast(tuple[int, int], event.value)
        if self._warehouses.up[site] or self._downs[site] != number:
            return
        queued = [job for job in self._warehouses.sites[site].queued() if isinstance(job, Shipment)]
        for shipment in [*queued, *self._fulfilment.backorders.of(site)]:
            if self._may_move(shipment):
                self._decide(shipment, "site_down")

    def _after_receipt(self, items: Iterable[int], site: int) -> None:
        """Have backorders of other warehouses decided that wait for items of which a warehouse has some now.

        That is at the end of the second: who waits and is committed nowhere goes first.
        """
        wanted = [item for item in items if item in self._backorders]
        if wanted:
            if not self._received:
                self._clock.due(self._clock.now, RETRY, self._on_receipts)
            for item in wanted:
                self._received.setdefault(item, set()).add(site)

    def _on_receipts(self, _: Event) -> None:
        received, self._received = self._received, {}
        unreserved = self._inventory.unreserved  # the policy may ship from safety stock
        found: dict[Shipment, int] = {}
        for item in received:
            found.update(self._waiting_for(item))
        for shipment in sorted(found, key=found.__getitem__):
            been_at, wants = _been_at(shipment.order), self._fulfilment.backorders.wants
            if self._may_move(shipment) and any(
                unreserved(item, site) > 0
                for item, sites in received.items()
                if wants(shipment, item)
                for site in sites - been_at
            ):
                self._decide(shipment, "receipt")

    def _waiting_for(self, item: int) -> dict[Shipment, int]:
        """Return the backorders of an item, with the sequence in which they were committed; others are forgotten."""
        found = {
            shipment: number
            for shipment, number in self._backorders.get(item, {}).items()
            if shipment.state == BACKORDERED
        }
        if found:
            self._backorders[item] = found
        else:
            self._backorders.pop(item, None)
        return found

    def _may_move(self, shipment: Shipment) -> bool:
        at_most = self._wishes.at_most
        return shipment.state in (QUEUED, BACKORDERED) and (at_most is None or shipment.order.moves < at_most)

    # -- what becomes of it -----------------------------------------------------------------------------

    def _decide(self, shipment: Shipment, cause: str) -> None:
        order, site = shipment.order, shipment.site
        request = self._request(shipment)
        answer, terms = self._orchestrator.ask(request)
        why = answer.why
        if not self._places_all(order, request, answer.parts):
            self._orchestrator.record(request, (site,), Why(why.rule, "kept", removed=why.removed), cause)
            return
        self._fulfilment.take_apart(shipment)
        for part, (service, freight) in zip(answer.parts, terms, strict=False):
            self._fulfilment.ship(order, part, service, freight)
        order.moves += 1
        order.reallocations += 1
        order.tried |= {site}
        order.posts[HANDLING] += self._wishes.cents
        order.posts[CASH] -= self._wishes.cents
        if order.split_reason < 0 and order.used > 1:
            order.split_reason = SPLIT_REASONS.index(why.split)
        sites = tuple([part.warehouse for part in answer.parts])
        self._orchestrator.record(request, sites, why._replace(outcome=f"moved, {why.outcome}"), cause)

    def _request(self, shipment: Shipment) -> Request:
        """Return a request for the lines of one shipment, as if it did not exist."""
        order = shipment.order
        units = [0] * len(order.items)
        for line, _, wanted in shipment.lines:
            units[line] = wanted
        return Request(
            order.number, order.region, order.segment, order.items, tuple(units),
            tuple([line for line, wanted in enumerate(units) if wanted]), order.placed_at, order.promised_at,
            order.value, shipment.grams, shipment.millilitres, shipment.tags, order.attempts, order.used - 1,
            self._orchestrator.split_allowed[order.segment], _been_at(order), order.units, shipment.site,
        )  # fmt: skip

    def _places_all(self, order: Order, request: Request, parts: Sequence[Part]) -> bool:
        """Tell whether parts hold all units of a request, from where the order has never been and stock really is."""
        left = list(request.units)
        by_site: dict[int, Part] = {}
        for part in parts:
            if part.warehouse in request.tried:
                return False
            for line, units in part.lines:
                left[line] -= units
            others = by_site.get(part.warehouse)
            if others is not None:
                both = others.safety_stock and part.safety_stock
                merged = dict(others.lines)
                for line, units in part.lines:
                    merged[line] = merged.get(line, 0) + units
                part = part._replace(lines=tuple(merged.items()), safety_stock=both)
            by_site[part.warehouse] = part
        if any(left):
            return False
        sync = self._last_sync
        short = (
            [] if sync is None else [part for part in by_site.values() if sync.comes_up_short(order, part)]
        )
        return not short  # each of them has reported what it has


def _been_at(order: Order) -> frozenset[int]:
    """Return the warehouses that failed an order, have shipments of it, or had some."""
    return order.tried.union([shipment.site for shipment in order.parts])
