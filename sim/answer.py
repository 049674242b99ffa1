"""The full check of a policy's answer, before anything changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.carrier import Carriers
from sim.clock import NEVER
from sim.errors import PolicyError
from sim.journal import CANCEL_REASONS, SPLIT_REASONS
from sim.network import Network
from sim.offer import Parcel
from sim.policy import Allocation, Backorder, Cancel, Care, Hold, Part, Request, Wait, Why


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
        self._available = network.available

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
        if not _is_plain(answer):
            try:
                answer = _made_plain(answer)
            except TypeError as error:
                raise self._wrong(request, str(error)) from None
        left = list(request.units)
        terms = [self._check_part(request, part, left) for part in answer.parts]
        if len(answer.parts) > 1:
            self._check_together(request, answer.parts)
        shipments = len(answer.parts)
        for hold in answer.holds:
            self._check_hold(request, hold, left)
            if isinstance(hold, Backorder):
                shipments += 1
                terms.append(self._check_backorder(request, hold, left))
            for line in hold.lines:
                left[line] = 0
        if not request.split and shipments and request.shipments + shipments > 1:
            segment = self._network.segments[request.segment]
            raise self._wrong(
                request, f"{request.shipments + shipments} shipments; segment {segment} allows no split"
            )
        if shipments and self._network.room is not None:
            self._check_room(request, answer)
        if answer.why.split not in SPLIT_REASONS:
            raise self._wrong(
                request, f"split reason {answer.why.split!r}, must be one of {', '.join(SPLIT_REASONS)}"
            )
        for site in answer.why.runner_up:
            self._check_place(request, site, None)
        return answer, terms

    def _check_part(self, request: Request, part: Part, left: list[int]) -> tuple[int, int]:
        site, service = part.warehouse, part.service
        network = self._network
        self._check_place(request, site, service)
        if not part.lines:
            raise self._wrong(request, "a part without lines", site)
        if len(part.lines) > 1:
            self._check_named_once(request, [line for line, _ in part.lines], site)
        tags = grams = millilitres = total = 0
        for line, units in part.lines:
            self._check_line(request, line, left, site)
            if units < 1 or units > left[line]:
                raise self._wrong(
                    request, f"{units} units, of {left[line]} that are left to place", site, line
                )
            left[line] -= units
            item = request.items[line]
            if units > self._available[item, site]:
                self._check_site(request, site, network.tags[item])  # says more than that there is no stock
                raise self._wrong(
                    request,
                    f"{units} units of {network.items[item]}, of {self._available[item, site]} available",
                    site,
                    line,
                )
            total += units
            grams += network.grams[item] * units
            millilitres += network.millilitres[item] * units
            tags |= network.tags[item]
        if not network.up[site] and network.back_at[site] >= NEVER:
            raise self._wrong(request, "the warehouse is in a downtime, whose end nobody knows", site)
        return self._terms(request, site, service, Parcel(len(part.lines), total, grams, millilitres, tags))

    def _check_backorder(self, request: Request, hold: Backorder, left: list[int]) -> tuple[int, int]:
        site, service, network = hold.warehouse, hold.service, self._network
        self._check_place(request, site, service)
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

    def _check_place(self, request: Request, site: int, service: int | None) -> None:
        if not 0 <= site < len(self._network.warehouses):
            raise self._wrong(request, f"there is no warehouse {site!r}")
        if service is not None and not 0 <= service < len(self._network.services):
            raise self._wrong(request, f"there is no service {service!r}", site)

    def _terms(self, request: Request, site: int, service: int | None, parcel: Parcel) -> tuple[int, int]:
        """Check that a parcel may leave a warehouse by a service, and return the service and its freight."""
        network, region = self._network, request.region
        self._check_site(request, site, parcel.tags)
        if service is None:
            service = int(network.offer(region, parcel, request.promised_at).service[site])
        freight = self._carriers.price(service, site, region, parcel.grams, parcel.millilitres, parcel.tags)
        if freight is None:
            raise self._wrong(
                request,
                f"service {network.services[service]} does not take this parcel to {network.regions[region]}",
                site,
            )
        return service, freight

    def _check_site(self, request: Request, site: int, tags: int) -> None:
        network = self._network
        if not network.may_serve(request.region, tags)[site]:
            rule = (
                "may not keep the goods"
                if not network.handles_tags(tags)[site]
                else f"does not serve {network.regions[request.region]}"
            )
            raise self._wrong(request, f"the warehouse {rule}", site)

    def _check_line(self, request: Request, line: int, left: list[int], site: int | None = None) -> None:
        if not 0 <= line < len(left):
            raise self._wrong(
                request, f"the order has no line {line}: lines count from 0 to {len(left) - 1}", site, line
            )
        if not left[line]:
            raise self._wrong(request, "the line has no units left to place", site, line)

    def _check_named_once(self, request: Request, lines: Sequence[int], site: int | None = None) -> None:
        if len(set(lines)) < len(lines):
            line = next(line for line in lines if lines.count(line) > 1)
            raise self._wrong(request, "the line is named twice", site, line)

    def _check_together(self, request: Request, parts: Sequence[Part]) -> None:
        wanted: dict[tuple[int, int], int] = {}
        for part in parts:
            for line, units in part.lines:
                cell = (request.items[line], part.warehouse)
                wanted[cell] = wanted.get(cell, 0) + units
        for (item, site), units in wanted.items():
            if units > self._available[item, site]:
                raise self._wrong(
                    request,
                    f"{units} units of {self._network.items[item]} in all parts together, of "
                    f"{self._available[item, site]} available",
                    site,
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
            self._check_line(request, line, left)
        if len(hold.lines) > 1:
            self._check_named_once(request, hold.lines)
        if isinstance(hold, Cancel) and hold.reason not in CANCEL_REASONS:
            raise self._wrong(
                request, f"cancel reason {hold.reason!r}, must be one of {', '.join(CANCEL_REASONS)}"
            )
        if isinstance(hold, Cancel):
            return
        for until in (hold.until, hold.again_at if isinstance(hold, Wait) else None):
            if until is not None and until <= self._network.now:
                raise self._wrong(request, f"holds until second {until}, which is not in the future")
        if isinstance(hold, Care) and hold.cents < 0:
            raise self._wrong(request, f"customer care for {hold.cents} cents, must be 0 or more")

    def _wrong(
        self, request: Request, rule: str, site: int | None = None, line: int | None = None
    ) -> PolicyError:
        known = site is not None and 0 <= site < len(self._network.warehouses)
        return PolicyError(
            rule,
            policy=self._policy,
            order=self._order_name(request.order),
            line=line,
            warehouse=self._network.warehouses[site] if known and site is not None else "",
        )


# What a policy answers is made of named tuples, which hold whatever was put into them. Nothing below looks at the
# order: only at types, because a float or a number of numpy's would do its harm far from here.


def _is_plain(answer: Allocation) -> bool:
    """Tell whether an answer is made as `sim.policy` says, of plain integers: the usual case, told fast."""
    parts, holds, why = answer
    if holds or type(parts) is not tuple or type(why) is not Why or type(why.runner_up) is not tuple:
        return False
    for part in parts:
        if type(part) is not Part or type(part.warehouse) is not int or type(part.service) is not int:
            return False
        if type(part.lines) is not tuple:
            return False
        for pair in part.lines:
            if (
                type(pair) is not tuple
                or len(pair) != 2
                or type(pair[0]) is not int
                or type(pair[1]) is not int
            ):
                return False
    rule, outcome, runner_up, margin, removed, split, capped = why
    if margin is not None and type(margin) is not float:
        return False
    for site in runner_up:
        if type(site) is not int:
            return False
    if type(capped) is not bool:
        return False
    return type(rule) is str and type(outcome) is str and type(removed) is str and type(split) is str


def _made_plain(answer: Allocation) -> Allocation:
    """Return an answer of plain integers. Raises TypeError that says what is of another type."""
    parts = [_plain_part(part) for part in _listed("parts", answer.parts)]
    holds = [_plain_hold(hold) for hold in _listed("holds", answer.holds)]
    why = answer.why
    if type(why) is not Why:
        raise TypeError(f"why of type {type(why).__name__}, must be Why")
    for word in ("rule", "outcome", "removed", "split"):
        if not isinstance(getattr(why, word), str):
            raise TypeError(f"why.{word} {getattr(why, word)!r}, must be text")
    if not isinstance(why.capped, bool | np.bool_):
        raise TypeError(f"why.capped {why.capped!r}, must be a bool")
    if why.margin is not None and not isinstance(why.margin, int | float | np.integer | np.floating):
        raise TypeError(f"why.margin {why.margin!r}, must be a number or None")
    runner_up = [_plain_int("why.runner_up", site) for site in _listed("why.runner_up", why.runner_up)]
    margin = None if why.margin is None else float(why.margin)
    why = why._replace(runner_up=tuple(runner_up), margin=margin, capped=bool(why.capped))
    return Allocation(tuple(parts), tuple(holds), why)


def _plain_part(part: Any) -> Part:
    if type(part) is not Part:
        raise TypeError(f"a part of type {type(part).__name__}, must be Part")
    pairs = _listed("lines of a part", part.lines)
    for pair in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"lines of a part hold {pair!r}, must be pairs of line and units")
    return Part(
        _plain_int("warehouse", part.warehouse),
        tuple([(_plain_int("line", line), _plain_int("units", units)) for line, units in pairs]),
        None if part.service is None else _plain_int("service", part.service),
    )


def _plain_hold(hold: Any) -> Hold:
    if not isinstance(hold, Wait | Backorder | Cancel | Care):
        raise TypeError(f"a hold of type {type(hold).__name__}, must be Wait, Backorder, Cancel or Care")
    lines = tuple(
        [_plain_int("line", line) for line in _listed(f"lines of {type(hold).__name__}", hold.lines)]
    )
    if isinstance(hold, Cancel):
        return hold._replace(lines=lines)
    if isinstance(hold, Care):
        return Care(lines, _plain_int("until", hold.until), _plain_int("cents", hold.cents))
    until = None if hold.until is None else _plain_int("until", hold.until)
    if isinstance(hold, Wait):
        again_at = None if hold.again_at is None else _plain_int("again_at", hold.again_at)
        return Wait(lines, until, again_at)
    warehouse = _plain_int("warehouse", hold.warehouse)
    service = None if hold.service is None else _plain_int("service", hold.service)
    return Backorder(lines, warehouse, service, until)


def _listed(what: str, values: Any) -> Sequence[Any]:
    # A named tuple is a tuple too: a Part where a tuple of parts belongs.
    if not isinstance(values, tuple | list) or hasattr(values, "_fields"):
        raise TypeError(f"{what} of type {type(values).__name__}, must be a tuple")
    return values


def _plain_int(what: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{what} {value!r}, must be an int")
    return int(value)
