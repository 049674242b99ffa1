"""`explanations.json`: how each policy decided differently from the baseline, and orders that show why.

It is written when the policies have been played, for orders are told by playing them again; pages only read it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports import numbers
from reports.compare import WELCH
from reports.diffs.forms import CHOSEN, READING
from reports.diffs.texts import shown
from reports.forms import Column, Table
from sim.document.files import read_json
from sim.errors import InputError, Problem

FILE_NAME = "explanations.json"


def written(
    replication: int, shares: Sequence[tuple[str, str, float]], pairs: Sequence[dict[str, Any]]
) -> str:
    """Return the text of the file.

    Args:
        replication: that was compared, from 0.
        shares: of orders that two policies decided differently, for all pairs of policies.
        pairs: the content of the difference of each policy to the baseline.

    """
    content = {
        "replication": replication,
        "shares": [
            {"one": one, "other": other, "share": None if share != share else share}  # NaN is no JSON
            for one, other, share in shares
        ],
        "pairs": list(pairs),
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"


def read_why(folder: Path) -> dict[str, Any] | None:
    """Return what a result folder says of why its policies differ, None where it says nothing.

    Raises InputError when the file is no JSON.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    content = read_json(path)
    if not isinstance(content, dict):
        raise InputError([Problem(str(path), "is not what a run wrote")])
    return content


def shares_table(content: dict[str, Any]) -> Table:
    """Return the shares of orders that any two policies decided differently, a row and a column a policy."""
    shares = {frozenset((row["one"], row["other"])): row["share"] for row in content["shares"]}
    names = list(dict.fromkeys(name for row in content["shares"] for name in (row["one"], row["other"])))
    columns = [Column("policy"), *(Column(name, "%", right=True, show=numbers.share) for name in names)]
    rows = [[one, *(shares.get(frozenset((one, other))) for other in names)] for one in names]
    return Table("Orders that two policies decided differently", columns, rows)


def why_section(folder: Path, summary: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a page says of why the policies of a result differ; None where nothing is to be said.

    Args:
        folder: of the result.
        summary: the content of its `summary.json`.

    Raises:
        InputError: `explanations.json` is not what a run wrote.

    """
    content = read_why(folder)
    if content is None:
        return None if len(summary["policies"]) == 1 or "sweep" in summary else {"missing": _missing(summary)}
    try:
        compared = {name for pair in content["pairs"] for name in (pair["baseline"], pair["policy"])}
        if not compared <= set(summary["policies"]):
            raise InputError(
                [Problem(str(folder / FILE_NAME), "is of another run: it tells of other policies")]
            )
        pairs = [shown(pair) for pair in content["pairs"]]
        return {
            "missing": "",
            "reading": _reading(content),
            "shares": shares_table(content) if len(content["shares"]) > 1 else None,
            "pairs": pairs,
        }
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise InputError([Problem(str(folder / FILE_NAME), "is not what a run wrote")]) from error


def _reading(content: Mapping[str, Any]) -> str:
    others = " orderlab diff compares any two policies." if len(content["pairs"]) > 1 else ""
    return f"All of this is of replication {content['replication']}. {READING} {CHOSEN}{others}"


def _missing(summary: Mapping[str, Any]) -> str:
    if any(row["method"] == WELCH for row in summary["comparison"]):
        return "Each policy met customers of its own: their orders cannot be compared one by one."
    return (
        "Orders were not compared one by one: that takes the journals of one replication of every policy, kept by the"
        " run. orderlab diff compares two policies all the same: it plays both again."
    )
