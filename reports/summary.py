"""The content of `summary.json`: whether it is what a run wrote, and what it calls the result and its money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reports import compare
from reports.designs.sentences import precision_sentences, selection_sentences

LARGEST = 1e100
"""No number of a result is larger: sums of squares of such numbers are finite."""

_SUMMARY = {
    "about", "baseline", "policies", "replications", "replications_of", "confidence", "family", "kpis",
    "comparison", "warnings",
}  # fmt: skip
_POINT = ("policy", "of", "values", "without")


def currency_of(summary: Mapping[str, Any]) -> str:
    """Return the code of a result's currency, or "money" where whoever wrote it did not say."""
    return str(summary["about"].get("currency", "money"))


def title_of(summary: Mapping[str, Any]) -> str:
    """Return what a result is called: as its scenario is, by title or id."""
    about = summary["about"]
    return str(about.get("title") or about.get("scenario") or "Result")


def check_summary(content: Any, policies: Iterable[str], kpis: Iterable[str]) -> dict[str, Any]:
    """Return the content of a `summary.json`.

    Args:
        content: what the file holds.
        policies: of `kpis.csv`.
        kpis: of `kpis.csv`.

    Raises:
        ValueError: something is missing, of another kind than it should be, or not that of `kpis.csv`.

    """
    missing = _SUMMARY - (content.keys() if isinstance(content, dict) else set())
    if missing:
        raise ValueError(f"it has no {', '.join(sorted(missing))}")
    names = content["policies"]
    _ask(isinstance(names, list) and names == list(dict.fromkeys(policies)), "policies")
    _ask(bool(names), "policies")
    _ask(content["baseline"] in names, "baseline")
    _ask(_is_mapping(content["about"], str), "about")
    _ask(isinstance(content["warnings"], list) and _all(str, content["warnings"]), "warnings")
    known = set(kpis)
    _ask(_is_mapping(content["kpis"], dict) and content["kpis"].keys() == known, "kpis")
    _ask(isinstance(content["family"], list) and _all(str, content["family"]), "family")
    _ask(known.issuperset(content["family"]), "family")
    _ask(_is_whole(content["replications"]), "replications")
    counts = content["replications_of"]
    _ask(isinstance(counts, dict) and counts.keys() == set(names), "replications_of")
    _ask(all(map(_is_whole, counts.values())), "replications_of")
    for kpi, found in content["kpis"].items():
        _ask(found.keys() == set(names) and all(map(_is_estimate, found.values())), f"kpis: {kpi}")
    rows = content["comparison"]
    _ask(isinstance(rows, list) and all(_is_row(row, names, known) for row in rows), "comparison")
    compared = {row["policy"] for row in rows}
    _ask(compared == set(names) - {content["baseline"]}, "comparison")
    _check_designs(content)
    summary: dict[str, Any] = content
    return summary


def _ask(right: bool, what: str) -> None:
    if not right:
        raise ValueError(f"{what}: not what a run wrote, or not that of kpis.csv")


def _all(kind: type, values: Iterable[Any]) -> bool:
    return all(isinstance(value, kind) for value in values)


def _is_mapping(value: Any, kind: type) -> bool:
    return isinstance(value, dict) and _all(kind, value.values())


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and 0 < value < LARGEST


def _is_number(value: Any) -> bool:
    return value is None or (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
    )


def _is_estimate(found: Any) -> bool:
    wanted = ("n", "mean", "half_width")
    return isinstance(found, dict) and all(name in found and _is_number(found[name]) for name in wanted)


def _is_row(row: Any, policies: list[str], kpis: set[str]) -> bool:
    if not isinstance(row, dict) or not row.keys() >= set(compare.COLUMNS):
        return False
    kinds = (
        isinstance(row[name], str) if name in compare.TEXTS else _is_number(row[name])
        for name in compare.COLUMNS
    )
    return all(kinds) and row["policy"] in policies and row["kpi"] in kpis


def _check_designs(content: Mapping[str, Any]) -> None:
    """Ask for what designs and sweeps say of themselves, by telling it."""
    try:
        if "precision" in content:
            precision_sentences(content["precision"], "")
        if "selection" in content:
            selection_sentences(content["selection"], "")
        if "sweep" in content:
            sweep = content["sweep"]
            keys = [entry["key"] for entry in sweep["keys"] if isinstance(entry["values"], list)]
            _ask(isinstance(sweep["one_at_a_time"], bool) and bool(sweep["points"]), "sweep")
            for point in sweep["points"]:
                _ask(all(name in point for name in _POINT), "sweep: points")
                _ask(
                    point["policy"] in content["policies"] and point["of"] in content["policies"],
                    "sweep: points",
                )
                _ask(point["values"].keys() >= set(keys), "sweep: points")
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("precision, selection or sweep: not what a run wrote") from error
