"""What a policy may know of a scenario: not the orders of a replay, and nothing that is announced only later."""

from __future__ import annotations

from typing import TypeVar

from sim.document import Section
from sim.scenario.carriers import Disruption
from sim.scenario.downtime import Downtime, PlannedDowntime
from sim.scenario.model import Origin, Scenario

_S = TypeVar("_S", bound=Section)


def foreseeable(scenario: Scenario) -> Scenario:
    """Return a scenario without what becomes known in the course of a run: the view tells it when it is time.

    Left out are recorded orders, and disruptions and planned downtimes that are not known from the start. How often
    things break down by chance is no secret.
    """
    carriers = tuple(
        carrier.model_copy(
            update={"services": tuple(_without_surprises(each, "disruptions") for each in carrier.services)}
        )
        for carrier in scenario.carriers
    )
    known = scenario.model_copy(
        update={
            "carriers": carriers,
            "warehouses": tuple(_without_surprises(site, "downtime") for site in scenario.warehouses),
            "suppliers": tuple(_without_surprises(each, "downtime") for each in scenario.suppliers),
        }
    )
    known._origin = Origin(scenario.path, called=scenario.id)
    return known


def _without_surprises(section: _S, key: str) -> _S:
    events: tuple[Disruption | Downtime, ...] = getattr(section, key)
    kept = tuple(event for event in events if _is_known(event))
    return section if len(kept) == len(events) else section.model_copy(update={key: kept})


def _is_known(event: Disruption | Downtime) -> bool:
    """Tell whether an event is known from the start, or comes by chance."""
    return not isinstance(event, Disruption | PlannedDowntime) or event.announced_hours is None
