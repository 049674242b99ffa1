"""Names for what a simulation numbers: ids by position, and moments by a clock on the wall."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reports.designs import joined
from sim.carrier import service_ids
from sim.clock import instant
from sim.policy import Request
from sim.scenario import Scenario


class Names:
    """Ids of a scenario by position, and its moments.

    Attributes:
        items, warehouses, services: ids in the order of the scenario.

    """

    def __init__(self, scenario: Scenario) -> None:
        self.items = [item.id for item in scenario.items]
        self.warehouses = [site.id for site in scenario.warehouses]
        self.services = service_ids(scenario.carriers)
        self._zone = ZoneInfo(scenario.timezone)
        self._start = datetime.fromtimestamp(instant(scenario.start, self._zone), UTC)

    def at(self, second: int) -> datetime:
        """Return a second since the start as UTC without zone, as in the journal."""
        return (self._start + timedelta(seconds=second)).replace(tzinfo=None)

    def when(self, at: datetime) -> str:
        """Return a moment of the journal by the scenario's clock."""
        return at.replace(tzinfo=UTC).astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def goods(self, request: Request, lines: Sequence[int]) -> str:
        """Return lines as what a customer ordered."""
        return joined([f"{request.units[line]} {self.items[request.items[line]]}" for line in lines])

    def sites(self, positions: Sequence[int]) -> str:
        """Return warehouses by name."""
        return joined([self.warehouses[site] for site in positions])
