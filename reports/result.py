"""The tables of a result folder: `kpis.csv`, `comparison.csv`, `reconciliation.csv` and `summary.json`.

The same numbers give the same bytes: policies stand as they first came, replications ascend, KPIs stand in
the order of the catalogue, and a float is written with the digits that give it back exactly. What is
undefined is an empty cell in CSV and null in JSON.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reports import compare
from reports.compare import comparison
from reports.kpis import HEADLINE, KPIS
from reports.reconciliation import COLUMNS, reconciliation
from reports.sentences import replications
from reports.statistics import CONFIDENCE, mean_of
from reports.summary import LARGEST, check_summary
from sim.document.bounds import LARGEST_TABLE
from sim.document.files import decoded, parsed_json, read_bytes
from sim.errors import InputError, Problem
from sim.execution.experiment import Replication
from sim.execution.tasklog import TaskLog, alone, no_result
from sim.writing import write_file

KPI_COLUMNS = ("policy", "replication", "kpi", "unit", "value")
_COUNTS = ("replication", "n", "n_needed")
_MOST_COUNTED = 2**53  # n_needed may be beyond all reason, and is a float when it is found


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """What an experiment found. As text it is what `orderlab run` prints.

    Attributes:
        kpis: one row for each policy, replication and KPI.
        comparison: one row for each KPI and policy but the baseline; see `reports.compare`.
        summary: the content of `summary.json`: about, baseline, policies, replications (the most that a policy
            has), replications_of (each policy), confidence, family, kpis (by KPI and policy: n, mean,
            half_width), comparison, warnings, and what a design says of itself, such as precision or selection.

    Example:
        >>> from sim import Experiment
        >>> result = Experiment("hello", ["nearest", "cheapest"], replications=3, changes=["days=1"]).run(jobs=1)
        >>> result
        Result(hello: nearest, cheapest; 3 replications)
        >>> result.kpis.columns.tolist()
        ['policy', 'replication', 'kpi', 'unit', 'value']
        >>> costs = result.kpis.query("kpi == 'cost_per_order'")
        >>> costs.pivot(index="replication", columns="policy", values="value").round(2).to_dict("list")
        {'cheapest': [10.17, 9.98, 9.9], 'nearest': [10.28, 10.07, 10.02]}

    """

    kpis: pd.DataFrame
    comparison: pd.DataFrame
    summary: dict[str, Any]

    def __repr__(self) -> str:
        scenario, policies = self.summary["about"].get("scenario", ""), ", ".join(self.summary["policies"])
        return f"Result({scenario}: {policies}; {replications(self.summary)})"

    def __str__(self) -> str:
        from reports.terminal import result_text  # which knows this module

        return result_text(self)


def write_result(
    folder: Path,
    rows: Iterable[Replication],
    baseline: str,
    about: Mapping[str, str],
    family: Sequence[str] = HEADLINE,
    warnings: Sequence[str] = (),
    more: Mapping[str, Any] | None = None,
    *,
    common: bool = True,
) -> Result:
    """Write the tables of an experiment into its folder, and return what they say of KPIs.

    Args:
        folder: must exist; tables of an earlier run are replaced, each in one step.
        rows: for each task its policy, its replication from 0, its KPIs by name, and its books by `book.entry`.
        baseline: the policy that the others are compared with.
        about: title, scenario, currency and timezone, as in the facts of a journal.
        family: KPIs on which policies are judged.
        warnings: what a reader of the numbers must know, in sentences.
        more: what else the summary says, as plain JSON.
        common: whether a replication has the same order book under every policy.

    Raises:
        ValueError: if the baseline is none of the policies.

    Example:
        >>> from pathlib import Path
        >>> from policies import load_policy
        >>> from reports import measure, read_result, write_result
        >>> from sim import load_scenario, simulate
        >>> world = load_scenario("hello", ["days=0.1"])
        >>> rows = [
        ...     (name, number, measure(simulate(world, load_policy(name), number)))
        ...     for name in ("nearest", "cheapest") for number in range(2)
        ... ]
        >>> result = write_result(Path(), rows, "nearest", {"scenario": "hello", "currency": "USD"})
        >>> read_result(Path()).summary == result.summary
        True

    """
    tasks = _sorted(rows)
    kpis = _kpi_table(tasks, about.get("currency", "money"))
    compared = comparison(kpis, baseline, family, common=common)
    summary = _summary(kpis, compared, baseline, about, family)
    result = Result(kpis, compared, {**summary, "warnings": list(warnings), **(more or {})})
    write_file(folder / "kpis.csv", _csv(kpis))
    write_file(folder / "comparison.csv", _csv(compared))
    write_file(
        folder / "reconciliation.csv", _csv(pd.DataFrame(reconciliation(tasks), columns=list(COLUMNS)))
    )
    text = json.dumps(result.summary, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    write_file(folder / "summary.json", text + "\n")
    return result


def read_result(folder: str | Path) -> Result:
    """Read the tables of a result folder.

    Raises:
        InputError: if one is missing or not what `write_result` wrote.

    Example:
        >>> from reports import read_result
        >>> from sim import Experiment
        >>> played = Experiment("hello", replications=2, changes=["days=0.1"]).run("result", jobs=1)
        >>> read_result("result").kpis.equals(played.kpis)
        True

    """
    folder = Path(folder)
    kpis = read_table(folder, "kpis.csv", _frame, KPI_COLUMNS)
    if kpis.empty:
        raise InputError([Problem(str(folder / "kpis.csv"), "not a table of results: it has no rows")])
    compared = read_table(folder, "comparison.csv", _frame, compare.COLUMNS)
    return Result(kpis, compared, read_table(folder, "summary.json", _content, kpis))


def _sorted(rows: Iterable[Replication]) -> list[Replication]:
    tasks = list(rows)
    place = {policy: position for position, policy in enumerate(dict.fromkeys(task[0] for task in tasks))}
    return sorted(tasks, key=lambda task: (place[task[0]], task[1]))


def _kpi_table(tasks: Iterable[Replication], currency: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (policy, replication, name, kpi.unit_in(currency), float(values[name]))
            for policy, replication, values in tasks
            for name, kpi in KPIS.items()
        ],
        columns=list(KPI_COLUMNS),
    )


def _summary(
    kpis: pd.DataFrame, compared: pd.DataFrame, baseline: str, about: Mapping[str, str], family: Sequence[str]
) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for (policy, name), values in kpis.groupby(["policy", "kpi"], sort=False)["value"]:
        mean = mean_of(values.to_numpy())
        found.setdefault(str(name), {})[str(policy)] = {
            "n": mean.n,
            "mean": _json(mean.mean),
            "half_width": _json(mean.half_width),
        }
    numbers = {
        str(policy): int(n)
        for policy, n in kpis.groupby("policy", sort=False)["replication"].nunique().items()
    }
    return {
        "about": dict(about),
        "baseline": baseline,
        "policies": list(numbers),
        "replications": max(numbers.values()),
        "replications_of": numbers,
        "confidence": CONFIDENCE,
        "family": list(family),
        "kpis": found,
        "comparison": [
            {column: _json(cell) for column, cell in zip(compare.COLUMNS, row, strict=True)}
            for row in compared.itertuples(index=False)
        ],
    }


def _json(cell: Any) -> Any:
    if cell is pd.NA or (isinstance(cell, float) and not math.isfinite(cell)):
        return None
    return cell.item() if isinstance(cell, np.generic) else cell


def _csv(frame: pd.DataFrame) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow(["" if cell is pd.NA or cell != cell else cell for cell in row])
    return text.getvalue()


def read_table(folder: Path, name: str, reader: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function makes of the text of a table of a result; its ValueError says what is wrong with it.

    Raises InputError if there is no such table, or it is not what a run wrote.
    """
    path = folder / name
    if not os.path.exists(path):
        if TaskLog(folder).exists:
            with alone(folder):  # or else it still goes on
                rule = f"the run was interrupted: orderlab resume {folder} completes it"
                raise InputError([Problem(str(folder), rule)])
        raise InputError([no_result(folder, name)])
    text = decoded(read_bytes(path, str(path), at_most=LARGEST_TABLE), str(path), InputError)
    try:
        return reader(text, *arguments)
    except (ValueError, csv.Error) as error:
        raise InputError([Problem(str(path), f"not a table of results: {error}")]) from error


