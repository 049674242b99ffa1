"""The answer of a sweep in sentences: which point is best, which key matters most, what each rule is worth."""

from __future__ import annotations

from typing import Any

from reports import numbers
from reports.kpis import KPIS
from reports.numbers import joined
from reports.result import Result
from reports.sentences import is_same, other_orders, phrase
from reports.statistics import BETTER, TOO_FEW, WORSE
from reports.summary import currency_of
from reports.sweeps.table import UNCHANGED, WITHOUT, Rows, contenders, policies_of, rows_of, swept_of, tornado

_MOST_NAMED = 3


def sweep_answer(result: Result, rows: Rows) -> list[str]:
    """Return what a sweep found, a sentence or two for each policy, and one for each rule that was dropped.

    Args:
        result: of a sweep.
        rows: of its table.

    """
    swept = result.summary["sweep"]
    sentences = []
    for policy in policies_of(result):
        if len(swept["keys"]) > 1:
            sentences += _most_swinging(result, policy)
        if len(swept["keys"]) == 1 or (swept["keys"] and not swept["one_at_a_time"]):
            sentences.append(_best(result, policy, rows))
    return sentences + _rules(result, rows)


def orders_each(result: Result) -> str:
    """Return about how many orders a replication has, "210", or from the fewest to the most, "100 to 250"."""
    means = [row["mean"] or 0.0 for row in result.summary["kpis"]["orders"].values()]
    fewest, most = numbers.fixed(min(means), 0), numbers.fixed(max(means), 0)
    return fewest if fewest == most else f"{fewest} to {most}"


def pairing(result: Result) -> str:
    """Return how points are compared."""
    text = "Differences are taken replication by replication"
    if keys := other_orders(result.summary):
        return f"{text}. Other values of {joined(keys)} make other orders, of the same random numbers."
    return f"{text} on the same orders."


def sweep_reading(result: Result, rows: Rows, signs: str) -> str:
    """Return how the numbers and verdicts of a sweep are to be read.

    Args:
        result: of a sweep.
        rows: of its table.
        signs: how differences and verdicts are shown there; `{judged}` is how many comparisons were made.

    """
    if result.summary["replications"] == 1:
        return "One replication has no interval, and allows no verdict."
    judged = sum(1 for row in rows if row["p_holm"] is not None)
    text = (
        f"± is half of the 95 % interval over replications. {pairing(result)} {signs.format(judged=judged)}"
    )
    if len(swept_of(result)["keys"]) > 1:
        text += " Intervals of swings hold for all pairs of values of a key at once."
    return text


def _most_swinging(result: Result, policy: str) -> list[str]:
    kpi = result.summary["family"][0]
    rows = [row for row in rows_of(tornado(result, kpi)) if row["policy"] == policy]
    if not rows or not rows[0]["swing"]:
        return [f"{policy}: {KPIS[kpi].label} does not swing over any key."]
    row = rows[0] | {"difference": rows[0]["swing"]}
    amount = f"{numbers.difference(row).lstrip('+')} {numbers.interval(row)}".removesuffix(
        f" {numbers.MISSING}"
    )
    return [
        f"{policy}: {KPIS[kpi].label} swings most over {row['key']}, by {amount}"
        f" {numbers.unit_of_difference(row['unit'])} between {row['lowest_at']} and {row['highest_at']}."
    ]


def _best(result: Result, policy: str, rows: Rows) -> str:
    kpi = result.summary["family"][0]
    points = {point["policy"]: point for point in result.summary["sweep"]["points"]}
    grid = [name for name, point in points.items() if point["of"] == policy and point["without"] is None]
    count = sum(1 for name in grid if result.summary["kpis"][kpi][name]["n"])
    left = contenders(result, policy, kpi)
    if not left:
        return f"{policy}: {KPIS[kpi].label} is defined at no point."
    unit = KPIS[kpi].unit_in(currency_of(result.summary))
    found = result.summary["kpis"][kpi][left[0]]
    mean = (
        f"{numbers.estimate(found['mean'], found['half_width'], unit)} {numbers.unit_shown(unit)[1]}".rstrip()
    )
    place = _place(result, points[left[0]])
    if count == 1 < len(grid):
        return f"{policy}: of {len(grid)} points, {KPIS[kpi].label} is defined at {place} alone, with {mean}."
    own = [row for row in rows if (row["of"], row["kpi"]) == (policy, kpi) and not row.get(WITHOUT)]
    if all(map(is_same, own)):
        return f"{policy}: {KPIS[kpi].label} is the same at all {count} points, {mean}."
    of = (
        f"{count} points"
        if count == len(grid)
        else f"the {count} points of {len(grid)} at which it is defined"
    )
    text = f"{policy}: of {of}, the best in {KPIS[kpi].label} looks to be {place}, with {mean}."
    if found["n"] < 2:
        return f"{text} One replication cannot say whether it is."
    if len(left) == 1:
        return f"{text} It is, with 95 % confidence, corrected for the choice among {count}."
    others = "; ".join(_place(result, points[name]) for name in left[1 : 1 + _MOST_NAMED])
    more = f"; and {len(left) - 1 - _MOST_NAMED} more" if len(left) > 1 + _MOST_NAMED else ""
    return f"{text} With 95 % confidence the best is that, or one that looks close: {others}{more}."


def _place(result: Result, point: dict[str, Any]) -> str:
    """Return the values of a point in words."""
    if point["policy"] == point["of"]:
        return f"the {UNCHANGED} one"
    keys = result.summary["sweep"]["keys"]
    given = [(entry["short"], point["values"][entry["key"]]) for entry in keys]
    return ", ".join(f"{short} {value}" for short, value in given if value is not None)


def _rules(result: Result, rows: Rows) -> list[str]:
    family, dropped = result.summary["family"], [row for row in rows if row.get(WITHOUT)]
    sentences = []
    for name in dict.fromkeys(row["policy"] for row in dropped):
        of_rule = [row for row in dropped if row["policy"] == name and row["kpi"] in family]
        set_, rule = of_rule[0]["of"], of_rule[0][WITHOUT].partition(": ")
        judged = [
            row for row in of_rule if row["difference"] is not None
        ]  # the others are undefined with and without
        called = f"rule {rule[0]}" + (f" ({rule[2]})" if rule[2] else "")
        told = [phrase(row) for row in judged if row["verdict"] in (BETTER, WORSE)]
        if all(is_same(row) for row in judged):
            sentences.append(f"Without {called}, {set_} gives exactly the same results.")
        elif told:
            sentences.append(f"Without {called}, {set_} {joined(told)}.")
        else:
            few = [KPIS[row["kpi"]].label for row in judged if row["verdict"] == TOO_FEW]
            why = f"; too few replications to say: {joined(few)}" if few else ""
            sentences.append(f"Without {called}, {set_} is not shown to differ{why}.")
    return sentences
