"""Backorders: lines committed to one warehouse, which leave it together once it has received what they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from simpy import Event

from sim.clock import RETRY, Clock
from sim.lifecycle.binding import Binding
from sim.order import BACKORDERED, QUEUED, Shipment
from sim.stock.claims import Claim, Claims


class Backorders:
    """Shipments that wait for stock at their warehouse. What it has is bound, the rest as it comes.

    Args:
        binding: reserves units for shipments, and tells how many there are for them.
        submit: hands a shipment that has everything to its warehouse.
        give_up: cancels a shipment that waited too long.

    """

    def __init__(
        self,
        clock: Clock,
        claims: Claims,
        binding: Binding,
        submit: Callable[[Shipment], None],
        give_up: Callable[[Shipment], None],
    ) -> None:
        self._clock = clock
        self._claims = claims
        self._binding = binding
        self._submit = submit
        self._give_up = give_up
        self._open: dict[Shipment, list[Claim]] = {}

    def begin(self, shipment: Shipment, until: int | None) -> None:
        """Let a shipment wait for all its lines, until a second at most."""
        self._open[shipment] = []
        for _, item, units in shipment.lines:
            self._want(shipment, item, units)
        self.serve([item for _, item, _ in shipment.lines], shipment.site)
        if until is not None and shipment.state == BACKORDERED:
            self._clock.due(until, RETRY, self._lapse, shipment)

    def _want(self, shipment: Shipment, item: int, units: int, number: int | None = None) -> None:
        def grant(claim: Claim, count: int) -> None:
            self._binding.bind(shipment, claim.item, count)
            shipment.missing -= count
            if not shipment.missing:
                del self._open[shipment]
                shipment.state = QUEUED
                self._submit(shipment)

        def usable() -> int:
            return self._binding.usable(shipment, item)

        shipment.missing += units
        claim = self._claims.add(item, shipment.site, units, grant, usable, number=number)
        self._open[shipment].append(claim)

    def want_again(self, shipment: Shipment, items: Mapping[int, int]) -> None:
        """Let a shipment wait for units of items that it held and lost, before all who came later."""
        number = self._open[shipment][0].number
        for item, units in items.items():
            self._want(shipment, item, units, number)

    def serve(self, items: Iterable[int], site: int) -> None:
        """Bind what there is of items to the shipments that wait for them."""
        for item in items:
            self._claims.serve(item, site)

    def of(self, site: int) -> list[Shipment]:
        """Return the shipments that wait at a warehouse, the first to come first."""
        return [shipment for shipment in self._open if shipment.site == site]

    def wants(self, shipment: Shipment, item: int) -> bool:
        """Tell whether a shipment still waits for units of an item."""
        return any(claim.units for claim in self._open.get(shipment, ()) if claim.item == item)

    def end(self, shipment: Shipment) -> None:
        """Forget a shipment that is cancelled."""
        for claim in self._open.pop(shipment):
            self._claims.void(claim)

    def _lapse(self, event: Event) -> None:
        shipment = cast(Shipment, event.value)
        if shipment.state == BACKORDERED:
            self._give_up(shipment)
