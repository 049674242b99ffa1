"""The answer of an experiment in sentences, with intervals, from its summary alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports import numbers
from reports.compare import PAIRED, WELCH
from reports.designs.sentences import precision_sentences, selection_sentences
from reports.kpis import KPIS
from reports.numbers import joined
from reports.statistics import BETTER, NOT_DISTINGUISHABLE, TOO_FEW, WORSE
from reports.summary import currency_of

# For a lower value and for a higher one; {} is the size of the difference with its interval.
_PHRASES = {
    "cost_per_order": ("saves {} an order", "costs {} more an order"),
    "lead_time_mean_h": ("delivers {} sooner", "delivers {} later"),
    "late_share": ("has {} fewer late orders", "has {} more late orders"),
    "split_share": ("splits {} fewer orders", "splits {} more orders"),
    "spoiled_share": ("spoils {} fewer units", "spoils {} more units"),
    "fill_share": ("fills {} fewer units at once", "fills {} more units at once"),
}
_FEW_REPLICATIONS = 5


def answer(summary: dict[str, Any]) -> list[str]:
    """Return what was found: a sentence or two for each policy but the baseline, or for the only one.

    What was selected comes first, and whether the precision wanted was reached comes last.

    Args:
        summary: the content of `summary.json`.

    """
    baseline, currency = summary["baseline"], currency_of(summary)
    others = [policy for policy in summary["policies"] if policy != baseline]
    sentences = selection_sentences(summary["selection"], currency) if "selection" in summary else []
    same = _same_everywhere(summary)
    if others:
        sentences += [_compared(summary, policy, same) for policy in others]
    else:
        sentences.append(_alone(summary, baseline))
    if same:
        text = joined([KPIS[name].label for name in same])
        sentences.append(f"Exactly the same under every policy: {text}.")
    if "precision" in summary:
        sentences += precision_sentences(summary["precision"], currency)
    return sentences


def limits(summary: dict[str, Any]) -> list[str]:
    """Return what a reader must know before believing the numbers."""
    found = []
    n = min(summary["replications_of"].values())
    if n == 1:
        found.append("One replication: no interval and no verdict is possible.")
    elif _same_in_all(summary):
        found.append(
            "Every replication came out the same: nothing in this world is left to chance. One of them says all, and"
            " intervals without width do not say how far the world is like yours."
        )
    elif n < _FEW_REPLICATIONS:
        found.append(f"Only {n} replications: intervals are wide, and rest on few values.")
    return found + still_open(summary)


def still_open(summary: dict[str, Any]) -> list[str]:
    """Return a sentence for each policy of which counted orders had not ended when the run did; of a sweep, one."""
    rows = summary["kpis"]["open_share"]
    found = {policy: rows[policy]["mean"] for policy in summary["policies"] if rows[policy]["mean"]}
    shares = {policy: numbers.estimate(share, None, "share") for policy, share in found.items()}
    if found and "sweep" in summary:
        most = max(found, key=lambda policy: found[policy])
        count = len(summary["policies"])
        return [
            f"At {len(found)} of {count} points orders were still open when the run ended, at most"
            f" {shares[most]} % ({most})."
        ]
    return [
        f"{policy}: {text} % of the orders were still open when the run ended."
        for policy, text in shares.items()
    ]


def replications(summary: dict[str, Any]) -> str:
    """Return how many replications a result rests on: "1 replication", or "10 to 60 replications"."""
    return numbers.span(min(summary["replications_of"].values()), summary["replications"], "replication")


def other_orders(summary: dict[str, Any]) -> list[str]:
    """Return the keys of a sweep of which other values make other orders; none of a run."""
    keys = summary.get("sweep", {"keys": []})["keys"]
    return [entry["key"] for entry in keys if not entry.get("same_orders", True)]


def same_orders(summary: dict[str, Any]) -> bool:
    """Whether all policies met the same orders: neither has each its own, nor do points of a sweep make others."""
    books = {
        tuple(point["values"][key] for key in other_orders(summary))
        for point in summary.get("sweep", {"points": []})["points"]
        if point["policy"] in summary["policies"]
    }
    return len(books) < 2 and all(row["method"] == PAIRED for row in summary["comparison"])


def is_same(row: dict[str, Any]) -> bool:
    """Whether a row of a comparison shows no difference in any replication."""
    return row["difference"] == 0.0 and row["low"] in (0.0, None)


def reading(summary: dict[str, Any]) -> str:
    """Return how the numbers and verdicts of a result are to be read."""
    if summary["replications"] == 1:
        text = "One replication has no interval, and allows no verdict."
    else:
        text = "± is half of the 95 % interval over replications."
        text += " Shares and quantiles are computed in each replication, and then averaged."
    if len(set(summary["replications_of"].values())) > 1:
        text += (
            " Policies played different numbers of replications, so that their means are not of the same orders;"
            " differences are, over the replications that both played."
        )
    if any(row["method"] == WELCH for row in summary["comparison"]):
        text += " Where policies met different orders, Welch's test compares their means."
    if "selection" in summary:
        text += " The guarantee is of the selection; intervals and verdicts know nothing of how it stopped."
    judged = sum(1 for row in summary["comparison"] if row["p_holm"] is not None)
    if judged:
        text += (
            f" Adjusted p: corrected for making {judged} comparisons (Holm); below 0.05 a difference is"
            " called better or worse. Not distinguishable: precise enough to show a difference of 1 % (of a"
            " share: 0.5 percentage points, pp), and none was shown. Too few: n replications would do."
        )
    return text


def capital(text: str) -> str:
    """Return a text as a sentence begins."""
    return text[:1].upper() + text[1:]


def verdict_text(row: dict[str, Any]) -> str:
    """Write the verdict of a row of a comparison, with the number of replications that would do."""
    if row["verdict"] == TOO_FEW:
        if row["n_needed"] is None:
            return "too few" if row["n"] == 1 else "too few (no n within reason would do)"
        return f"too few (n = {row['n_needed']:,} would do)"
    return str(row["verdict"]) or numbers.MISSING


def _alone(summary: dict[str, Any], policy: str) -> str:
    kpis, currency = summary["kpis"], currency_of(summary)

    def shown(name: str) -> str:
        found = kpis[name][policy]
        text = numbers.estimate(found["mean"], found["half_width"], KPIS[name].unit)
        return text.replace(" ", numbers.NO_BREAK)

    return (
        f"{policy} costs {shown('cost_per_order')} {currency} an order and delivers in"
        f" {shown('lead_time_mean_h')} h on average; {shown('late_share')}{numbers.NO_BREAK}% of the orders are"
        f" late and {shown('split_share')}{numbers.NO_BREAK}% are split."
    )


def _same_everywhere(summary: dict[str, Any]) -> list[str]:
    """Return the KPIs of the family in which no policy ever differs from the baseline."""
    rows = {name: [row for row in summary["comparison"] if row["kpi"] == name] for name in summary["family"]}
    return [name for name, found in rows.items() if found and all(is_same(row) for row in found)]


def _same_in_all(summary: dict[str, Any]) -> bool:
    """Whether no KPI of any policy differs from one replication to another."""
    widths = {found["half_width"] for rows in summary["kpis"].values() for found in rows.values()}
    orders = max(found["mean"] or 0.0 for found in summary["kpis"]["orders"].values())
    return orders > 0 and widths - {None} == {0.0}


def _compared(summary: dict[str, Any], policy: str, told: Sequence[str]) -> str:
    """Return the sentences on one policy, without the KPIs that are told elsewhere, or are undefined under both."""
    baseline, kpis = summary["baseline"], summary["kpis"]
    judged = set(summary["family"]) - set(told)
    judged -= {name for name in judged if kpis[name][policy]["n"] == kpis[name][baseline]["n"] == 0}
    rows = [row for row in summary["comparison"] if row["policy"] == policy and row["kpi"] in judged]
    if not rows and not told:
        return f"Nothing can be said of {policy} and {baseline}: no KPI is defined under either."
    if all(is_same(row) for row in rows):
        return f"{policy} gives exactly the same results as {baseline}."
    gains = [phrase(row) for row in rows if row["verdict"] == BETTER]
    losses = [phrase(row) for row in rows if row["verdict"] == WORSE]
    if gains and losses:
        text = f"Against {baseline}, {policy} {joined(gains)}, but {joined(losses)}."
    elif gains or losses:
        text = f"Against {baseline}, {policy} {joined(gains or losses)}."
    else:
        text = f"{policy} is not shown to differ from {baseline}."
    alike = [row for row in rows if row["verdict"] == NOT_DISTINGUISHABLE]
    same = [row for row in alike if is_same(row)]
    close = [row for row in alike if row not in same]
    if close:
        text += f" Not distinguishable: {_labels(close)}."
    if same:
        text += f" The same in every replication: {_labels(same)}."
    undecided = [row for row in rows if row["verdict"] == TOO_FEW]
    if undecided:
        text += f" Too few replications to say: {_labels(undecided)}"
        needed = [row["n_needed"] for row in undecided if row["n_needed"] is not None]
        text += f" ({max(needed):,} would do)." if needed else "."
    return text


def phrase(row: dict[str, Any]) -> str:
    """Write a row of a comparison as what a policy does: "saves 0.42 [0.37, 0.47] USD an order"."""
    lower = row["difference"] < 0
    size = dict(row)
    if lower:
        size |= {"difference": -row["difference"], "low": -row["high"], "high": -row["low"]}
    unit = row["unit"].removesuffix("/order") if row["kpi"] in _PHRASES else row["unit"]
    unit = {"share": "percentage points", "1": ""}.get(unit, unit)
    # A number, its interval and its unit stay on one line.
    amount = f"{numbers.difference(size).lstrip('+')} {numbers.interval(size)}".replace(" ", numbers.NO_BREAK)
    amount += f"{numbers.NO_BREAK}{unit}" if unit else ""
    if row["kpi"] in _PHRASES:
        return _PHRASES[row["kpi"]][0 if lower else 1].format(amount)
    return f"is {amount} {'lower' if lower else 'higher'} in {KPIS[row['kpi']].label}"


def _labels(rows: Sequence[dict[str, Any]]) -> str:
    return joined([KPIS[row["kpi"]].label for row in rows])
