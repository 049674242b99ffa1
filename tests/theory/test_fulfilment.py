"""Which warehouse ships when stock is scarce: tiny worlds whose best cost is known exactly.

In each of T periods at most one order comes, its kind by chance; what is refused costs a penalty. orderlab ships no rule
that looks ahead, but a policy of one's own may: the optimum of the dynamic programme, bid prices of the fluid problem, and
the plan of somebody who knows all orders beforehand, which no policy can beat. The shipped kind of rule, the cheapest
warehouse now, is held to its own expected cost, which is higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product
from math import factorial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pytest
from scipy.optimize import linprog

from sim.journal import Journal
from sim.policy import Allocation, Cancel, Part, Request
from sim.view.network import Network
from tests.theory.agreement import FAST, PRECISE, REPLICATIONS, SEED, TRUTHS, Agreement, family, precise

Stock: TypeAlias = tuple[tuple[int, ...], ...]
"""Units, warehouse x item."""
Way: TypeAlias = tuple[int, ...]
"""The warehouse of each item of an order; REFUSED is none."""
Counts: TypeAlias = tuple[int, ...]
"""Orders by kind."""
REFUSED = -1


class Instance(NamedTuple):
    """A tiny world.

    Attributes:
        kinds: of orders, as items and region. rates: probability of each kind in a period.
        fixed, unit: cost of a parcel, and of each unit in it, warehouse x region.
        refusal: cost of an order of which something is refused, and of each unit that is.
        prices: what a unit is worth where it lies, warehouse x item: an optimal dual of the fluid problem.

    """

    periods: int
    stock: Stock
    kinds: tuple[tuple[tuple[int, ...], int], ...]
    rates: tuple[float, ...]
    fixed: tuple[tuple[int, ...], ...]
    unit: tuple[tuple[int, ...], ...]
    refusal: tuple[int, int]
    prices: tuple[tuple[float, ...], ...]

    def ways(self, kind: int, stock: Stock) -> list[Way]:
        """Return all that can be done with an order."""
        items = self.kinds[kind][0]
        return list(product(*([*(w for w, row in enumerate(stock) if row[i]), REFUSED] for i in items)))

    def cost(self, kind: int, way: Way) -> float:
        """Return what it costs."""
        region, refused = self.kinds[kind][1], way.count(REFUSED)
        parcels = sum(self.fixed[w][region] for w in {*way} - {REFUSED})
        units = sum(self.unit[w][region] for w in way if w != REFUSED)
        return parcels + units + (self.refusal[0] + self.refusal[1] * refused if refused else 0)

    def after(self, kind: int, stock: Stock, way: Way) -> Stock:
        """Return what is left."""
        taken = set(zip(way, self.kinds[kind][0], strict=True))
        return tuple(
            [tuple([n - ((w, i) in taken) for i, n in enumerate(row)]) for w, row in enumerate(stock)]
        )


# -- exact values -----------------------------------------------------------------------------------------


class Myopic:
    """Takes what costs least now."""

    def __init__(self, world: Instance) -> None:
        self.world = world
        self.expected = cache(self._expected)

    def decide(self, period: int, stock: Stock, kind: int, later: Counts) -> Way:
        """Return the best way for an order; of equal ones that whose warehouses come first.

        Args:
            later: the orders that are still to come, which only the clairvoyant knows.

        """
        return min(self.world.ways(kind, stock), key=lambda way: self.worth(period, stock, kind, way, later))

    def worth(self, period: int, stock: Stock, kind: int, way: Way, later: Counts) -> float:
        """Return what is least for the way that is taken."""
        return self.world.cost(kind, way)

    def _expected(self, period: int, stock: Stock) -> float:
        """Return the expected cost from a period on."""
        world = self.world
        if period == world.periods:
            return 0.0
        total = (1 - sum(world.rates)) * self.expected(period + 1, stock)
        for kind, rate in enumerate(world.rates):
            way = self.decide(period, stock, kind, ())
            total += rate * (world.cost(kind, way) + self.expected(period + 1, world.after(kind, stock, way)))
        return total

    @property
    def truth(self) -> float:
        """The expected cost."""
        return self.expected(0, self.world.stock)


class BidPrices(Myopic):
    """Takes what costs least with the prices of the units that it takes."""

    def worth(self, period: int, stock: Stock, kind: int, way: Way, later: Counts) -> float:
        taken = zip(way, self.world.kinds[kind][0], strict=True)
        return self.world.cost(kind, way) + sum(self.world.prices[w][i] for w, i in taken if w != REFUSED)


class Optimal(Myopic):
    """Takes what costs least now and, as expected, later: the dynamic programme."""

    def worth(self, period: int, stock: Stock, kind: int, way: Way, later: Counts) -> float:
        return self.world.cost(kind, way) + self.expected(period + 1, self.world.after(kind, stock, way))


class Clairvoyant(Myopic):
    """Takes what costs least with all the orders that come later, known beforehand: a bound for every policy."""

    def __init__(self, world: Instance) -> None:
        super().__init__(world)
        self.least = cache(self._least)

    def worth(self, period: int, stock: Stock, kind: int, way: Way, later: Counts) -> float:
        return self.world.cost(kind, way) + self.least(later, self.world.after(kind, stock, way))

    def _least(self, counts: Counts, stock: Stock) -> float:
        """Return the least cost of so many orders of each kind: their order does not matter."""
        kind = next((kind for kind, n in enumerate(counts) if n), None)
        if kind is None:
            return 0.0
        rest = (*counts[:kind], counts[kind] - 1, *counts[kind + 1 :])
        return min(self.worth(0, stock, kind, way, rest) for way in self.world.ways(kind, stock))

    @property
    def truth(self) -> float:
        world, total = self.world, 0.0
        for counts in product(range(world.periods + 1), repeat=len(world.kinds)):
            none = world.periods - sum(counts)
            if none < 0:
                continue
            chance = factorial(world.periods) / factorial(none) * (1 - sum(world.rates)) ** none
            for n, rate in zip(counts, world.rates, strict=True):
                chance *= rate**n / factorial(n)
            if chance:
                total += chance * self.least(counts, world.stock)
        return total


def fluid(world: Instance) -> float:
    """Return the least cost when exactly the expected number of orders comes, and they may be cut in parts."""
    columns = [(kind, way) for kind in range(len(world.kinds)) for way in world.ways(kind, world.stock)]
    cells = [(w, i) for w, row in enumerate(world.stock) for i in range(len(row))]
    found = linprog(
        [world.cost(kind, way) for kind, way in columns],
        A_ub=[
            [(w, i) in zip(way, world.kinds[kind][0], strict=True) for kind, way in columns] for w, i in cells
        ],
        b_ub=[world.stock[w][i] for w, i in cells],
        A_eq=[[kind == k for kind, _ in columns] for k in range(len(world.kinds))],
        b_eq=[world.periods * rate for rate in world.rates],
    )
    return float(found.fun)


def priced(world: Instance) -> float:
    """Return what the prices prove: the fluid problem costs no less, whatever the prices."""
    decider, worth = BidPrices(world), 0.0
    for kind, rate in enumerate(world.rates):
        ways = world.ways(kind, world.stock)
        worth += world.periods * rate * min(decider.worth(0, world.stock, kind, way, ()) for way in ways)
    return worth - float((np.array(world.stock) * np.array(world.prices)).sum())


def tuples(lists: Any) -> Any:
    return tuple(tuples(each) for each in lists) if isinstance(lists, list) else lists


def published(name: str) -> Instance:
    """Return an instance of the truths."""
    told = TRUTHS["fulfilment_tiny_exact"][name]
    world = told["instance"]
    prices = np.reshape(told["result"]["dual_prices"], np.shape(world["inv"])).tolist()
    keys = ("inv", "types", "lam", "cf", "cu")
    return Instance(
        world["T"], *(tuples(world[key]) for key in keys), (world["pf"], world["pu"]), tuples(prices)
    )


WORLDS = {
    "B": published("B"),
    "C": published("C"),
    "three warehouses": Instance(
        periods=12,
        stock=((2,), (3,), (4,)),
        kinds=(((0,), 0), ((0,), 1), ((0,), 2)),
        rates=(0.3, 0.3, 0.2),
        fixed=((0, 0, 0), (0, 0, 0), (0, 0, 0)),
        unit=((2, 5, 9), (4, 3, 8), (9, 7, 4)),
        refusal=(0, 20),
        prices=((18.0,), (16.0,), (12.0,)),
    ),
    "two items": Instance(
        periods=8,
        stock=((2, 2), (2, 3)),
        kinds=(((0,), 0), ((1,), 0), ((0, 1), 0), ((0, 1), 1)),
        rates=(0.2, 0.25, 0.3, 0.15),
        fixed=((3, 6), (5, 2)),
        unit=((2, 2), (3, 1)),
        refusal=(5, 12),
        prices=((12.0, 10.0), (11.0, 7.0)),
    ),
}


@pytest.mark.parametrize("name", ["B", "C"])
def test_the_exact_values_reproduce_the_published_truths(name: str) -> None:
    world, truth = WORLDS[name], TRUTHS["fulfilment_tiny_exact"][name]["result"]
    assert Optimal(world).truth == pytest.approx(truth["optimal_DP"])
    assert Clairvoyant(world).truth == pytest.approx(truth["E_hindsight_IP"])
    assert Myopic(world).truth == pytest.approx(truth["policies"]["myopic_min_cost"][0])
    assert BidPrices(world).truth == pytest.approx(truth["policies"]["bid_price_may_refuse"][0])
    assert fluid(world) == pytest.approx(truth["dlp_js"])


@pytest.mark.parametrize("name", WORLDS)
def test_less_knowledge_never_costs_less(name: str) -> None:
    world = WORLDS[name]
    assert priced(world) == pytest.approx(fluid(world))  # so the prices are those of the fluid problem
    known = [fluid(world), *(decider(world).truth for decider in (Clairvoyant, Optimal))]
    unknown = [decider(world).truth for decider in (BidPrices, Myopic)]
    assert known == sorted(known)
    assert min(unknown) >= known[-1]


# -- worlds -----------------------------------------------------------------------------------------------

# Every path of orders has items of its own, so that many are played at once. A period is an hour.
SCENARIO = """\
start: 2026-01-05T00:00
days: 1
items: [{items}]
regions: [{regions}]
demand: {{replay: orders.csv}}
warehouses: [{warehouses}]
stock: {{opening: {{file: stock.csv}}}}
carriers: [{{id: post, services: [{services}]}}]
"""
CHEAPEST = """\
rules:
  - rank: {cost: {landed_cost: 1.0}}
    split: {max_shipments: 9}
    on_partial: {assign: cancel}
    otherwise: cancel
