"""Nobody can tell from the view what will happen: two worlds that part later look the same until they do.

Whatever a policy can reach of the network by public names is walked at every decision: attributes, properties, methods
with every argument that fits, and so on through all that these return. Two worlds differ in one thing that lies ahead;
until it becomes known, all that is seen must be the same to the last bit, and afterwards it must differ, or the walk
would prove nothing.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from sim.clock import DAY, HOUR
from sim.policy import Allocation, Backorder, Part, Request
from sim.view.network import Network

WORLD = """\
start: 2026-01-05T00:00
days: 2
drain_days: 1
items:
  - {{id: tin, weight_kg: 0.5, price: 3, cost: 1}}
  - {{id: ice, weight_kg: 1, price: 9, cost: 4, shelf_life_days: 5, min_life_at_delivery_days: 1}}
regions: [{{id: north, at: [50, 0]}}, {{id: south, at: [44, 4]}}]
segments: [{{id: standard, promise_days: 3}}]
demand: {{replay: orders.csv}}
warehouses:
  - {{id: one, at: [49, 1], work_minutes: 25, hours: {{mon-sun: "05:00-22:00"}}, downtime: [{downtime}]}}
  - {{id: two, at: [45, 3], work_minutes: 15, safety_stock: {{units: 2}}, queue_limit: 90}}
stock:
  opening: {{units: 60}}
  replenish: [{{items: all, warehouses: all, from: farm, review: {{reorder_point: {{units: 57}}, order_units: 20}}}}]
suppliers: [{{id: farm, lead_days: {lead}, downtime: [{farm}]}}]
carriers:
  - id: post
    services:
      - {{id: road, pickups: ["17:00"], zones_km: [300], transit_days: [1, 3], rates: {{base: [4, 6]}}, disruptions: [{disruption}]}}
      - {{id: air, transit_days: {air}, rates: {{base: 11}}, co2e_g_per_tonne_km: 500}}
"""
USUAL = {"downtime": "", "lead": "1", "farm": "", "disruption": "", "air": "1"}


def orders(later: str = "") -> str:
    """Return two days of orders, one an hour; `later` turns the second day's round, in time or in goods."""
    rows = []
    for number in range(48):
        other = 71 - number if later and number >= 24 else number
        item, region = ("tin", "ice")[other % 3 == 0], ("north", "south")[other % 2]
        minute = 60 * number + (7 if later and number >= 24 else 0)
        moment = f"2026-01-{5 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}"
        rows.append(f"{number:03},{moment},{region},standard,{item},{1 + other % 2}")
    return "order,placed_at,region,segment,item,units\n" + "\n".join(rows) + "\n"


# -- the walk ---------------------------------------------------------------------------------------------

MEDDLING = {"add", "give_back"}
"""What the engine calls to count; a policy that did would deceive only itself."""

PLAIN = (bool, int, float, str, bytes, type(None), np.generic)


def arguments(network: Network, request: Request) -> dict[str, list[Any]]:
    """Return what a policy may put into a parameter, by its name."""
    soon = network.columns * 0 + network.now + DAY
    return {
        "region": [0, 1], "item": [0, 1], "site": [0, 1], "tags": [0, 1], "units": [3],
        "request": [request], "lines": [request.open], "parcel": [network.parcel(request, request.open)],
        "promised_at": [request.promised_at], "choice": ["cheapest_in_time", "cheapest", "fastest", (1, 0)],
        "arrives_at": [soon], "service": [network.columns * 0], "half_life_days": [2.0], "days": [0.5], "of": ["orders"],
        "per": ["day"], "much": [network.columns + 1.0], "rolling": [False, True],
    }  # fmt: skip


