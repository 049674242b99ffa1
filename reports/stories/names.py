"""Names for what a simulation numbers: ids by position, and moments by a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sim.carrier.carriers import service_ids
from sim.localtime import instant
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
        self._start = datetime.fromtimestamp(instant(scenario.start, ZoneInfo(scenario.timezone)), UTC)

    def at(self, second: int) -> datetime:
        """Return a second since the start as UTC without zone, as in the journal."""
        return (self._start + timedelta(seconds=second)).replace(tzinfo=None)
