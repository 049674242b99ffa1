"""The full check of a policy's answer, before anything changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.carrier.carriers import Carriers
from sim.clock import NEVER
from sim.decision.plain import is_plain, made_plain
from sim.errors import PolicyError
from sim.journal import POLICY_CANCEL_REASONS, SPLIT_REASONS
from sim.policy import Allocation, Backorder, Cancel, Care, Hold, Part, Request, Wait
from sim.stock.lots import ISSUE
from sim.view.network import Network
from sim.view.offer import Parcel

MOST_CENTS = 10**12
"""What customer care may cost once: sums of it stay within 64 bits."""


class Referee:
    """Checks answers of one policy against the state of the network.

    Args:
        policy: its name, for messages.
        order_name: gives the text that names an order in the journal.

    """

    def __init__(self, policy: str, network: Network, carriers: Carriers, order_name: Any) -> None:
        self._policy = policy
        self._network = network
        self._carriers = carriers
        self._order_name = order_name
        self._sites, self._services = len(network.warehouses), len(network.services)
        self._has_limits = network.room is not None
        # Numbers of one cell: from a memoryview in half the time that an array takes.
        self._available = network.available.data
        self._safety = network.safety_stock.data
        self._up = network.up.data

    def check(self, request: Request, answer: Any) -> tuple[Allocation, list[tuple[int, int]]]:
        """Return the answer, and service and freight (cents) of each part, then of each backorder.

        Checked: shape and types (integers of numpy become plain ones); lines and units of the order; stock at
        each warehouse over all parts together; that the warehouse is up or known to come back, serves the region,
        handles the goods and is below its queue_limit; that the service goes there and carries them; that an order
        of a segment without splits stays whole.

        Raises PolicyError for the first thing that is wrong.
        """
        if type(answer) is not Allocation:
            raise self._wrong(request, f"answered {type(answer).__name__}, must be an Allocation")
        if not is_plain(answer):
            try:
                answer = made_plain(answer)
            except TypeError as error:
                raise self._wrong(request, str(error)) from None
        parts, holds, why = answer
        left = list(request.units)
        terms = [self._check_part(request, part, left) for part in parts]
        shipments = len(parts)
        if shipments > 1:
            self._check_together(request, parts)
        for hold in holds:
            self._check_hold(request, hold, left)
            if isinstance(hold, Backorder):
                shipments += 1
                terms.append(self._check_backorder(request, hold, left))
            for line in hold.lines:
                left[line] = 0
        if shipments and not request.split and request.shipments + shipments > 1:
            segment = self._network.segments[request.segment]
            raise self._wrong(
                request, f"{request.shipments + shipments} shipments; segment {segment} allows no split"
            )
        if shipments and self._has_limits:
            self._check_room(request, answer)
        if why.split not in SPLIT_REASONS:
            raise self._wrong(
                request, f"split reason {why.split!r}, must be one of {', '.join(SPLIT_REASONS)}"
            )
        for site in why.runner_up:
            if not 0 <= site < self._sites:
                raise self._unknown(request, site, None)
        return answer, terms

    def _check_part(self, request: Request, part: Part, left: list[int]) -> tuple[int, int]:
        site, lines, service, issue, least_s, _ = part
        network = self._network
        if not 0 <= site < self._sites or not (service is None or 0 <= service < self._services):
            raise self._unknown(request, site, service)
        if not lines:
            raise self._wrong(request, "a part without lines", site)
        if len(lines) > 1:
            self._check_named_once(request, [line for line, _ in lines], site)
        tags = grams = millilitres = total = 0
        for line, units in lines:
            if not 0 <= line < len(left) or not left[line]:
                raise self._not_open(request, line, left, site)
            if units < 1 or units > left[line]:
                raise self._wrong(
                    request, f"{units} units, of {left[line]} that are left to place", site, line
                )
            left[line] -= units
            item = request.items[line]
            if units > self._available[item, site] and units > (free := self._free(item, part)):
                if not network.may_serve(request.region, network.tags[item])[site]:
                    # That says more than that there is no stock.
                    raise self._not_served(request, site, network.tags[item])
                raise self._wrong(
                    request, f"{units} units of {network.items[item]}, of {free} available", site, line
                )
            total += units
            grams += network.grams[item] * units
            millilitres += network.millilitres[item] * units
            tags |= network.tags[item]
        if not self._up[site] and network.back_at[site] >= NEVER:
            raise self._wrong(request, "the warehouse is in a downtime, whose end nobody knows", site)
        if issue is not None or least_s is not None:
            self._check_stock_terms(request, part)
        return self._terms(request, site, service, Parcel(len(lines), total, grams, millilitres, tags))

    def _free(self, item: int, part: Part) -> int:
        """Return the units of an item that a part may promise."""
        safety = self._safety[item, part.warehouse] if part.safety_stock else 0
        return self._available[item, part.warehouse] + safety

    def _check_stock_terms(self, request: Request, answer: Part | Backorder) -> None:
        issue, least_s, site = answer.issue, answer.least_life_s, answer.warehouse
        if issue is not None and issue not in ISSUE:
            raise self._wrong(request, f"issue {issue!r}, must be one of {', '.join(ISSUE)}", site)
        if least_s is not None and not 0 <= least_s <= NEVER:
            rule = f"must be at most {NEVER}" if least_s > 0 else "must be at least 0"
            raise self._wrong(request, f"least_life_s {least_s}, {rule}", site)

    def _check_backorder(self, request: Request, hold: Backorder, left: list[int]) -> tuple[int, int]:
        site, service, network = hold.warehouse, hold.service, self._network
        if not 0 <= site < self._sites or not (service is None or 0 <= service < self._services):
            raise self._unknown(request, site, service)
        self._check_stock_terms(request, hold)
        goods = [(request.items[line], left[line]) for line in hold.lines]
        tags = 0
        for item, _ in goods:
            tags |= network.tags[item]
        parcel = Parcel(
            len(goods),
            sum(units for _, units in goods),
            sum(network.grams[item] * units for item, units in goods),
            sum(network.millilitres[item] * units for item, units in goods),
            tags,
        )
        return self._terms(request, site, service, parcel)

    def _terms(self, request: Request, site: int, service: int | None, parcel: Parcel) -> tuple[int, int]:
        """Check that a parcel may leave a warehouse by a service, and return the service and its freight."""
        network, region, tags = self._network, request.region, parcel.tags
        if not network.may_serve(region, tags)[site]:
            raise self._not_served(request, site, tags)
        if service is None:
            service = int(network.offer(region, parcel, request.promised_at).service[site])
        freight = self._carriers.price(service, site, region, parcel.grams, parcel.millilitres, tags)
        if freight is None:
            raise self._wrong(
                request,
                f"service {network.services[service]} does not take this parcel to {network.regions[region]}",
                site,
            )
        return service, freight

    def _not_served(self, request: Request, site: int, tags: int) -> PolicyError:
        network = self._network
        if not network.handles_tags(tags)[site]:
            return self._wrong(request, "the warehouse may not keep the goods", site)
        return self._wrong(request, f"the warehouse does not serve {network.regions[request.region]}", site)

    def _check_named_once(self, request: Request, lines: Sequence[int], site: int | None = None) -> None:
        if len(set(lines)) < len(lines):
            line = next(line for line in lines if lines.count(line) > 1)
            raise self._wrong(request, "the line is named twice", site, line)

    def _check_together(self, request: Request, parts: Sequence[Part]) -> None:
        """Check the stock of each warehouse over all parts."""
        # Units that leave safety stock alone, and units that need not.
        wanted: dict[tuple[int, int], list[int]] = {}
        for part in parts:
            for line, units in part.lines:
                wanted.setdefault((request.items[line], part.warehouse), [0, 0])[part.safety_stock] += units
        for (item, site), (units, deep) in wanted.items():
            free = self._available[item, site]
            if deep and units <= max(free, 0):  # safety stock in use makes what is available negative
                units, free = units + deep, free + self._safety[item, site]
            if units > free:
                name = self._network.items[item]
                raise self._wrong(
                    request, f"{units} units of {name} in all parts together, of {free} available", site
                )

    def _check_room(self, request: Request, answer: Allocation) -> None:
        """Check that warehouses are below their queue_limit; a decision may give one of them several shipments."""
        committed = [hold.warehouse for hold in answer.holds if isinstance(hold, Backorder)]
        for site in [*(part.warehouse for part in answer.parts), *committed]:
            backlog, limit = self._network.backlog[site], self._network.queue_limit[site]
            if backlog >= limit:
                rule = f"the warehouse is full: {backlog} in the building, its queue_limit is {limit}"
                raise self._wrong(request, rule, site)

    def _check_hold(self, request: Request, hold: Hold, left: list[int]) -> None:
        if not hold.lines:
            raise self._wrong(request, f"a {type(hold).__name__} without lines")
        for line in hold.lines:
            if not 0 <= line < len(left) or not left[line]:
                raise self._not_open(request, line, left)
        if len(hold.lines) > 1:
            self._check_named_once(request, hold.lines)
        if isinstance(hold, Cancel) and hold.reason not in POLICY_CANCEL_REASONS:
            valid = ", ".join(POLICY_CANCEL_REASONS)
            raise self._wrong(request, f"cancel reason {hold.reason!r}, must be one of {valid}")
        if isinstance(hold, Cancel):
            return
        for until in (hold.until, hold.again_at if isinstance(hold, Wait) else None):
            if until is not None and until <= self._network.now:
                raise self._wrong(request, f"holds until second {until}, which is not in the future")
        if isinstance(hold, Care) and not 0 <= hold.cents <= MOST_CENTS:
            rule = f"must be at most {MOST_CENTS}" if hold.cents > 0 else "must be 0 or more"
            raise self._wrong(request, f"customer care for {hold.cents} cents, {rule}")

    def _unknown(self, request: Request, site: int, service: int | None) -> PolicyError:
        if not 0 <= site < self._sites:
            return self._wrong(request, f"there is no warehouse {site!r}")
        return self._wrong(request, f"there is no service {service!r}", site)

    def _not_open(self, request: Request, line: int, left: list[int], site: int | None = None) -> PolicyError:
        if 0 <= line < len(left):
            return self._wrong(request, "the line has no units left to place", site, line)
        rule = f"the order has no line {line}: lines count from 0 to {len(left) - 1}"
        return self._wrong(request, rule, site, line)

    def _wrong(
        self, request: Request, rule: str, site: int | None = None, line: int | None = None
    ) -> PolicyError:
        known = site is not None and 0 <= site < self._sites
        return PolicyError(
            rule,
            policy=self._policy,
            order=self._order_name(request.order),
            line=line,
            warehouse=self._network.warehouses[site] if known and site is not None else "",
        )