class Walk:
    """Goes through everything that can be reached, and writes down what is found.

    Args:
        texts: of scenarios, by their identity: each stays the same all through a play.

    """

    def __init__(self, network: Network, request: Request, texts: dict[int, str]) -> None:
        self._texts = texts
        self._arguments = arguments(network, request)
        self._seen: set[int] = set()
        self._kept: list[Any] = []  # alive, so that no id is used again
        self.lines: list[str] = []
        self.types: set[str] = set()
        self._visit("network", network)

    def _visit(self, path: str, value: Any) -> None:
        self.types.add(type(value).__name__)
        if isinstance(value, PLAIN):
            self.lines.append(f"{path} = {value!r}")
        elif isinstance(value, np.ndarray):
            digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
            self.lines.append(f"{path} = {value.dtype}{value.shape} {digest}")
        elif isinstance(value, dict):
            for key, element in value.items():
                self._visit(f"{path}[{key!r}]", element)
        elif isinstance(value, BaseModel):
            if id(value) not in self._texts:
                self._texts[id(value)] = repr(value)
            self.lines.append(f"{path} = {self._texts[id(value)]}")
        elif isinstance(value, (tuple, list, set, frozenset)) and not hasattr(value, "_fields"):
            for number, element in enumerate(sorted(value) if isinstance(value, set | frozenset) else value):
                self._visit(f"{path}[{number}]", element)
        elif id(value) not in self._seen:
            self._seen.add(id(value))
            self._kept.append(value)
            for name in dir(value):
                if not name.startswith("_") and name not in MEDDLING:
                    self._look(f"{path}.{name}", getattr(value, name))

    def _look(self, path: str, found: Any) -> None:
        if not callable(found):
            self._visit(path, found)
            return
        if path.rsplit(".", 1)[1] in dir(tuple):  # index and count of a named tuple
            return
        for options in self._calls(path, found):
            self._visit(f"{path}({', '.join(options)})", found(**options))

    def _calls(self, path: str, method: Callable[..., Any]) -> Iterator[dict[str, Any]]:
        """Yield keyword arguments, every value of each once; parameters with a default keep it."""
        needed = [p.name for p in inspect.signature(method).parameters.values() if p.default is p.empty]
        for name in needed:
            assert name in self._arguments, f"{path}: the walk does not know what to put into {name}"
        for turn in range(max([len(self._arguments[name]) for name in needed], default=1)):
            yield {name: self._arguments[name][turn % len(self._arguments[name])] for name in needed}


class Witness:
    """Ships every line from the first warehouse that has it, and writes down all that it could see.

    Attributes:
        seen: by second and order.

    """

    def __init__(self) -> None:
        self.seen: list[tuple[int, int, list[str]]] = []
        self.types: set[str] = set()
        self._texts: dict[int, str] = {}

    def prepare(self, network: Network) -> None:
        network.usage("orders", "day")
        network.velocity(2.0)
        network.turns()

    def allocate(self, order: Request, network: Network) -> Allocation:
        walk = Walk(network, order, self._texts)
        self.types |= walk.types
        self.seen.append((network.now, order.order, [repr(order), *walk.lines]))
        for site in np.flatnonzero(
            network.up & (network.room if network.room is not None else True)
        ).tolist():
            if network.available[order.items[0], site] >= order.units[0]:
                return Allocation((Part(site, ((0, order.units[0]),)),))
        return Allocation((), (Backorder((0,), 1),))


def witnessed(stage: Any, later: str = "", replication: int = 0, **parts: str) -> Witness:
    """Play a world and return what was seen in it."""
    witness = Witness()
    scenario = stage.scenario(WORLD.format(**{**USUAL, **parts}), orders=orders(later))
    stage.play(scenario, witness, replication)
    return witness


def first_difference(a: Witness, b: Witness, leave_out: str = "nothing") -> tuple[int, list[str]]:
    """Return the second in which two worlds look different for the first time, and by what."""
    for (now, number, one), (later, other_number, other) in zip(a.seen, b.seen, strict=False):
        if (now, number) != (later, other_number):
            return min(now, later), ["another order"]
        different = [x for x, y in zip(one, other, strict=False) if x != y and not x.startswith(leave_out)]
        if different or len(one) != len(other):
            return now, different
    raise AssertionError("the worlds never look different: the walk sees nothing")


# -- what lies ahead --------------------------------------------------------------------------------------

NOON = 36 * HOUR
"""Noon of the second day."""


@pytest.mark.parametrize(
    ("parts", "known_at"),
    [
        # Known when it begins, or so many hours before.
        ({"downtime": "{begins: 2026-01-06T12:00, hours: 3, announced_hours: 0, reason: fire}"}, NOON),
        ({"downtime": "{begins: 2026-01-06T12:00, hours: 3, factor: 0.5, announced_hours: 4}"}, NOON - 4 * HOUR),
        ({"disruption": "{begins: 2026-01-06T12:00, days: 1, transit_factor: 3, announced_hours: 0}"}, NOON),
        ({"disruption": "{begins: 2026-01-06T12:00, days: 1, transit_factor: 3, announced_hours: 9}"}, NOON - 9 * HOUR),
    ],
)  # fmt: skip
def test_what_is_announced_later_is_not_known_before(
    stage: Any, parts: dict[str, str], known_at: int
) -> None:
    at, different = first_difference(witnessed(stage), witnessed(stage, **parts))
    assert known_at <= at <= known_at + HOUR, different


