"""Shipments of orders that are decided one by one, and of the best plan for all of them together.

Whoever gives each order the fewest shipments that the stock allows, as it comes, splits orders that come later (Xu, Allgor
and Graves 2009). The best plan is a whole-number programme: no policy ships less, and a policy that knows it ships as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import cos, dist, pi, sin
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from sim.policy import Allocation, Part, Request
from sim.view.network import Network
from tests.theory.agreement import SEED, TRUTHS, Agreement, family

SHIPPED = sorted(path.stem for path in (Path(__file__).parents[2] / "policies").glob("*.yaml"))


Point: TypeAlias = tuple[float, float]


class Instance(NamedTuple):
    """Orders of one unit of some items, units by warehouse and item, and where customers are."""

    orders: list[list[str]]
    stock: dict[str, dict[str, int]]
    customers: list[Point]

    @property
    def warehouses(self) -> dict[str, Point]:
        """Where they are: on a circle around the origin, in degrees."""
        angles = {w: 2 * pi * place / len(self.stock) for place, w in enumerate(self.stock)}
        return {w: (cos(angle), sin(angle)) for w, angle in angles.items()}


def published(name: str) -> Instance:
    """Return an instance of the truths."""
    told = TRUTHS["reevaluation_shipments"][name]
    world = Instance(told["orders"], told["stock"], [])
    for preferred in told["pref"]:
        # Drawn to a warehouse the more, the more it is preferred, so that the preferred ones are nearer.
        x, y = np.dot(0.5 ** np.arange(1, 1 + len(preferred)), [world.warehouses[w] for w in preferred])
        world.customers.append((float(x), float(y)))
    return world


def drawn(number: int, orders: int, items: str, warehouses: int) -> Instance:
    """Return random orders, customers at random places, and as many units as they ask for, somewhere."""
    rng = np.random.default_rng([SEED, number])
    wanted = [
        sorted(rng.choice([*items], size=rng.integers(1, 4), replace=False).tolist()) for _ in range(orders)
    ]
    ids = [f"W{w}" for w in range(warehouses)]
    stock = {w: dict.fromkeys(items, 0) for w in ids}
    for item in (item for order in wanted for item in order):
        stock[str(rng.choice(ids))][item] += 1
    return Instance(wanted, stock, [(x, y) for x, y in rng.uniform(-1, 1, (orders, 2)).tolist()])


# -- exact values -----------------------------------------------------------------------------------------


def covers(order: Sequence[str], left: dict[str, dict[str, int]]) -> list[tuple[str, ...]]:
    """Return the smallest sets of warehouses that have all items of an order together."""
    for size in range(1, len(left) + 1):
        found = [
            sites
            for sites in combinations(left, size)
            if all(any(left[w][item] for w in sites) for item in order)
        ]
        if found:
            return found
    return []


class Plan(NamedTuple):
    """The fewest shipments of all orders together: in parts of units, in whole ones, and from where each item leaves."""

    relaxed: float
    shipments: float
    sites: list[dict[str, str]]


def best(world: Instance) -> Plan:
    """Return the best plan, of a whole-number programme and of its relaxation."""
    ids = list(world.stock)
    ships = [(order, w) for order in range(len(world.orders)) for w in ids]
    takes = [(order, item, w) for order, items in enumerate(world.orders) for item in items for w in ids]
    cells = [(w, item) for w in ids for item in world.stock[w]]
    n, m = len(ships), len(takes)
    placed = [
        (order, item) for order, items in enumerate(world.orders) for item in items
    ]  # each once, from somewhere
    once = np.zeros((len(placed), n + m))
    opened = np.zeros((m, n + m))  # what leaves a warehouse needs a shipment from there
    used = np.zeros((len(cells), n + m))
    for column, (order, item, w) in enumerate(takes):
        once[placed.index((order, item)), n + column] = 1
        opened[column, n + column], opened[column, ships.index((order, w))] = 1, -1
        used[cells.index((w, item)), n + column] = 1
    limits = [
        LinearConstraint(once, 1, 1),
        LinearConstraint(opened, -np.inf, 0),
        LinearConstraint(used, -np.inf, [world.stock[w][item] for w, item in cells]),
    ]
    cost = np.r_[np.ones(n), np.zeros(m)]
    relaxed, whole = (
        milp(cost, constraints=limits, integrality=np.full(n + m, kind), bounds=Bounds(0, 1))
        for kind in (0, 1)
    )
    sites: list[dict[str, str]] = [{} for _ in world.orders]
    for share, (order, item, w) in zip(whole.x[n:], takes, strict=True):
        if share > 0.5:
            sites[order][item] = w
    return Plan(float(relaxed.fun), float(whole.fun), sites)


@pytest.mark.parametrize("name", ["xag_tiny", "xag_9orders"])
def test_the_programme_reproduces_the_published_truths(name: str) -> None:
    truth, plan = TRUTHS["reevaluation_shipments"][name], best(published(name))
    assert plan.shipments == pytest.approx(truth["optimal"])
    assert plan.relaxed == pytest.approx(truth["lp"])


# -- worlds -----------------------------------------------------------------------------------------------

WORLD = """\
start: 2026-01-05T00:00
days: 2
items: [{items}]
regions: [{regions}]
demand: {{replay: orders.csv}}
warehouses: [{warehouses}]
stock: {{opening: {{file: stock.csv}}}}
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""
LARGEST_FIRST = """\
decide: {every_minutes: 1440, sort: [value]}
rules:
  - {rank: {by: [fewest_shipments, distance_km, site_id]}, split: {max_shipments: 9}}
"""


def place(name: str, at: Point) -> str:
    return f"{{id: {name}, at: [{at[0]:.4f}, {at[1]:.4f}]}}"


