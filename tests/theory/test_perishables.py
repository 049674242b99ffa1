"""Goods of a fixed shelf life, sold oldest or newest first: what spoils, and who goes away without.

Periodic: each period begins with an order up to a level, which is there at once; what is in its last period and is
left over expires first. (The order of ties decides: expiry before the review, 0.2485 a period; after it, 0.232.)
Continuous: units come by themselves, Poisson, each lives for a fixed time, and customers come Poisson.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import integrate, special, stats

from sim.journal import Journal
from sim.policy import Allocation, Cancel, Part, Request
from sim.view.network import Network
from tests.theory.agreement import FAST, PRECISE, REPLICATIONS, SEED, TRUTHS, Agreement, family, precise

DAY = 86_400


# -- closed forms -----------------------------------------------------------------------------------------


def order_up_to(life: int, level: int, rate: float, issue: str) -> dict[str, float]:
    """Return what a period brings in the long run, from the Markov chain of the units by age (Nahmias 1982).

    A state holds the units after the order, the oldest first; each period they meet Poisson demand.
    """
    sold = stats.poisson.pmf(np.arange(level), rate)
    asked = [*sold, 1 - sold.sum()]
    states = {(0,) * (life - 1) + (level,): 0}
    steps: list[tuple[int, int, float, tuple[int, int]]] = []
    for state in (todo := list(states)):
        for demand, probability in enumerate(asked):
            left, wanted = list(state), demand
            for age in range(life) if issue == "fifo" else reversed(range(life)):
                taken = min(wanted, left[age])
                left[age] -= taken
                wanted -= taken
            after = (*left[1:], level - sum(left[1:]))
            if after not in states:
                states[after] = len(states)
                todo.append(after)
            steps.append((states[state], states[after], probability, (left[0], demand)))
    chain, means = np.zeros((len(states), len(states))), np.zeros((len(states), 2))
    for begin, end, probability, amounts in steps:
        chain[begin, end] += probability
        means[begin] += probability * np.array(amounts)
    equations = np.vstack([chain.T - np.eye(len(states)), np.ones(len(states))])
    share = np.linalg.lstsq(equations, np.r_[np.zeros(len(states)), 1.0], rcond=None)[0]
    outdated, sales = (share @ means).tolist()
    return {"outdated": outdated, "sold": sales, "ordered": outdated + sales, "lost": rate - sales}


def outdated_share(rate: float, supply: float, life: float, issue: str) -> float:
    """Return the share of units that outdate with Poisson supply and Poisson demand.

    FIFO: the virtual outdating process is the workload of M/M/1 with impatient customers (Graves 1982; Kaspi, Perry
    1983). LIFO: a unit is sold once all that came after it are, so it waits for a busy period of M/M/1 in which units
    arrive and customers serve (Parlar, Perry, Stadje 2011); its density is in Gross and Harris, section 2.12.
    """
    if issue == "fifo":
        if rate == supply:
            return 1 / (1 + supply * life)
        ratio = rate / supply
        return float((1 - ratio) / (1 - ratio * np.exp(-(supply - rate) * life)))

    def density(t: float) -> float:
        z = 2 * t * np.sqrt(rate * supply)
        return float(np.exp(z - (rate + supply) * t) * special.ive(1, z) / (t * np.sqrt(supply / rate)))

    return 1 - float(integrate.quad(density, 0, life, limit=500)[0])


def test_the_closed_forms_reproduce_the_published_truths() -> None:
    for issue in ("fifo", "lifo"):
        truth = TRUTHS["perishable_periodic_order_up_to"][f"perish_periodic_m2_S6_{issue.upper()}"]
        found = order_up_to(2, 6, 4, issue)
        assert found["outdated"] == pytest.approx(truth["outdate_rate"])
        assert found["ordered"] == pytest.approx(truth["order_rate"])
        assert found["sold"] == pytest.approx(truth["sales_rate"])
        assert found["lost"] == pytest.approx(truth["lost_rate"])
        assert 6 - found["ordered"] == pytest.approx(truth["end_stock"])
    truth = TRUTHS["perishable_continuous"]["perish_cont_5_5_2"]
    assert outdated_share(5, 5, 2, "fifo") == pytest.approx(truth["FIFO_outdate_frac"])
    assert outdated_share(5, 5, 2, "lifo") == pytest.approx(truth["LIFO_outdate_frac"])
    assert outdated_share(5, 5.00001, 2, "fifo") == pytest.approx(truth["FIFO_outdate_frac"], rel=1e-4)


# -- worlds -----------------------------------------------------------------------------------------------

WORLD = """\
start: 2026-01-05T00:00
warm_up_days: 1
days: {days}
seed: {seed}
items: [{{id: milk, shelf_life_days: {life}}}]
regions: [{{id: here}}]
demand: {{orders_per_day: {rate}}}
warehouses: [{{id: shop, issue: {issue}}}]
carriers: [{{id: post, services: [{{id: parcel}}]}}]
stock:
  opening: {{units: {opening}}}
  replenish: [{replenish}]
