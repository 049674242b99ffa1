"""Orders that need several warehouses: fork and join in time, and how many shipments it takes."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pytest

from reports.kpis import measure
from tests.theory.agreement import FAST, PRECISE, REPLICATIONS, TRUTHS, Agreement, family, precise


def fork_join_sojourn(load: float, minutes: float) -> float:
    """Return the mean time until the later of two parts is done (Flatto and Hahn 1984; Nelson and Tantawi 1988)."""
    return (12 - load) / 8 * minutes / (1 - load)


TWO_NEEDED = """\
start: 2026-01-05T00:00
warm_up_days: {warm_up}
days: {days}
seed: 20260105
items: [{{id: left, handling: [left]}}, {{id: right, handling: [right]}}]
regions: [{{id: here}}]
demand: {{orders_per_day: {per_day}, lines_per_order: {{2: 1}}}}
warehouses:
  - {{id: port, handling: [left], work_minutes: {{exponential: {{mean: {minutes}}}}}}}
  - {{id: starboard, handling: [right], work_minutes: {{exponential: {{mean: {minutes}}}}}}}
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""
BY_ID = """\
rules:
  - rank: {by: [site_id]}
    split: {max_shipments: 2}
"""


@family("Fork and join of two M/M/1", "fork_join_two_MM1")
@pytest.mark.parametrize(
    ("load", "minutes", "orders", "within"),
    [
        pytest.param(0.5, 2.0, 900, FAST, id="0.5"),
        pytest.param(0.5, 1.0, 16_000, PRECISE, marks=precise, id="0.5, work of a minute"),
        pytest.param(0.7, 30.0, 45_000, PRECISE, marks=precise, id="0.7"),
    ],
)
def test_an_order_of_two_parts_is_there_with_the_later_one(
    stage: Any, agree: Agreement, load: float, minutes: float, orders: int, within: float
) -> None:
    per_day = load * 1440 / minutes
    days = orders / per_day
    text = TWO_NEEDED.format(
        warm_up=round(days / 10, 6), days=round(days, 6), per_day=per_day, minutes=minutes
    )
    scenario = stage.scenario(text)
    found = [measure(stage.play(scenario, BY_ID, number)) for number in range(REPLICATIONS)]
    agree(
        "mean time to the later part, min",
        [60 * kpis["lead_time_mean_h"] for kpis in found],
        fork_join_sojourn(load, minutes),
        within=within,
    )
    assert {kpis["shipments_per_order"] for kpis in found} == {2}


# In these the stock of each replication is drawn anew: whether a warehouse has an item, and which one has it, is
# independent of everything else. Where it has any it has more than is asked for.
STOCKED = """\
start: 2026-01-05T00:00
days: 1
seed: 20260105
items: [{items}]
regions: [{{id: here}}]
demand: {{orders_per_day: {orders}, lines_per_order: {{{lines}: 1}}}}
warehouses: [{sites}]
stock: {{opening: {{file: stock.csv}}}}
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""
ITEMS = 240


def stocked_world(stage: Any, held: np.ndarray[Any, Any], lines: int, orders: int) -> Any:
    """Return a scenario in which warehouse w has item i where held[i, w]."""
    rows = [f"w{w},i{i},9999" for i, w in np.argwhere(held).tolist()]
    text = STOCKED.format(
        items=", ".join(f"{{id: i{i}}}" for i in range(len(held))),
        sites=", ".join(f"{{id: w{w}}}" for w in range(held.shape[1])),
        lines=lines,
        orders=orders,
    )
    return stage.scenario(text, stock="\n".join(["warehouse,item,units", *rows]) + "\n")


def distinct_warehouses(warehouses: int, lines: int) -> float:
    """Return the mean number of occupied cells when n balls fall into W: W (1 - (1 - 1/W)^n)."""
    return warehouses * (1 - (1 - 1 / warehouses) ** lines)


FEWEST = """\
rules:
  - rank: {by: [fewest_shipments, site_id]}
    split: {max_shipments: 9}
