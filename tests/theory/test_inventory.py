"""Replenished stock is the inventory of the textbooks: base stock, (r, Q), (s, S), newsvendor, two echelons.

Customers come one by one, Poisson, and ask for one unit. They wait for it (`Patient`: backorders) or go away
(`Hasty`: lost sales). Lead times and periods are parts of a day, because an hourly sample costs as much as an order. The fill rate is the share of orders that the first decision fills, stock on hand that of
`warehouse_hours`, and backorders follow from the time that customers wait (Little).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.journal import Journal
from sim.policy import Allocation, Backorder, Cancel, Part, Request
from sim.view.network import Network
from tests.theory.agreement import FAST, PRECISE, REPLICATIONS, SEED, TRUTHS, Agreement, family, precise

DAY = 86_400

poisson = stats.poisson


# -- closed forms -----------------------------------------------------------------------------------------


def backorders(outstanding: Any, level: int) -> dict[str, float]:
    """Return what follows for one cell from the distribution of units outstanding below a level."""
    n = np.arange(len(outstanding))
    return {
        "fill": float(outstanding[n < level].sum()),
        "backorders": float((outstanding * np.maximum(n - level, 0)).sum()),
        "on_hand": float((outstanding * np.maximum(level - n, 0)).sum()),
    }


def palm(rate: float, lead: float, level: int) -> dict[str, float]:
    """Base stock with backorders: units on order are Poisson whatever the lead times (Palm 1938; Feeney, Sherbrooke 1966)."""
    return backorders(poisson.pmf(np.arange(400), rate * lead), level)


def reorder(rate: float, lead: float, point: int, lot: int) -> dict[str, float]:
    """(r, Q) with backorders: positions r + 1 to r + Q are equally likely (Hadley, Whitin 1963, section 4-7)."""
    each = [palm(rate, lead, position) for position in range(point + 1, point + lot + 1)]
    return {name: float(np.mean([row[name] for row in each])) for name in each[0]} | {"orders": rate / lot}


def erlang_loss(load: float, level: int) -> float:
    """Base stock with lost sales: P(lost) of M/G/S/S, whatever the lead times (Karush 1957)."""
    lost = 1.0
    for n in range(1, level + 1):
        lost = load * lost / (n + load * lost)
    return lost


def periodic(rate: float, point: int, level: int) -> dict[str, float]:
    """(s, S) with periodic reviews, no lead time, backorders: a renewal process (Veinott, Wagner 1965).

    Returns the share of reviews that order, and units on hand and backordered at the end of a period.
    """
    asked = poisson.pmf(np.arange(400), rate)
    visits = np.zeros(level - point)  # expected reviews in a cycle that leave the position at S - j
    visits[0] = 1 / (1 - asked[0])
    for j in range(1, len(visits)):
        visits[j] = sum(asked[k] * visits[j - k] for k in range(1, j + 1)) / (1 - asked[0])
    share = visits / visits.sum()
    each = [backorders(asked, level - j) for j in range(len(visits))]
    mean = {name: float(share @ [row[name] for row in each]) for name in ("on_hand", "backorders")}
    return {"orders": 1 / float(visits.sum()), **mean}


def two_echelons(
    rate: float, shops: int, leads: tuple[float, float], levels: tuple[int, int]
) -> dict[str, float]:
    """Depot and equal shops, one for one: what the depot owes falls to the shops at random (Graves 1985).

    `leads` and `levels` are those of the depot and of a shop.
    """
    total = poisson.pmf(np.arange(300), shops * rate * leads[0])
    outstanding = np.zeros(400)
    for n, probability in enumerate(total):
        owed = max(0, n - levels[0])
        outstanding[: owed + 1] += probability * stats.binom.pmf(np.arange(owed + 1), owed, 1 / shops)
    outstanding = np.convolve(outstanding, poisson.pmf(np.arange(200), rate * leads[1]))
    depot = backorders(total, levels[0])
    return {
        "depot_backorders": depot["backorders"],
        "depot_fill": depot["fill"],
        "lead": leads[1] + depot["backorders"] / (shops * rate),
        **backorders(outstanding, levels[1]),
    }


def newsvendor(mean: float, stock: int, over: float, under: float) -> float:
    """Expected cost of one period with a fixed stock (Arrow, Harris, Marschak 1951)."""
    left = palm(mean, 1.0, stock)
    return over * left["on_hand"] + under * left["backorders"]


def test_the_closed_forms_reproduce_the_published_truths() -> None:
    truths = TRUTHS["inventory"]
    found, truth = palm(2, 3, 8), truths["palm_2_3_8"]
    assert found["fill"] == pytest.approx(truth["fill_rate"])
    assert found["backorders"] == pytest.approx(truth["E_backorders"])
    assert found["on_hand"] == pytest.approx(truth["E_on_hand"])
    assert found["backorders"] / 2 == pytest.approx(truth["E_customer_wait"])
    truth = truths["base_stock_lost_sales_2_3_8"]
    assert erlang_loss(6, 8) == pytest.approx(truth["P_lost"])
    assert 8 - 6 * (1 - erlang_loss(6, 8)) == pytest.approx(truth["E_on_hand"])
    # 1.5 a day and a lead time of two days; an order costs 100, a unit on hand 20 and one owed 150 a day.
    found, truth = reorder(1.5, 2, 3, 5), truths["rq_example_5_8"]
    assert found["fill"] == pytest.approx(truth["fill_rate"])
    assert found["backorders"] == pytest.approx(truth["E_backorders"])
    assert found["on_hand"] == pytest.approx(truth["E_on_hand"])
    assert found["orders"] == pytest.approx(truth["orders_per_time"])
    cost = 100 * found["orders"] + 20 * found["on_hand"] + 150 * found["backorders"]
    assert cost == pytest.approx(truth["cost"])
    # 6 a day; an order costs 5, a unit left over at the end of a day 1 and one owed 4.
    found, truth = periodic(6, 4, 10), truths["sS_example_4_7"]
    assert found["orders"] == pytest.approx(truth["order_prob_per_period"])
    assert 5 * found["orders"] + found["on_hand"] + 4 * found["backorders"] == pytest.approx(truth["cost"])
    # A unit too many costs 200, one too few 270.
    truth = truths["newsvendor_poisson_18"]
    for stock, cost in ((18, truth["cost18"]), (19, truth["cost"]), (20, truth["cost20"])):
        assert newsvendor(18, stock, 200, 270) == pytest.approx(cost)
    assert poisson.ppf(270 / 470, 18) == truth["S"]
    found, truth = two_echelons(0.5, 4, (3, 1), (6, 2)), truths["two_echelon_a"]
    assert found["depot_backorders"] == pytest.approx(truth["depot_E_backorders"])
    assert found["depot_fill"] == pytest.approx(truth["depot_ready"])
    assert found["fill"] == pytest.approx(truth["retailer_fill"])
    assert found["backorders"] == pytest.approx(truth["retailer_E_backorders"])
    assert found["on_hand"] == pytest.approx(truth["retailer_E_on_hand"])
    assert found["lead"] == pytest.approx(truth["mean_effective_leadtime"])


# -- worlds -----------------------------------------------------------------------------------------------

WORLD = """\
start: 2026-01-05T00:00
warm_up_days: {warm_up}
days: {days}
drain_days: 400
seed: {seed}
items: [{{id: thing}}]
regions: [{{id: r0}}, {{id: r1}}, {{id: r2}}, {{id: r3}}]
demand: {{orders_per_day: {rate}}}
warehouses: [{warehouses}]
carriers: [{{id: post, services: [{{id: parcel}}]}}]
stock:
  replenish: [{replenish}]