"""


def draw(world: Instance, number: int, paths: int) -> list[list[int]]:
    """Return the kind of the order of each period, for each path; as many as there are kinds is none."""
    uniform = np.random.default_rng([SEED, number]).random((paths, world.periods))
    return np.searchsorted(np.cumsum(world.rates), uniform, side="right").tolist()  # type: ignore[no-any-return]


def later(world: Instance, path: Sequence[int], period: int) -> Counts:
    """Return the orders of each kind that a path still brings."""
    return tuple(path[period + 1 :].count(kind) for kind in range(len(world.kinds)))


def walked(decider: Myopic, path: Sequence[int]) -> float:
    """Return the cost of a path."""
    world, stock, total = decider.world, decider.world.stock, 0.0
    for period, kind in enumerate(path):
        if kind < len(world.kinds):
            way = decider.decide(period, stock, kind, later(world, path, period))
            total += world.cost(kind, way)
            stock = world.after(kind, stock, way)
    return total


class Deciding:
    """Asks a decider what to do with every order."""

    def __init__(self, decider: Myopic, paths: Sequence[Sequence[int]]) -> None:
        self._decider = decider
        self._paths = paths

    def allocate(self, order: Request, network: Network) -> Allocation:
        world = self._decider.world
        number = len(world.stock[0])
        path, period = order.items[0] // number, order.placed_at // 3600
        items = tuple(item % number for item in order.items)
        kind = world.kinds.index((items, order.region))
        stock = tuple(map(tuple, network.available[path * number : (path + 1) * number].T.tolist()))
        way = self._decider.decide(period, stock, kind, later(world, self._paths[path], period))
        parts = tuple(
            Part(w, tuple([(line, 1) for line, taken in enumerate(way) if taken == w]))
            for w in sorted({*way} - {REFUSED})
        )
        refused = tuple(line for line, w in enumerate(way) if w == REFUSED)
        return Allocation(parts, (Cancel(refused),) if refused else ())


def scenario_of(stage: Any, world: Instance, paths: Sequence[Sequence[int]]) -> Any:
    """Return a scenario with all the paths: regions lie 100 km from each other, in zones of their own."""
    regions = len(world.fixed[0])
    items = [f"p{path}i{item}" for path in range(len(paths)) for item in range(len(world.stock[0]))]
    services = [
        f"{{id: s{w}, sites: [w{w}], zones_km: {[50 + 100 * zone for zone in range(regions - 1)]}, "
        f"rates: {{base: {list(world.fixed[w])}, per_kg: {list(world.unit[w])}}}}}"
        for w in range(len(world.stock))
    ]
    text = SCENARIO.format(
        items=", ".join(f"{{id: {item}, weight_kg: 1}}" for item in items),
        regions=", ".join(f"{{id: r{region}, at: [0, {0.9 * region:.1f}]}}" for region in range(regions)),
        warehouses=", ".join(f"{{id: w{w}, at: [0, 0]}}" for w in range(len(world.stock))),
        services=", ".join(services),
    )
    orders = [
        f"{number}-{period},2026-01-05T{period:02}:00,r{region},p{number}i{item},1"
        for number, path in enumerate(paths)
        for period, kind in enumerate(path)
        if kind < len(world.kinds)
        for wanted, region in [world.kinds[kind]]
        for item in wanted
    ]
    stock = [
        f"w{w},p{path}i{item},{units}"
        for path in range(len(paths))
        for w, row in enumerate(world.stock)
        for item, units in enumerate(row)
        if units
    ]
    return stage.scenario(
        text,
        orders="\n".join(["order,placed_at,region,item,units", *orders, ""]),
        stock="\n".join(["warehouse,item,units", *stock, ""]),
    )


def costs(journal: Journal, world: Instance, paths: int) -> list[float]:
    """Return freight and penalties of each path."""
    orders = journal.table("orders", ["order", "units", "units_shipped", "cost_freight"]).to_pylist()
    found = [0.0] * paths
    for row in orders:
        refused = row["units"] - row["units_shipped"]
        penalty = world.refusal[0] + world.refusal[1] * refused if refused else 0
        found[int(row["order"].partition("-")[0])] += row["cost_freight"] + penalty
    return found


DECIDERS = {"optimal": Optimal, "bid prices": BidPrices, "clairvoyant": Clairvoyant, "cheapest rule": Myopic}


@family("Scarce stock, exact costs of policies", "fulfilment_tiny_exact")
@pytest.mark.parametrize(
    ("name", "policy", "paths", "within"),
    [
        pytest.param("B", "cheapest rule", 10, FAST, id="B, cheapest rule, fewer paths"),
        pytest.param("C", "optimal", 10, FAST, id="C, optimal, fewer paths"),
        *(
            pytest.param(
                name,
                policy,
                250 if name == "three warehouses" else 150,
                PRECISE,
                marks=precise,
                id=f"{name}, {policy}",
            )
            for name in WORLDS
            for policy in DECIDERS
        ),
    ],
)
def test_a_policy_costs_what_its_exact_value_says(
    stage: Any, agree: Agreement, name: str, policy: str, paths: int, within: float
) -> None:
    world = WORLDS[name]
    decider, bound = DECIDERS[policy](world), Clairvoyant(world)
    means, differing = [], 0
    for number in range(REPLICATIONS):
        drawn = draw(world, number, paths)
        plays = CHEAPEST if policy == "cheapest rule" else Deciding(decider, drawn)
        found = costs(stage.play(scenario_of(stage, world, drawn), plays), world, paths)
        differing += sum(
            a != pytest.approx(walked(decider, path)) for a, path in zip(found, drawn, strict=True)
        )
        assert all(a > walked(bound, path) - 1e-6 for a, path in zip(found, drawn, strict=True))
        means.append(float(np.mean(found)))
    agree.known("paths that cost something else than counted out", differing, 0, count=REPLICATIONS * paths)
    agree("mean cost", means, decider.truth, within=within)