"""


@family("Shipments of an order of n items", "split_combinatorics")
@pytest.mark.parametrize(
    ("warehouses", "lines", "orders", "within"),
    [
        pytest.param(3, 2, 150, FAST, id="3 warehouses, 2 items"),
        pytest.param(3, 2, 3_000, PRECISE, marks=precise, id="3 warehouses, 2 items, more orders"),
        pytest.param(4, 3, 3_000, PRECISE, marks=precise, id="4 warehouses, 3 items"),
        pytest.param(6, 5, 2_000, PRECISE, marks=precise, id="6 warehouses, 5 items"),
    ],
)
def test_items_that_lie_in_one_warehouse_each_take_as_many_shipments_as_warehouses(
    stage: Any, agree: Agreement, warehouses: int, lines: int, orders: int, within: float
) -> None:
    found = []
    for number in range(REPLICATIONS):
        where = np.random.default_rng([20260105, number]).integers(warehouses, size=ITEMS)
        held = where[:, None] == np.arange(warehouses)
        scenario = stocked_world(stage, held, lines, orders)
        found.append(measure(stage.play(scenario, FEWEST, number))["shipments_per_order"])
    agree("shipments an order", found, distinct_warehouses(warehouses, lines), within=within)


def fewest_covers(warehouses: int, lines: int, share: float) -> tuple[float, float]:
    """Return P(one warehouse has all n items), and P(one or two together have), each item held with probability p.

    A set of warehouses covers an order when each item is held by one of them. By inclusion and exclusion over pairs it
    would take long; for W = 2 both together cover with (1 - (1 - p)^2)^n.
    """
    one = 1 - (1 - share**lines) ** warehouses
    return one, (1 - (1 - share) ** 2) ** lines if warehouses == 2 else float("nan")


WHOLE_OR_NOT = """\
rules:
  - filters: [{has_stock: all}]
    rank: {by: [site_id]}
    otherwise: cancel
"""
PAIR = """\
rules:
  - rank: {by: [fewest_shipments, site_id]}
    split: {max_shipments: 2}
    on_partial: cancel
    otherwise: cancel
"""


@family("Shipments of an order of n items", "split_combinatorics")
@pytest.mark.parametrize(
    ("warehouses", "lines", "share", "orders", "within"),
    [
        pytest.param(2, 2, 0.9, 150, FAST, id="2 warehouses, 2 items, 0.9"),
        pytest.param(2, 2, 0.9, 2_000, PRECISE, marks=precise, id="2 warehouses, 2 items, 0.9, more orders"),
        pytest.param(2, 3, 0.7, 8_000, PRECISE, marks=precise, id="2 warehouses, 3 items, 0.7"),
        pytest.param(5, 3, 0.6, 8_000, PRECISE, marks=precise, id="5 warehouses, 3 items, 0.6"),
    ],
)
def test_independent_stock_is_covered_by_one_warehouse_or_by_two_as_combinatorics_says(
    stage: Any, agree: Agreement, warehouses: int, lines: int, share: float, orders: int, within: float
) -> None:
    whole, pair = [], []
    for number in range(REPLICATIONS):
        held = np.random.default_rng([20260106, number]).random((ITEMS, warehouses)) < share
        scenario = stocked_world(stage, held, lines, orders)
        whole.append(1 - measure(stage.play(scenario, WHOLE_OR_NOT, number))["cancelled_share"])
        if warehouses == 2:
            found = measure(stage.play(scenario, PAIR, number))
            pair.append(1 - found["cancelled_share"])
            # An order is split only when no single warehouse would do: never more shipments than needed.
            assert 1 - found["cancelled_share"] - found["split_share"] == pytest.approx(whole[-1])
    one, two = fewest_covers(warehouses, lines, share)
    agree("share that one warehouse covers", whole, one, within=within)
    if pair:
        agree("share that two together cover", pair, two, within=within)


def test_the_formulas_reproduce_the_published_truths() -> None:
    assert fork_join_sojourn(0.5, 1.0) == pytest.approx(TRUTHS["fork_join_two_MM1"]["fork_join_2_0.5"]["R"])
    split = TRUTHS["split_combinatorics"]
    assert distinct_warehouses(3, 2) == pytest.approx(split["expected_distinct_warehouses"]["W3_n2"])
    assert fewest_covers(2, 2, 0.9)[0] == pytest.approx(split["P_some_single_WH_full"]["W2_n2_p0.9"])
    # Balls in cells, counted out: of 4 ** 3 ways, those that occupy k cells.
    ways = {1: 4, 2: comb(4, 2) * (2**3 - 2), 3: 4 * 3 * 2}
    assert distinct_warehouses(4, 3) == pytest.approx(sum(k * n for k, n in ways.items()) / 4**3)
