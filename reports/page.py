"""The report of a result folder: one page without scripts, which asks nothing of the network."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from reports import numbers, template
from reports.diffs.why import why_section
from reports.evidence import read_evidence
from reports.figures.files import write_pictures
from reports.figures.style import colour_of
from reports.figures.whisker import ends_of
from reports.gallery import Group, gallery
from reports.kpis import KPIS
from reports.notes import Notes, beside, notes, of_kpi, warnings_told
from reports.numbers import joined
from reports.result import Result, read_result
from reports.sentences import answer, is_same, limits, reading, replications, same_orders
from reports.summary import currency_of, title_of
from reports.sweeps.gallery import sweep_gallery
from reports.sweeps.page import shown_summary, sweep_section
from reports.sweeps.table import Rows, rows_of, sweep_table
from sim.document.files import read_json
from sim.errors import InputError, Problem
from sim.writing import write_file


def write_report(folder: str | Path) -> Path:
    """Write `report.html` and its pictures (`figures/NAME.svg`) into a result folder, and return the page's path.

    The tables of the folder give its numbers; pictures of single orders and shipments need journals, and the
    map needs the scenario. What is not there is left out, and the page says so.

    Raises:
        InputError: if the folder holds no result, or a file in it cannot be read.

    Example:
        >>> from reports import write_report
        >>> from sim import Experiment
        >>> _ = Experiment("hello", replications=2, changes=["days=0.1"]).run("result", jobs=1)
        >>> write_report("result").name
        'report.html'

    """
    folder = Path(folder)
    result = read_result(folder)
    summary = shown_summary(result) if "sweep" in result.summary else result.summary
    provenance, why = _provenance(folder), why_section(folder, summary)
    try:
        groups = gallery(read_evidence(folder, result, summary))
    except (OSError, pa.ArrowException) as error:
        raise InputError([Problem(str(folder), f"a journal or table cannot be read: {error}")]) from error
    points = rows_of(sweep_table(result)) if "sweep" in summary else []
    swept = sweep_gallery(result, points, summary["policies"]) if points else []
    groups = [*swept, *groups]
    context = _context(summary, result.summary, provenance, groups)
    if points:
        context |= _of_sweep(result, points, context, swept)
    context["why"] = why
    text = template.page("report.html", **context)  # before anything is written
    path = folder / "report.html"
    write_pictures(folder, (picture for group in groups for picture in group.pictures))
    write_file(path, text)
    return path


def _context(
    summary: dict[str, Any], whole: dict[str, Any], provenance: dict[str, Any], groups: list[Group]
) -> dict[str, Any]:
    """Return what the page says; `summary` is of the policies that are shown, `whole` of all, whose limits are told."""
    policies = summary["policies"]
    noted = notes(whole)
    kpis = [_kpi(name, summary, noted) for name in KPIS if name in summary["kpis"]]
    differences = {
        policy: [
            row | {"label": KPIS[row["kpi"]].label}
            for row in summary["comparison"]
            if row["policy"] == policy
        ]
        for policy in policies
    }
    return {
        "title": title_of(summary),
        "question": _question(summary),
        "answer": answer(summary),
        "limits": [*limits(whole), *warnings_told(whole)],
        "policies": policies,
        "baseline": summary["baseline"],
        "colour": {policy: colour_of(place) for place, policy in enumerate(policies)},
        "headline": [kpi for kpi in kpis if kpi["name"] in summary["family"]],
        "kpis": kpis,
        "empty": ", ".join(kpi["label"] for kpi in kpis if kpi["empty"]),
        "moved": {
            policy: [row for row in rows if row["difference"] is not None and not is_same(row)]
            for policy, rows in differences.items()
        },
        "same": {
            policy: ", ".join(row["label"] for row in rows if is_same(row))
            for policy, rows in differences.items()
        },
        "reading": reading(summary),
        "swept": None,
        "gallery": groups,
        "kpi_notes": dict.fromkeys(sentence for kpi in kpis for sentence in kpi["notes"]),
        "noted": {
            picture.name: beside(noted, picture.rests_on) for group in groups for picture in group.pictures
        },
        "provenance": list(_flat(provenance)),
        "sources": list(
            dict.fromkeys(picture.source for group in groups for picture in group.pictures if picture.source)
        ),
    }


def _of_sweep(result: Result, points: Rows, context: dict[str, Any], groups: list[Group]) -> dict[str, Any]:
    """Return what the page of a sweep says otherwise."""
    section = sweep_section(result, points)
    return {
        "question": section["question"],
        "answer": section["answer"],
        # Verdicts of the points that are shown were corrected for all that there are.
        "reading": reading(result.summary) if len(context["policies"]) > 1 else context["reading"],
        "swept": section | {"groups": [group.name for group in groups]},
    }


def _question(summary: dict[str, Any]) -> str:
    policies, baseline = summary["policies"], summary["baseline"]
    orders = numbers.fixed(summary["kpis"]["orders"][summary["baseline"]]["mean"] or 0.0, 0)
    runs = f"{replications(summary)} of about {orders} orders"
    if len(policies) == 1:
        return f"What does {policies[0]} do in this scenario? {runs}."
    others = [policy for policy in policies if policy != baseline]
    return (
        f"What happens if {joined(others, 'or')} decides instead of {baseline}?"
        f" {runs} each{', the same for every policy' if same_orders(summary) else ''}."
    )


def _kpi(name: str, summary: dict[str, Any], noted: Notes) -> dict[str, Any]:
    """Return one KPI with everything that the page says of it."""
    kpi, found = KPIS[name], summary["kpis"][name]
    rows = {row["policy"]: row for row in summary["comparison"] if row["kpi"] == name}
    unit = kpi.unit_in(currency_of(summary))
    return {
        "name": name,
        "label": kpi.label,
        "meaning": kpi.meaning,
        "better": kpi.better,
        "unit": kpi.unit,
        "shown_unit": numbers.unit_shown(unit)[1],
        "found": found,
        "rows": rows,
        "ends": ends_of(rows.values()),
        "empty": not any(each["mean"] for each in found.values()),
        "notes": of_kpi(noted, name),
    }


def _provenance(folder: Path) -> dict[str, Any]:
    path = folder / "provenance.json"
    if not path.is_file():
        return {}
    provenance = read_json(path)
    return provenance if isinstance(provenance, dict) else {"provenance": provenance}


def _flat(values: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield the entries of nested mappings under their dotted keys."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        elif isinstance(value, list) and any(isinstance(element, dict) for element in value):
            yield f"{above}{key}", f"{len(value)}, in provenance.json"
        elif isinstance(value, list):
            yield f"{above}{key}", shlex.join(map(str, value))  # a command can be given again as it stands
        else:
            yield f"{above}{key}", str(value)
