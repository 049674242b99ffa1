"""`explanations.json`: how each policy decided differently from the baseline, and orders that show why.

It is written when the policies have been played, for orders are told by playing them again; pages only read it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reports import numbers
from reports.diffforms import CHOSEN, READING, difference_sentences, difference_tables
from reports.forms import Column, Table
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

    Raises InputError when the file is not what a run wrote.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        assert isinstance(content["pairs"], list)
        assert isinstance(content["shares"], list)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise InputError([Problem(str(path), "is not what a run wrote")]) from error
    return dict(content)


def shares_table(content: dict[str, Any]) -> Table:
    """Return the shares of orders that any two policies decided differently, a row and a column a policy."""
    shares = {frozenset((row["one"], row["other"])): row["share"] for row in content["shares"]}
    names = list(dict.fromkeys(name for row in content["shares"] for name in (row["one"], row["other"])))
    columns = [Column(""), *(Column(name, "%", right=True, show=numbers.share) for name in names)]
    rows = [[one, *(shares.get(frozenset((one, other))) for other in names)] for one in names]
    return Table("Orders that two policies decided differently", columns, rows)


def why_section(content: dict[str, Any]) -> dict[str, Any]:
    """Return what a page says of why policies differ."""
    return {
        "replication": content["replication"],
        "reading": READING,
        "chosen": CHOSEN,
        "shares": shares_table(content) if len(content["shares"]) > 1 else None,
        "pairs": [
            {
                "baseline": pair["baseline"],
                "policy": pair["policy"],
                "sentences": difference_sentences(pair),
                "tables": difference_tables(pair),
                "told": pair["told"],
            }
            for pair in content["pairs"]
        ],
    }