def scenario_of(stage: Any, world: Instance) -> Any:
    """Return a scenario in which an order comes each half hour, from a region of its own."""
    items = sorted({item for row in world.stock.values() for item in row})
    orders = [
        f"{number - 1},2026-01-05T{number // 2:02}:{number % 2 * 30:02},r{number - 1},{item},1"
        for number, wanted in enumerate(world.orders, 1)
        for item in wanted
    ]
    stock = [f"{w},{item},{units}" for w, row in world.stock.items() for item, units in row.items() if units]
    return stage.scenario(
        WORLD.format(
            items=", ".join(f"{{id: {item}, price: 1}}" for item in items),
            regions=", ".join(place(f"r{number}", at) for number, at in enumerate(world.customers)),
            warehouses=", ".join(place(w, at) for w, at in world.warehouses.items()),
        ),
        orders="\n".join(["order,placed_at,region,item,units", *orders, ""]),
        stock="\n".join(["warehouse,item,units", *stock, ""]),
    )


class Planned:
    """Ships every item from where a plan says."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def allocate(self, order: Request, network: Network) -> Allocation:
        sites = self._plan.sites[order.order]
        lines: dict[int, list[tuple[int, int]]] = {}
        for line in order.open:
            site = network.warehouses.index(sites[network.items[order.items[line]]])
            lines.setdefault(site, []).append((line, 1))
        return Allocation(tuple([Part(site, tuple(each)) for site, each in lines.items()]))


class Watched:
    """Decides as another policy does, and keeps the stock by which it did."""

    def __init__(self, policy: Any) -> None:
        self._policy = policy
        self.left: list[dict[str, dict[str, int]]] = []

    def prepare(self, network: Network) -> None:
        self._policy = self._policy.prepare(network) or self._policy

    def allocate(self, order: Request, network: Network) -> Allocation:
        self.left.append(
            {
                w: dict(zip(network.items, network.available[:, site].tolist(), strict=True))
                for site, w in enumerate(network.warehouses)
            }
        )
        answer: Allocation = self._policy.allocate(order, network)
        return answer


def shipped(stage: Any, frame: Any, scenario: Any, policy: Any) -> list[list[str]] | None:
    """Return the warehouses that each order leaves from, sorted; None where not all are delivered."""
    journal = stage.play(scenario, policy)
    if set(frame(journal, "orders")["state"]) != {"delivered"}:
        return None
    shipments = frame(journal, "shipments", ["order", "warehouse"])
    by_order = shipments.groupby(shipments["order"].astype(int))["warehouse"]
    return [sorted(sites) for _, sites in sorted(by_order)]


def total(sites: Sequence[Sequence[str]]) -> int:
    return sum(map(len, sites))


@family("Shipments, decided one by one and planned together", "reevaluation_shipments")
@pytest.mark.parametrize("name", ["xag_tiny", "xag_9orders"])
def test_the_published_orders(stage: Any, frame: Any, agree: Agreement, name: str) -> None:
    truth, world = TRUTHS["reevaluation_shipments"][name], published(name)
    scenario, plan = scenario_of(stage, world), best(world)
    myopic = shipped(stage, frame, scenario, "fewest_shipments")
    assert myopic == truth["myopic_shipments"]
    agree.known("fewest_shipments", total(myopic), truth["myopic_total"])
    planned = shipped(stage, frame, scenario, Planned(plan))
    assert planned is not None
    agree.known("best plan", total(planned), truth["optimal"])
    if name == "xag_tiny":
        # A rule set that decides the day's orders together, the largest first, splits none of these two.
        batch = shipped(stage, frame, scenario, LARGEST_FIRST)
        assert batch is not None
        agree.known("in one batch, the largest first", total(batch), truth["optimal"])


@family("Shipments, decided one by one and planned together", "reevaluation_shipments")
@pytest.mark.parametrize(
    "world",
    [
        pytest.param(drawn(1, 12, "ABCD", 3), id="12 orders, 3 warehouses"),
        pytest.param(drawn(2, 24, "ABCDEF", 4), id="24 orders, 4 warehouses"),
        pytest.param(drawn(3, 40, "ABCDEFGH", 5), id="40 orders, 5 warehouses"),
    ],
)
def test_other_orders(stage: Any, frame: Any, agree: Agreement, world: Instance) -> None:
    scenario, plan = scenario_of(stage, world), best(world)
    planned = shipped(stage, frame, scenario, Planned(plan))
    assert planned is not None
    agree.known("best plan", total(planned), plan.shipments)
    watched = Watched(stage.policy("fewest_shipments", scenario))
    myopic = shipped(stage, frame, scenario, watched)
    assert myopic is not None
    more = farther = 0
    for order, at, left, sites in zip(world.orders, world.customers, watched.left, myopic, strict=True):
        fewest = covers(order, left)
        more += len(sites) > len(fewest[0])
        whole = {w: dist(at, world.warehouses[w]) for (w, *others) in fewest if not others}
        farther += bool(whole) and sites != [min(whole, key=whole.__getitem__)]
    agree.known("orders in more shipments than the stock needs", more, 0, count=len(world.orders))
    agree.known("whole orders from farther than needed", farther, 0, count=len(world.orders))
    assert total(myopic) >= total(planned)


@pytest.mark.parametrize("policy", SHIPPED)
def test_no_shipped_rule_set_needs_fewer_shipments_than_the_best_plan(
    stage: Any, frame: Any, policy: str
) -> None:
    world = published("xag_9orders")
    sites = shipped(stage, frame, scenario_of(stage, world), policy)
    assert sites is None or total(sites) >= best(world).shipments