def test_a_downtime_known_from_the_start_is_seen_from_the_start(stage: Any) -> None:
    at, _ = first_difference(
        witnessed(stage), witnessed(stage, downtime="{begins: 2026-01-06T12:00, hours: 3}")
    )
    assert at == 0


def test_orders_to_come_are_not_known(stage: Any) -> None:
    at, different = first_difference(witnessed(stage), witnessed(stage, later="turned"))
    assert at >= DAY, different


def test_an_outage_of_a_supplier_is_not_known_before_its_lots_are_late(stage: Any) -> None:
    outage = "{begins: 2026-01-05T06:00, hours: 30, announced_hours: 0}"
    a, b = witnessed(stage), witnessed(stage, farm=outage)
    at, different = first_difference(a, b)
    assert at > DAY, different
    assert all("on_hand" in line or "available" in line or "on_order" in line for line in different[:1])


def test_when_a_lot_under_way_arrives_is_not_known(stage: Any) -> None:
    # The mean is known, and the same. What was ordered first arrives after a day, or after what chance says.
    a, b = witnessed(stage, lead="1"), witnessed(stage, lead="{uniform: {low: 0.9, high: 1.1}}")
    at, different = first_difference(a, b, leave_out="network.scenario")
    assert at > 0.9 * DAY, different


def test_when_a_breakdown_comes_and_how_long_its_repair_takes_is_not_known(stage: Any) -> None:
    always = "{every_hours: 15, hours: 5}"
    by_chance = "{every_hours: 15, hours: {uniform: {low: 2, high: 8}}}"
    a, b = witnessed(stage, downtime=always), witnessed(stage, downtime=by_chance)
    at, different = first_difference(a, b, leave_out="network.scenario")
    # Down at 15 h in both, up again at 20 h in the first, at another time in the second.
    assert 17 * HOUR <= at <= 23 * HOUR, different
    sooner = witnessed(stage, downtime="{every_hours: {uniform: {low: 10, high: 20}}, hours: 5}")
    at, different = first_difference(a, sooner, leave_out="network.scenario")
    assert at >= 10 * HOUR, different


def test_how_long_a_parcel_will_travel_is_not_known(stage: Any) -> None:
    a, b = witnessed(stage, air="1"), witnessed(stage, air="{uniform: {low: 0.5, high: 1.5}}")
    with pytest.raises(
        AssertionError, match="never look different"
    ):  # nor afterwards: nothing here depends on it
        first_difference(a, b, leave_out="network.scenario")


# -- what can be reached at all ---------------------------------------------------------------------------


def test_the_engine_is_out_of_reach(stage: Any) -> None:
    """Whatever public names lead to is a plain value, an array, the scenario, or a thing made to be looked at."""
    made_to_be_looked_at = {
        "Network", "Forecast", "Offer", "Parcel", "Tallies", "CalendarUsage", "RollingUsage", "Turns", "Velocity",
        "Picked", "Share",
    }  # fmt: skip
    plain = {
        "int",
        "float",
        "bool",
        "str",
        "NoneType",
        "ndarray",
        "tuple",
        "list",
        "dict",
        "Scenario",
        "mappingproxy",
    }
    numbers = {"int32", "int64", "float64", "bool", "bool_", "uint64"}
    assert witnessed(stage).types - made_to_be_looked_at - plain - numbers == set()


def test_the_page_on_the_view_names_everything_that_is_there() -> None:
    page = inspect.getdoc(Network) or ""
    stage_names = {name for name in dir(Network) if not name.startswith("_")}
    assert {name for name in stage_names if name not in page} == set()


def test_the_page_on_the_view_names_every_attribute(stage: Any) -> None:
    names = set()

    class Reader(Witness):
        def allocate(self, order: Request, network: Network) -> Allocation:
            names.update(name for name in vars(network) if not name.startswith("_"))
            return super().allocate(order, network)

    stage.play(stage.scenario(WORLD.format(**USUAL), orders=orders()), Reader())
    page = inspect.getdoc(Network) or ""
    assert {name for name in names if name not in page} == set()
