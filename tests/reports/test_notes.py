"""What a reader must know stands on top of the page, and again beside the numbers that rest on it."""

from __future__ import annotations

from typing import Any

import pytest

from reports import write_report
from reports.kpis import KPIS
from reports.notes import beside, notes, of_kpi
from reports.result import write_result
from reports.searches import cut_short
from reports.storage import too_full
from reports.warmups.warmup import TOO_SHORT, UNSETTLED, WarmUp, too_short
from sim.scenario import load_scenario

SOUND = dict.fromkeys(KPIS, 0.0) | {"orders": 100.0}


@pytest.fixture
def told(tmp_path: Any) -> Any:
    """Return the function from warnings and other KPIs to the notes of a result of five replications."""

    def told_(*warnings: str, **kpis: float) -> Any:
        tasks = [("near", replication, SOUND | kpis) for replication in range(5)]
        about = {"title": "Two coasts", "scenario": "two_coasts", "currency": "USD", "timezone": "UTC"}
        return notes(write_result(tmp_path, tasks, "near", about, warnings=list(warnings)).summary)

    return told_


def test_a_sound_result_has_none(told: Any) -> None:
    assert not any(told().values())


def test_open_orders_are_told_beside_the_times_of_those_that_came(told: Any) -> None:
    sentence = "near: 25.00 % of the orders were still open when the run ended."
    found = told(open_share=0.25)
    assert of_kpi(found, "lead_time_mean_h") == [sentence]
    assert of_kpi(found, "split_share") == []
    assert beside(found, ["splits", "deliveries"]) == [sentence]


def test_searches_that_were_cut_short_are_told_beside_splits(told: Any) -> None:
    (sentence,) = cut_short([("near", 0, {"decisions.all": 10, "decisions.greedy": 3})])
    found = told(sentence)
    assert of_kpi(found, "split_share") == of_kpi(found, "shipments_per_order") == [f"{sentence}."]
    assert of_kpi(found, "cost_per_order") == []


def test_full_warehouses_are_told_beside_stock(told: Any) -> None:
    (sentence,) = too_full([("near", 0, {"full.newark": 0.4})])
    assert of_kpi(told(sentence), "fill_share") == [f"{sentence}."]


@pytest.mark.parametrize("verdict", [TOO_SHORT, UNSETTLED])
def test_a_warm_up_that_is_too_short_is_told_beside_what_happens_when(told: Any, verdict: str) -> None:
    judged = {"near": {"backlog": WarmUp(verdict, cut_days=3.0, bias=0.1, p_value=0.001)}}
    (sentence,) = too_short(judged, {"near": load_scenario("hello")})
    assert beside(told(sentence), ["course"]) == [f"{sentence}."]


def test_the_page_has_each_limit_on_top_and_where_it_matters(tmp_path: Any) -> None:
    tasks = [
        (
            policy,
            replication,
            SOUND
            | {"open_share": 0.25, "cost_per_order": 9.0, "lead_time_mean_h": 20.0 + place + replication},
        )
        for place, policy in enumerate(("near", "far"))
        for replication in range(3)
    ]
    about = {"title": "Two coasts", "scenario": "two_coasts", "currency": "USD", "timezone": "UTC"}
    write_result(tmp_path, tasks, "near", about)
    text = write_report(tmp_path).read_text(encoding="utf-8")
    head, body = text.split("</header>")
    sentence = "far: 25.00 % of the orders were still open when the run ended."
    assert "Only 3 replications" in head
    assert f"<li>{sentence}</li>" in head
    card = body.split('id="kpi-lead_time_mean_h"')[1].split('class="card"')[0]
    figure = body.split('<figure id="tradeoff">')[1].split("</figure>")[0]
    assert sentence in card
    assert sentence in figure
    assert sentence in body.split('<h2 id="kpis">')[1].split("<table>")[0]
