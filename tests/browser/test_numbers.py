"""Every number that a reader sees is the one in `summary.json`, rounded as it is shown and not otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("browser")

NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?")

# All cells that speak of a KPI, with the cells beside them: attributes, words, and what a whisker tells.
ROWS = """() => [...document.querySelectorAll("td[data-kpi]")].map(cell => ({
    ...cell.dataset,
    shown: cell.innerText,
    row: [...cell.parentElement.cells].map(other => other.innerText),
    whisker: cell.parentElement.querySelector("svg")?.getAttribute("aria-label") ?? null,
}))"""


def numbers_in(text: str) -> list[str]:
    return [found.replace("−", "-").replace(",", "") for found in NUMBER.findall(text)]


def says(shown: str, value: float | None) -> bool:
    """Whether a number as shown is the value, rounded to the decimals that it is shown with."""
    places = len(shown.partition(".")[2])
    # An ulp decides which way an exact half goes, as when a share is shown in per cent.
    return value is not None and abs(float(shown) - value) <= 0.5000001 * 10.0**-places


def factor(unit: str) -> float:
    return 100.0 if unit == "share" else 1.0


@pytest.fixture(scope="module", params=["plain", "hostile", "sweep"])
def read(request: pytest.FixtureRequest, opened: Any, folders: dict[str, Path]) -> dict[str, Any]:
    """What a page shows, and the summary that it was written from."""
    folder = folders[request.param]
    with opened(folder / "report.html") as reader:
        page = reader.page
        shown = {
            "rows": page.evaluate(ROWS),
            "answer": page.locator(".answer").inner_text(),
            "question": page.locator(".question").inner_text(),
        }
    return shown | {"summary": json.loads((folder / "summary.json").read_text(encoding="utf-8"))}


def of_comparison(summary: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["kpi"], row["policy"]): row for row in summary["comparison"]}


def test_means_and_half_widths(read: dict[str, Any]) -> None:
    summary, compared = read["summary"], of_comparison(read["summary"])
    units = {row["kpi"]: row["unit"] for row in summary["comparison"]}
    cells = [cell for cell in read["rows"] if "mean" in cell]
    assert {cell["kpi"] for cell in cells} >= set(summary["family"])
    for cell in cells:
        found = summary["kpis"][cell["kpi"]][cell["policy"]]
        if found["mean"] is None:
            assert cell["mean"] == "None"
            assert cell["shown"] == "–"
            continue
        assert float(cell["mean"]) == found["mean"]
        times = factor(units[cell["kpi"]])
        mean, *half = numbers_in(cell["shown"])
        assert says(mean, times * found["mean"]), cell
        if "<" in cell["shown"]:
            assert times * found["half_width"] < float(half[0]), cell
        elif half:
            assert says(half[0], times * found["half_width"]), cell
        else:
            assert found["half_width"] is None
        row = compared.get((cell["kpi"], cell["policy"]))
        if cell["whisker"] is not None:
            assert row is not None
            check_difference(cell["whisker"].replace("95 % interval", ""), row)


def check_difference(text: str, row: dict[str, Any]) -> None:
    """Check "difference −0.42 USD/order [−0.45, −0.37]"; a unit may hold a digit, such as 1/year."""
    times = factor(row["unit"])
    difference, *ends = numbers_in(text.replace("1/year", "").replace("CO2", ""))
    assert says(difference, times * row["difference"]), text
    assert [says(end, times * value) for end, value in zip(ends, (row["low"], row["high"]), strict=True)] == [
        True,
        True,
    ], text


def test_differences_intervals_p_values_and_variance_reductions(read: dict[str, Any]) -> None:
    compared = of_comparison(read["summary"])
    cells = [cell for cell in read["rows"] if "difference" in cell]
    assert cells
    for cell in cells:
        row = compared[cell["kpi"], cell["policy"]]
        assert float(cell["difference"]) == row["difference"]
        _, difference, interval, verdict, p_value, reduction = cell["row"]
        check_difference(f"{difference} {interval}", row)
        if row["p_holm"] is None:
            assert (verdict, p_value) == ("", "–")
        else:
            assert verdict.startswith(row["verdict"].replace("too few replications to say", "too few"))
            (p,) = numbers_in(p_value)
            assert row["p_holm"] < float(p) if "<" in p_value else says(p, row["p_holm"])
        if row["variance_reduction"] is None:
            assert reduction == "–"
        else:
            assert says(numbers_in(reduction)[0], row["variance_reduction"])


def test_no_number_in_the_answer_is_of_another_place(read: dict[str, Any]) -> None:
    """Each number of the sentences is one of the summary: a mean, a difference, an end of an interval, or an n."""
    summary = read["summary"]
    values = list(everything(summary))
    text = read["answer"] + read["question"]
    for policy in summary["policies"]:  # a name may hold a number
        text = text.replace(policy, "")
    strange = [number for number in numbers_in(text) if not any(says(number, value) for value in values)]
    assert strange == []


def everything(summary: dict[str, Any]) -> Iterator[float]:
    """Yield all that sentences may say of a summary, as people are told it."""
    yield from (summary["replications"], len(summary["policies"]), 100 * summary["confidence"])
    units = {row["kpi"]: row["unit"] for row in summary["comparison"]}
    for kpi, by_policy in summary["kpis"].items():
        for found in by_policy.values():
            yield from (factor(units[kpi]) * value for value in found.values() if value is not None)
    for row in summary["comparison"]:
        for name in ("difference", "low", "high"):
            if row[name] is not None:
                yield factor(row["unit"]) * row[name]
                yield -factor(row["unit"]) * row[name]  # "saves 0.42", "2 h sooner"
        if row["n_needed"] is not None:
            yield row["n_needed"]
