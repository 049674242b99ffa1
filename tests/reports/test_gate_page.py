"""The page of the gate says what the texts say, and shows what is sure."""

from __future__ import annotations

import re
from pathlib import Path

from reports.gates.baseline import Baseline, Bound, Kept, Played
from reports.gates.gate import Check, check
from reports.gates.page import check_page

Values = dict[str, dict[str, list[float]]]
FILE, FOLDER = Path("kept.json"), Path("result")


def kept(values: Values, version: str = "1", **bounds: Bound) -> Baseline:
    """Return a baseline of one scenario; the files of another version are not the same."""
    return Baseline(
        version=version,
        scenario="small",
        currency="USD",
        seed=1,
        hashes={"scenario.yaml": version},
        variants={
            policy: Played(file=f"policies/{policy}.yaml", replications=len(next(iter(kpis.values()))))
            for policy, kpis in values.items()
        },
        family=("cost_per_order", "late_share"),
        bounds=bounds,
        policies={
            policy: {kpi: Kept.of(each, judged=True) for kpi, each in kpis.items()}
            for policy, kpis in values.items()
        },
    )


def found(before: list[float], now: list[float], **bounds: Bound) -> Check:
    """Compare the costs of one policy; no order is late."""
    none = [0.0] * len(before)
    results = [
        kept({"mine": {"cost_per_order": costs, "late_share": none}}, version, **bounds)
        for costs, version in ((before, "1"), (now, "2"))
    ]
    return check(*results, FILE, FOLDER)


COSTS = [10.0, 11.0, 12.0, 13.0]


def test_a_regression_is_told_first_with_its_numbers_and_its_interval() -> None:
    page = check_page(found(COSTS, [11.0, 12.1, 13.0, 14.1]))
    assert "<title>small against its baseline · orderlab</title>" in page
    answer = page.split('<div class="answer"')[1].split("</div>")[0]
    assert "Regression: 1 KPI of 2 judged got worse than allowed." in answer
    assert "mine: cost went from 11.50 to 12.55 USD/order." in answer
    assert 'class="verdict worse">regression: worse</span>' in page
    assert "+1.050<span" in page
    # 1.05 and t(0.975, 3) times the standard error of 1, 1.1, 1, 1.1
    assert 'aria-label="difference +1.050 USD/order, 95 % interval [0.958, 1.142]"' in page
    assert "The same: late orders." in page
    assert "<li>scenario.yaml is not that of the baseline</li>" in page


def test_what_may_be_noise_is_neither_good_nor_bad() -> None:
    page = check_page(found(COSTS, [10.5, 10.6, 12.9, 12.8]))
    assert 'class="verdict ">worse, may be noise</span>' in page
    assert ">regression:" not in page
    assert "No regression:" in page


def test_what_got_better_says_so() -> None:
    page = check_page(found(COSTS, [9.0, 10.1, 11.0, 12.1]))
    assert 'class="verdict better">better</span>' in page


def test_worse_within_its_bound_is_no_regression_and_names_the_bound() -> None:
    page = check_page(found(COSTS, [11.0, 12.1, 13.0, 14.1], cost_per_order=Bound(2.0)))
    assert 'class="verdict worse">worse, within the bound of 2 USD/order</span>' in page
    assert "No regression:" in page


def test_where_nothing_moved_the_page_says_so() -> None:
    page = check_page(found(COSTS, COSTS))
    assert "<p>Nothing moved.</p>" in page
    assert "The same: cost and late orders." in page


def test_a_share_changes_by_percentage_points() -> None:
    results = [
        kept({"mine": {"cost_per_order": COSTS, "late_share": [late] * 4}}, version)
        for late, version in ((0.02, "1"), (0.05, "2"))
    ]
    page = check_page(check(*results, FILE, FOLDER))
    assert re.search(r'data-kpi="late_share"[^>]*>\+3[.0]* pp<', page)
    assert page.count(" pp<") == 1


def test_a_kpi_that_is_gone_has_no_change_and_fails() -> None:
    page = check_page(found(COSTS, [float("nan")] * 4))
    assert "regression: no longer defined" in page
    assert "11.50 → –" in page


def test_colours_are_those_of_the_results_own_page_and_names_stay_text() -> None:
    costs = {"cost_per_order": COSTS, "late_share": [0.0] * 4}
    before = kept({"<b>": costs, "a": costs})
    after = kept({"new": costs, "a": costs, "<b>": costs}, "2")
    page = check_page(check(before, after, FILE, FOLDER))
    headings = re.findall(r'<h2 id="policy-\d">.*?var\((--policy-\d)\).*?</span>(.*?)</span></h2>', page)
    assert headings == [("--policy-2", "a"), ("--policy-3", "&lt;b&gt;")]
    assert "<b>" not in page
    assert "new is not in the baseline, and not judged" in page


def test_the_page_asks_nothing_of_the_network_and_is_the_same_every_time() -> None:
    one, other = (check_page(found(COSTS, [11.0, 12.1, 13.0, 14.1])) for _ in range(2))
    assert one == other
    assert not re.search(r'(?:src|href)="(?!data:|#)', one)
    assert "<script" not in one