suppliers: [{{id: factory, lead_days: {lead}}}]
"""


def world(
    *,
    rate: float,
    days: float,
    replenish: str,
    lead: object = 0,
    warehouses: str = "{id: shop}",
    warm_up: int = 2,
) -> str:
    return WORLD.format(
        warm_up=warm_up,
        days=days,
        seed=SEED,
        rate=rate,
        replenish=replenish,
        lead=lead,
        warehouses=warehouses,
    )


class Patient:
    """The first warehouse that serves the customer ships, or owes what it does not have."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        site = int(network.may_serve(order.region, order.tags).argmax())
        (line,) = order.open
        if network.available[order.items[line], site] >= order.units[line]:
            return Allocation((Part(site, ((line, order.units[line]),), 0),))
        return Allocation(holds=(Backorder((line,), site, None),))


class Hasty:
    """The only warehouse ships, or the customer goes away."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        (line,) = order.open
        if network.available[order.items[line], 0] >= order.units[line]:
            return Allocation((Part(0, ((line, order.units[line]),), 0),))
        return Allocation(holds=(Cancel((line,), "no_stock"),))


HASTY = """
name: hasty
rules: [{filters: [is_up, {has_stock: all}], otherwise: cancel}]
"""


def play(stage: Any, text: str, policy: Any, read: Any) -> dict[str, list[float]]:
    """Play all replications and return what was read of each."""
    scenario = stage.scenario(text)
    rows = [read(stage.play(scenario, policy, number)) for number in range(REPLICATIONS)]
    return {name: [row[name] for row in rows] for name in rows[0]}


def seconds(column: Any) -> Any:
    """Return times as seconds since 1970, NaN for none."""
    return column.astype("datetime64[s]").astype("int64").where(column.notna()).to_numpy(float)


def stock(journal: Journal, frame: Any, site: str = "shop") -> dict[str, float]:
    """Return fill rate, mean wait (days), mean stock on hand and orders to suppliers a day."""
    window = np.array(journal.about["window"]) + journal.about["start"]
    orders = frame(journal, "orders", ["units", "units_first_attempt", "counted"])
    orders = orders[orders["counted"]]
    shipments = frame(journal, "shipments", ["allocated_at", "started_at", "counted"])
    shipments = shipments[shipments["counted"]]
    hours = frame(journal, "warehouse_hours", ["warehouse", "hour", "on_hand"])
    at = seconds(hours["hour"])
    here = (hours["warehouse"] == site) & (at >= window[0]) & (at < window[1])
    supply = frame(journal, "supply", ["ordered_at", "purchase", "warehouse"])
    supply = supply[supply["warehouse"] == site].drop_duplicates("purchase")
    ordered = seconds(supply["ordered_at"])
    days = (window[1] - window[0]) / DAY
    return {
        "fill": orders["units_first_attempt"].sum() / orders["units"].sum(),
        "wait": (seconds(shipments["started_at"]) - seconds(shipments["allocated_at"])).mean() / DAY,
        "on_hand": hours["on_hand"][here].mean(),
        "orders": float(((ordered >= window[0]) & (ordered < window[1])).sum()) / days,
    }


# -- one warehouse ----------------------------------------------------------------------------------------


@family("Base stock, customers wait", "inventory.palm_2_3_8")
@pytest.mark.parametrize(
    ("rate", "lead", "mean", "level", "days", "within"),
    [
        pytest.param(40, 0.1, 0.1, 5, 40, FAST, id="40 x 0.1 below 5"),
        pytest.param(20, 0.3, 0.3, 8, 1_800, PRECISE, marks=precise, id="20 x 0.3 below 8"),
        pytest.param(
            30, "{gamma: {mean: 0.2, cv: 1.0}}", 0.2, 7, 1_700, PRECISE, marks=precise, id="30 x gamma 0.2 below 7"
        ),
        pytest.param(
            10, "{exponential: {mean: 0.4}}", 0.4, 3, 2_500, PRECISE, marks=precise, id="10 x exponential 0.4 below 3"
        ),
    ],
)  # fmt: skip
def test_base_stock_with_backorders_is_palms(
    stage: Any,
    agree: Agreement,
    frame: Any,
    rate: float,
    lead: object,
    mean: float,
    level: int,
    days: int,
    within: float,
) -> None:
    review = f"{{from: factory, review: {{order_up_to: {{units: {level}}}}}}}"
    text = world(rate=rate, days=days, lead=lead, replenish=review)
    found = play(stage, text, Patient(), lambda journal: stock(journal, frame))
    truth = palm(rate, mean, level)
    agree("fill rate", found["fill"], truth["fill"], within=within)
    agree("units on hand", found["on_hand"], truth["on_hand"], within=within)
    agree("mean wait of customers, d", found["wait"], truth["backorders"] / rate, within=within)
    agree("orders to the supplier a day", found["orders"], rate, within=within)


@family("Base stock, sales are lost", "inventory.base_stock_lost_sales_2_3_8")
@pytest.mark.parametrize(
    ("rate", "lead", "mean", "level", "days", "within"),
    [
        pytest.param(40, 0.1, 0.1, 4, 20, FAST, id="40 x 0.1 below 4"),
        pytest.param(20, 0.3, 0.3, 8, 1_100, PRECISE, marks=precise, id="20 x 0.3 below 8"),
        pytest.param(
            50,
            "{lognormal: {mean: 0.1, cv: 0.8}}",
            0.1,
            4,
            300,
            PRECISE,
            marks=precise,
            id="50 x lognormal 0.1 below 4",
        ),
    ],
)
def test_base_stock_with_lost_sales_is_erlangs(
    stage: Any,
    agree: Agreement,
    frame: Any,
    rate: float,
    lead: object,
    mean: float,
    level: int,
    days: int,
    within: float,
) -> None:
    review = f"{{from: factory, review: {{order_up_to: {{units: {level}}}}}}}"
    text = world(rate=rate, days=days, lead=lead, replenish=review)
    found = play(stage, text, Hasty(), lambda journal: stock(journal, frame))
    lost = erlang_loss(rate * mean, level)
    agree("share of sales lost", [1 - fill for fill in found["fill"]], lost, within=within)
    agree("units on hand", found["on_hand"], level - rate * mean * (1 - lost), within=within)
    agree("orders to the supplier a day", found["orders"], rate * (1 - lost), within=within)


@family("(r, Q)", "inventory.rq_example_5_8")
@pytest.mark.parametrize(
    ("rate", "lead", "point", "lot", "days", "within"),
    [
        pytest.param(30, 0.1, 2, 4, 32, FAST, id="30 a day, (2, 4)"),
        pytest.param(15, 0.2, 3, 5, 2_200, PRECISE, marks=precise, id="15 a day, (3, 5)"),
        pytest.param(20, 0.15, 1, 8, 400, PRECISE, marks=precise, id="20 a day, (1, 8)"),
    ],
)
def test_a_reorder_point_with_lots(
    stage: Any,
    agree: Agreement,
    frame: Any,
    rate: float,
    lead: float,
    point: int,
    lot: int,
    days: int,
    within: float,
) -> None:
    review = f"{{from: factory, review: {{reorder_point: {{units: {point}}}, order_units: {lot}}}}}"
    text = world(rate=rate, days=days, lead=lead, replenish=review)
    found = play(stage, text, Patient(), lambda journal: stock(journal, frame))
    truth = reorder(rate, lead, point, lot)
    agree("fill rate", found["fill"], truth["fill"], within=within)
    agree("units on hand", found["on_hand"], truth["on_hand"], within=within)
    agree("orders to the supplier a day", found["orders"], truth["orders"], within=within)
    agree("mean wait of customers, d", found["wait"], truth["backorders"] / rate, within=within)


@family("(s, S), reviewed each period", "inventory.sS_example_4_7")
@pytest.mark.parametrize(
    ("rate", "point", "level", "days", "within"),
    [
        pytest.param(4, 2, 7, 40, FAST, id="4 a period, (2, 7)"),
        pytest.param(6, 4, 10, 600, PRECISE, marks=precise, id="6 a period, (4, 10)"),
        pytest.param(9, 5, 16, 600, PRECISE, marks=precise, id="9 a period, (5, 16)"),
    ],
)
def test_s_and_S_with_a_periodic_review(
    stage: Any, agree: Agreement, frame: Any, rate: float, point: int, level: int, days: int, within: float
) -> None:
    review = f"{{from: factory, review: {{every_days: 0.1, reorder_point: {{units: {point}}}, order_up_to: {{units: {level}}}}}}}"
    text = world(rate=10 * rate, days=days, replenish=review)

    def read(journal: Journal) -> dict[str, float]:
        # Net stock at the end of each period, before the review of that second: receipts less what was asked for.
        supply = frame(journal, "supply", ["arrived_at", "units"])
        placed = np.sort(seconds(frame(journal, "orders", ["placed_at"])["placed_at"]))
        ends = journal.start.timestamp() + DAY // 10 * np.arange(21, 21 + 10 * days)
        received = np.concatenate([[0], supply["units"].cumsum()])[
            np.searchsorted(seconds(supply["arrived_at"]), ends)
        ]
        net = level + received - np.searchsorted(placed, ends)
        return {
            "orders": stock(journal, frame)["orders"] / 10,
            "on_hand": np.maximum(net, 0).mean(),
            "backorders": np.maximum(-net, 0).mean(),
        }

    found = play(stage, text, Patient(), read)
    truth = periodic(rate, point, level)
    agree("share of reviews that order", found["orders"], truth["orders"], within=within)
    agree("units on hand", found["on_hand"], truth["on_hand"], within=within)
    agree("units owed", found["backorders"], truth["backorders"], within=within)
    # As in the published example: an order costs 5, a unit left over 1 and one owed 4.
    costs = [5 * a + b + 4 * c for a, b, c in zip(*found.values(), strict=True)]
    agree(
        "cost of a period",
        costs,
        5 * truth["orders"] + truth["on_hand"] + 4 * truth["backorders"],
        within=within,
    )


@family("Newsvendor", "inventory.newsvendor_poisson_18")
@pytest.mark.parametrize(
    ("mean", "stock", "over", "under", "items", "within"),
    [
        pytest.param(18, 19, 200, 270, 40, FAST, id="18 a day, 19 papers"),
        pytest.param(18, 18, 200, 270, 1000, PRECISE, marks=precise, id="18 a day, 18 papers"),
        pytest.param(18, 19, 200, 270, 1000, PRECISE, marks=precise, id="18 a day, 19 papers, more of them"),
        pytest.param(18, 20, 200, 270, 800, PRECISE, marks=precise, id="18 a day, 20 papers"),
        pytest.param(50, 55, 1, 4, 900, PRECISE, marks=precise, id="50 a day, 55 papers"),
    ],
)
def test_a_newsvendor(
    stage: Any,
    agree: Agreement,
    mean: float,
    stock: int,
    over: float,
    under: float,
    items: int,
    within: float,
) -> None:
    text = world(rate=mean * items, days=1, replenish="", warm_up=0)
    text = text.replace("  replenish: []", f"  opening: {{units: {stock}}}")
    text = text.replace("[{id: thing}]", "[" + ", ".join(f"{{id: paper{n}}}" for n in range(items)) + "]")

    def read(journal: Journal) -> dict[str, float]:
        orders = journal.table("orders", ["units", "units_shipped"])
        asked, sold = (int(np.asarray(orders[name]).sum()) for name in ("units", "units_shipped"))
        return {"cost": (over * (stock * items - sold) + under * (asked - sold)) / items}

    found = play(stage, text, HASTY if within == FAST else Hasty(), read)
    agree("cost of a period", found["cost"], newsvendor(mean, stock, over, under), within=within)


# -- a depot and shops ------------------------------------------------------------------------------------


@family("Two echelons", "inventory.two_echelon_a")
@pytest.mark.parametrize(
    ("rate", "shops", "leads", "levels", "days", "within"),
    [
        pytest.param(20, 3, (0.1, 0.05), (4, 2), 14, FAST, id="three shops"),
        pytest.param(5, 4, (0.3, 0.1), (6, 2), 1_700, PRECISE, marks=precise, id="four shops, depot of 6"),
        pytest.param(10, 2, (0.2, 0.2), (2, 4), 1_500, PRECISE, marks=precise, id="two shops, depot of 2"),
        pytest.param(
            10,
            3,
            (0.2, 0.1),
            (0, 5),
            1_300,
            PRECISE,
            marks=precise,
            id="three shops, a depot that stocks nothing",
        ),
    ],
)
def test_a_depot_supplies_shops_first_come_first_served(
    stage: Any,
    agree: Agreement,
    frame: Any,
    rate: float,
    shops: int,
    leads: tuple[float, float],
    levels: tuple[int, int],
    days: int,
    within: float,
) -> None:
    sites = ["{id: depot, serves: none}", *(f"{{id: shop{n}, serves: [r{n}]}}" for n in range(shops))]
    replenish = (
        f"{{warehouses: all, from: depot, lead_days: {leads[1]}, review: {{order_up_to: {{units: {levels[1]}}}}}}}, "
        f"{{warehouses: [depot], from: factory, review: {{order_up_to: {{units: {levels[0]}}}}}}}"
    )
    text = world(
        rate=rate * shops, days=days, lead=leads[0], replenish=replenish, warehouses=", ".join(sites)
    )
    text = text.replace(
        "{id: r0}, {id: r1}, {id: r2}, {id: r3}", ", ".join(f"{{id: r{n}}}" for n in range(shops))
    )

    def read(journal: Journal) -> dict[str, float]:
        each = [stock(journal, frame, f"shop{n}") for n in range(shops)]
        supply = frame(journal, "supply", ["ordered_at", "sent_at", "arrived_at", "source"])
        sent = supply[(supply["source"] == "depot") & supply["arrived_at"].notna()]
        ordered_at, sent_at, arrived_at = (
            seconds(sent[name]) for name in ("ordered_at", "sent_at", "arrived_at")
        )
        return {
            "fill": each[0]["fill"],
            "wait": each[0]["wait"],
            "on_hand": float(np.mean([row["on_hand"] for row in each])),
            "depot_fill": float((sent_at == ordered_at).mean()),
            "lead": float((arrived_at - ordered_at).mean()) / DAY,
        }

    found = play(stage, text, Patient(), read)
    truth = two_echelons(rate, shops, leads, levels)
    agree("fill rate", found["fill"], truth["fill"], within=within)
    agree("units on hand", found["on_hand"], truth["on_hand"], within=within)
    agree("mean wait of customers, d", found["wait"], truth["backorders"] / rate, within=within)
    agree("lead time of shops, d", found["lead"], truth["lead"], within=within)
    if truth["depot_fill"]:
        agree("fill rate of the depot", found["depot_fill"], truth["depot_fill"], within=within)
    else:
        assert set(found["depot_fill"]) == {0.0}