def _frame(text: str, columns: Sequence[str]) -> pd.DataFrame:
    # By hand: names are texts whatever they look like (a policy may be called 007 or nan), and a float must
    # come back to the last bit, which not every version of pandas does by itself.
    header, *lines = csv.reader(io.StringIO(text), strict=True)
    if tuple(header) != tuple(columns):
        raise ValueError(f"its columns are not {', '.join(columns)}")
    cells = dict(zip(columns, zip(*lines, strict=True), strict=True)) if lines else dict.fromkeys(columns, ())
    frame = pd.DataFrame({column: [_cell(column, cell) for cell in cells[column]] for column in columns})
    return frame.astype({"n_needed": "Int64"}) if "n_needed" in columns else frame


def _cell(column: str, text: str) -> Any:
    if column in compare.TEXTS:
        return text
    if not text:
        return None if column in _COUNTS else math.nan
    if column in _COUNTS:
        count = int(text)
        if not 0 <= count <= _MOST_COUNTED:
            raise ValueError(f"{column} is {text[:20]}")
        return count
    number = float(text)
    if abs(number) < LARGEST or math.isinf(number):  # which is one way to be undefined
        return number
    raise ValueError(f"{column} is {text[:20]}")


def _content(text: str, kpis: pd.DataFrame) -> dict[str, Any]:
    return check_summary(parsed_json(text), kpis["policy"], kpis["kpi"])
