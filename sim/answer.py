"""The full check of a policy's answer, before anything changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.carrier import Carriers
from sim.errors import PolicyError
from sim.journal import CANCEL_REASONS, SPLIT_REASONS
from sim.network import Network, Parcel
from sim.policy import Allocation, Backorder, Cancel, Part, Request, Wait


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

    def check(self, request: Request, answer: Allocation) -> list[tuple[int, int]]:
        """Return service and freight (cents) of each part, then of each backorder; or raise PolicyError.

        Checked: shape and types; lines and units of the order; stock at each warehouse over all parts
        together; that the warehouse is up, serves the region and handles the goods; that the service goes
        there and carries them; that an order of a segment without splits stays whole.
        """
        if type(answer) is not Allocation:
            raise self._wrong(request, f"answered {type(answer).__name__}, must be an Allocation")
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
        if answer.why.split not in SPLIT_REASONS:
            raise self._wrong(
                request, f"split reason {answer.why.split!r}, must be one of {', '.join(SPLIT_REASONS)}"
            )
        return terms

    def _check_part(self, request: Request, part: Part, left: list[int]) -> tuple[int, int]:
        site, service = part.warehouse, part.service
        network = self._network
        self._check_place(request, site, service)
        if not part.lines:
            raise self._wrong(request, "a part without lines", site)
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
        if not network.up[site]:
            raise self._wrong(request, "the warehouse is in a downtime", site)
        return self._terms(request, site, service, Parcel(len(part.lines), total, grams, millilitres, tags))

    def _check_backorder(self, request: Request, hold: Backorder, left: list[int]) -> tuple[int, int]:
        site, service, network = hold.warehouse, hold.service, self._network
        self._check_place(request, site, service)
        if not hold.lines:
            raise self._wrong(request, "a backorder without lines", site)
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
                request, f"the order has no line {line!r}: lines count from 0 to {len(left) - 1}", site
            )
        if not left[line]:
            raise self._wrong(request, "the line has no units left to place", site, line)

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

    def _check_hold(self, request: Request, hold: Any, left: list[int]) -> None:
        if not isinstance(hold, Wait | Backorder | Cancel):
            raise self._wrong(
                request, f"a hold of type {type(hold).__name__}, must be Wait, Backorder or Cancel"
            )
        for line in hold.lines:
            self._check_line(request, line, left)
        if isinstance(hold, Cancel) and hold.reason not in CANCEL_REASONS:
            raise self._wrong(
                request, f"cancel reason {hold.reason!r}, must be one of {', '.join(CANCEL_REASONS)}"
            )
        if not isinstance(hold, Cancel) and hold.until is not None and hold.until <= self._network.now:
            raise self._wrong(request, f"holds until second {hold.until}, which is not in the future")

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
