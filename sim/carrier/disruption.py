"""Disruptions of carriers: times in which transit takes longer, and when policies come to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.arrays import Ints
from sim.catalogue import Catalogue
from sim.clock import DAY, HOUR
from sim.localtime import instant
from sim.scenario.carriers import Service


class Disruption(NamedTuple):
    """Parcels of a service that are picked up in [begins, ends) travel `factor` times as long.

    Attributes:
        known_at: from this second on, policies know of it; the end is known with the begin.

    """

    service: int
    known_at: int
    begins: int
    ends: int
    factor: float


def disruptions_by_region(catalogue: Catalogue, services: Sequence[Service]) -> list[tuple[Disruption, ...]]:
    """Return the disruptions on the way to each region, of all services."""
    found: list[list[Disruption]] = [[] for _ in catalogue.region_ids]
    position = {id_: region for region, id_ in enumerate(catalogue.region_ids)}
    for number, service in enumerate(services):
        for entry in service.disruptions:
            begins = instant(entry.begins, catalogue.zone_info) - catalogue.start
            hours = entry.announced_hours
            known_at = 0 if hours is None else begins - round(hours * HOUR)
            disruption = Disruption(
                number, known_at, begins, begins + round(entry.days * DAY), entry.transit_factor
            )
            for region in position.values() if entry.regions == "all" else map(position.get, entry.regions):
                assert region is not None
                found[region].append(disruption)
    return [tuple(disruptions) for disruptions in found]


def factor(disruptions: Sequence[Disruption], service: int, picked_up_at: int) -> float:
    """Return what the transit of a parcel is multiplied by: of several disruptions the product."""
    product = 1.0
    for disruption in disruptions:
        if disruption.service == service and disruption.begins <= picked_up_at < disruption.ends:
            product *= disruption.factor
    return product


def known(disruptions: Sequence[Disruption], now: int) -> list[Disruption]:
    """Return the disruptions that policies know of and that may still meet a parcel."""
    return [disruption for disruption in disruptions if disruption.known_at <= now < disruption.ends]


def foreseen(disruptions: Sequence[Disruption], transit_s: Ints, pickup: Ints) -> Ints:
    """Return the expected transit of parcels with some disruptions: service x warehouse.

    Args:
        transit_s: without disruptions.
        pickup: when the parcels can be expected to be picked up.

    """
    if not disruptions:
        return transit_s
    seconds = transit_s.astype(np.float64)
    for disruption in disruptions:
        at = pickup[disruption.service]
        seconds[disruption.service] *= np.where(
            (at >= disruption.begins) & (at < disruption.ends), disruption.factor, 1.0
        )
    return np.rint(seconds).astype(np.int64)