suppliers: [{{id: dairy}}]
"""


class Hasty:
    """The shop ships, or the customer goes away."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        if network.available[order.items[0], 0] > 0:
            return Allocation((Part(0, ((0, 1),), 0),))
        return Allocation(holds=(Cancel((0,), "no_stock"),))


def inside(journal: Journal, frame: Any, table: str, column: str) -> Any:
    """Return the rows of a table with a time in the window that counts."""
    begin, end = (np.datetime64(int(journal.about["start"] + at), "s") for at in journal.about["window"])
    rows = frame(journal, table)
    return rows[(rows[column] >= begin) & (rows[column] < end)]


def play(stage: Any, frame: Any, text: str) -> dict[str, list[float]]:
    """Play all replications; return units a tenth of a day that spoiled, were sold, and came in."""
    scenario = stage.scenario(text)
    rows = []
    for number in range(REPLICATIONS):
        journal = stage.play(scenario, Hasty(), number)
        tenths = 10 * scenario.days
        rows.append(
            {
                "outdated": inside(journal, frame, "disposals", "at")["units"].sum() / tenths,
                "sold": (inside(journal, frame, "orders", "placed_at")["state"] == "delivered").sum()
                / tenths,
                "received": inside(journal, frame, "supply", "arrived_at")["units"].sum() / tenths,
            }
        )
    return {name: [row[name] for row in rows] for name in rows[0]}


@family("Fixed shelf life, an order up to a level each period", "perishable_periodic_order_up_to")
@pytest.mark.parametrize(
    ("life", "level", "rate", "issue", "days", "within"),
    [
        pytest.param(2, 8, 4, "fifo", 22, FAST, id="two periods, oldest first, a high level"),
        pytest.param(2, 6, 4, "lifo", 22, FAST, id="two periods, newest first"),
        pytest.param(2, 6, 4, "fifo", 1_000, PRECISE, marks=precise, id="two periods, oldest first, longer"),
        pytest.param(2, 6, 4, "lifo", 150, PRECISE, marks=precise, id="two periods, newest first, longer"),
        pytest.param(3, 5, 2, "fifo", 900, PRECISE, marks=precise, id="three periods, oldest first"),
        pytest.param(3, 7, 3, "lifo", 120, PRECISE, marks=precise, id="three periods, newest first"),
    ],
)
def test_an_order_up_to_a_level_each_period(
    stage: Any,
    agree: Agreement,
    frame: Any,
    life: int,
    level: int,
    rate: float,
    issue: str,
    days: int,
    within: float,
) -> None:
    # A period is a tenth of a day.
    review = f"{{from: dairy, review: {{every_days: 0.1, order_up_to: {{units: {level}}}}}}}"
    text = WORLD.format(
        days=days, seed=SEED, life=life / 10, rate=10 * rate, issue=issue, opening=0, replenish=review
    )
    found = play(stage, frame, text)
    truth = order_up_to(life, level, rate, issue)
    agree("units outdated", found["outdated"], truth["outdated"], within=within)
    agree("units received", found["received"], truth["ordered"], within=within)
    agree("units sold", found["sold"], truth["sold"], within=within)


@family("Fixed shelf life, supply that comes by itself", "perishable_continuous")
@pytest.mark.parametrize(
    ("rate", "supply", "life", "issue", "days", "within"),
    [
        pytest.param(4, 6, 1, "fifo", 20, FAST, id="more than are asked for, oldest first"),
        pytest.param(5, 5, 1, "lifo", 25, FAST, id="as many as are asked for, newest first"),
        pytest.param(5, 5, 2, "fifo", 2_700, PRECISE, marks=precise, id="oldest first, longer"),
        pytest.param(5, 5, 2, "lifo", 600, PRECISE, marks=precise, id="newest first, longer"),
        pytest.param(4, 5, 1.5, "fifo", 800, PRECISE, marks=precise, id="too many, oldest first"),
        pytest.param(4, 5, 1.5, "lifo", 400, PRECISE, marks=precise, id="too many, newest first"),
        pytest.param(6, 5, 1, "fifo", 1_300, PRECISE, marks=precise, id="too few, oldest first"),
        pytest.param(6, 5, 1, "lifo", 400, PRECISE, marks=precise, id="too few, newest first"),
    ],
)
def test_units_that_come_by_themselves(
    stage: Any,
    agree: Agreement,
    frame: Any,
    rate: float,
    supply: float,
    life: float,
    issue: str,
    days: int,
    within: float,
) -> None:
    # The unit of time is a tenth of a day.
    arrivals = f"{{arrivals: {{every_days: {{exponential: {{mean: {0.1 / supply!r}}}}}, units: 1}}}}"
    text = WORLD.format(
        days=days, seed=SEED, life=life / 10, rate=10 * rate, issue=issue, opening=5, replenish=arrivals
    )
    found = play(stage, frame, text)
    outdated = outdated_share(rate, supply, life, issue)
    agree("units outdated", found["outdated"], supply * outdated, within=within)
    agree("units sold", found["sold"], supply * (1 - outdated), within=within)
    agree("units received", found["received"], supply, within=within)
