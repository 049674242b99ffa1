"""What the regression gate says: on the terminal, in a pull request (Markdown), and to a pipeline (JUnit XML)."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from typing import Any, NamedTuple

from reports import numbers
from reports.forms import Column, Table, as_markdown, as_text, escaped
from reports.gates.gate import Change, Check
from reports.numbers import joined
from sim.errors import printable

_COLUMNS = (
    *map(Column, ("policy", "kpi", "unit")),
    *(Column(name, right=True) for name in ("baseline", "result", "change", "95 % interval")),
    Column("verdict"),
)
_TWO_SAMPLES = "of two samples (Welch)"


class Words(NamedTuple):
    """What is said of a check as a whole: whether anything got worse, and how verdicts are to be read."""

    answer: str
    reading: str


def check_text(check: Check) -> str:
    """Tell what changed, regressions first, as plain text."""
    blocks = [f"{_title(check)}\n", *(f"note: {note}" for note in check.notes)]
    if rows := _rows(check):
        blocks += [*([""] if check.notes else []), as_text(Table("", _COLUMNS, rows)), ""]
    blocks += [_answer(check), _reading(check)]
    return numbers.plain("\n".join(blocks))


def check_markdown(check: Check) -> str:
    """Tell the same as a table for a pull request."""
    blocks = [f"### {_title(check)}", f"**{_answer(check)}**"]
    if rows := _rows(check):
        blocks.append(as_markdown(Table("", _COLUMNS, rows)))
    blocks += ["\n".join(f"- {escaped(note)}" for note in check.notes)] if check.notes else []
    return "\n\n".join([*blocks, _reading(check)]) + "\n"


def check_junit(check: Check) -> str:
    """Tell the same as JUnit XML: a test case for each policy and KPI that is judged, a failure for each regression."""
    judged = [change for change in check.changes if change.judged]
    undefined = [change for change in judged if math.isnan(change.found.policy_mean) and not change.gone]
    counts = {"tests": len(judged), "failures": len(check.failed), "errors": 0, "time": 0}
    attributes = {"name": f"orderlab check {printable(check.result.scenario)}"}
    attributes |= {name: str(count) for name, count in counts.items()}
    root = ElementTree.Element("testsuites", attributes)
    suite = ElementTree.SubElement(root, "testsuite", {**attributes, "skipped": str(len(undefined))})
    for change in judged:
        of = {"classname": f"{printable(check.result.scenario)}.{change.policy}", "name": change.kpi.name}
        case = ElementTree.SubElement(suite, "testcase", {**of, "time": "0"})
        if change.failed:
            _, _, unit, before, now, difference, interval, words = _row(change)
            values = f"{before} became {now} {unit}".rstrip()
            by = difference if interval == numbers.MISSING else f"{difference} {interval}"
            message = numbers.plain(f"{words}: {values}, {by}")
            ElementTree.SubElement(case, "failure", {"message": message, "type": "regression"})
        elif change in undefined:
            ElementTree.SubElement(case, "skipped").text = "not defined in any replication"
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True).decode("utf-8")
    return text + "\n"


def check_words(check: Check) -> Words:
    """Say of a check what every form of it says."""
    return Words(_answer(check), _reading(check))


def words_of(change: Change) -> str:
    """Say what became of a KPI: "worse, beyond the bound of 1 % of the baseline"."""
    return f"regression: {_words(change)}" if change.failed else _words(change)


def difference_of(change: Change) -> dict[str, Any]:
    """Return a change as a row of a comparison; low and high are None where an interval says nothing."""
    found = change.found
    known = not (change.exact or math.isnan(found.half_width))
    return {
        "unit": change.unit,
        "difference": None if math.isnan(found.difference) else found.difference,
        "low": found.low if known else None,
        "high": found.high if known else None,
    }


def _title(check: Check) -> str:
    policies = numbers.counted(len(check.baseline.policies), "policy", "policies")
    return f"{printable(check.result.scenario)}: {policies} against the baseline"


def _answer(check: Check) -> str:
    judged = [change for change in check.changes if change.judged]
    if check.failed:
        failed = numbers.counted(len(check.failed), "KPI")
        return f"Regression: {failed} of {len(judged)} judged got worse than allowed."
    kpis = numbers.counted(len(judged), "KPI")
    moved = [change for change in check.changes if not change.same]
    if not moved:
        return f"No regression: all {kpis} judged are the same."
    sure = [change for change in moved if change.judged and not change.noise]
    better = sum(1 for change in sure if change.worse_by < 0.0)
    worse = sum(1 for change in sure if change.worse_by > 0.0)
    noise, new = sum(1 for change in moved if change.noise), sum(1 for change in moved if change.appeared)
    return (
        f"No regression: of {kpis} judged, {better} got better, {worse} worse within bounds,"
        f" {noise} may be noise{f', {new} were not defined before' if new else ''}; the others are the same."
    )


def _reading(check: Check) -> str:
    """Return how the verdicts are to be read."""
    sentences = []
    exact = [change for change in check.changes if change.exact]
    if exact:
        sentences.append("The same version, files and seed must give the same numbers.")
    if not all(change.same for change in exact):
        sentences.append(
            "Here they do not: what computes them has changed, or something that a policy reads or imports."
        )
    if any(not math.isnan(change.p_value) for change in check.changes):
        how, others = "replication by replication on the same orders", check.other_orders
        if len(others) == len(check.baseline.policies):
            how = _TWO_SAMPLES
        elif others:
            how += f"; for {joined(others)}, which met others, {_TWO_SAMPLES}"
        if single := _not_kept(check):
            how += f"; for {joined(single)}, of which the baseline keeps no single values, {_TWO_SAMPLES}"
        sentences.append(
            f"Intervals: {how}. May be noise: one-sided p, adjusted (Holm), of 0.05 or more; without a bound that is no"
            " regression."
        )
    return " ".join(sentences)


def _not_kept(check: Check) -> list[str]:
    """Return what could have been compared in pairs, had the baseline kept the values."""
    return [
        f"{change.kpi.label} of {change.policy}"
        for change in check.changes
        if not (change.paired or math.isnan(change.p_value) or change.policy in check.other_orders)
    ]


def _rows(check: Check) -> list[tuple[str, ...]]:
    return [_row(change) for change in check.changes if not change.same]


def _row(change: Change) -> tuple[str, ...]:
    row = difference_of(change)
    return (
        change.policy,
        change.kpi.name,
        numbers.unit_shown(change.unit)[1],
        *means_of(change),
        numbers.difference(row),
        numbers.interval(row),
        words_of(change),
    )


def means_of(change: Change) -> tuple[str, str]:
    """Write what a KPI was and is; what is undefined as a dash."""
    means, row = (change.found.baseline_mean, change.found.policy_mean), difference_of(change)
    before, now = (numbers.level(None if math.isnan(mean) else mean, row) for mean in means)
    return before, now


def _words(change: Change) -> str:
    if change.gone:
        return "no longer defined"
    if change.appeared:
        return "not defined before"
    if change.kpi.better is None:
        words = "moved"
    else:
        words = "worse" if change.worse_by > 0.0 else "better"
    if change.bound is not None and change.worse_by > 0.0:
        words += f", {'beyond' if change.beyond else 'within'} the bound of {_bound(change)}"
    return f"{words}, may be noise" if change.noise else words


def _bound(change: Change) -> str:
    assert change.bound is not None
    if change.bound.percent:
        return f"{change.bound} of the baseline"
    factor = numbers.unit_shown(change.kpi.unit)[0]
    return f"{factor * change.bound.amount:.12g} {numbers.unit_of_difference(change.unit)}".rstrip()
