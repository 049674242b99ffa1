"""What an experiment is given, checked before anything is played: all that is wrong at once, by argument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from numbers import Integral
from typing import get_args

from reports.designs.design import Design
from reports.kpis import kpi_named
from reports.statistics import MOST_REPLICATIONS
from sim.document import nearest
from sim.errors import InputError, Problem
from sim.execution.cluster import check_cluster
from sim.execution.experiment import Keep, PolicySource, is_file_name

MOST_JOBS = 1024
"""Processes on one machine."""


def check_experiment(
    policies: object,
    changes: object,
    replications: object,
    family: Sequence[str],
    baseline: object,
    design: object,
) -> None:
    """Refuse what no experiment can be made of. Raises InputError."""
    problems = []
    for name, values in (("policies", policies), ("changes", changes), ("family", family)):
        if isinstance(values, str):
            problems.append(Problem(name, f"must be a list: [{values!r}]", value=values))
        elif not isinstance(values, Sequence):
            problems.append(Problem(name, "must be a list", value=str(values)))
        elif name == "policies" and not values:
            problems.append(Problem(name, "must name at least one"))
        elif name != "policies":
            not_texts = (value for value in values if not isinstance(value, str))
            problems += [Problem(name, "must be a text", value=str(value)) for value in not_texts]
    if baseline is not None and not isinstance(baseline, str):
        problems.append(Problem("baseline", "must be the name of a policy", value=str(baseline)))
    if design is not None and not isinstance(design, Design):
        rule = "must be a design, such as reports.Precision or reports.Selection"
        problems.append(Problem("design", rule, value=str(design)))
    problems += _whole_from_one("replications", replications, MOST_REPLICATIONS)
    for name in () if isinstance(family, str) or not isinstance(family, Sequence) else family:
        if not isinstance(name, str):
            continue
        try:
            kpi = kpi_named(name, "family")
        except InputError as error:
            problems += error.problems
            continue
        if kpi.better is None:
            rule = "is no KPI to judge by: neither lower nor higher is better"
            problems.append(Problem("family", rule, value=name))
    _raise(problems)


def check_names(variants: Sequence[str]) -> None:
    """Refuse names of variants that files cannot have, or that two have. Raises InputError."""
    unfit = [name for name in variants if not is_file_name(name)]
    problems = [Problem("policies", "must be a name that files can have", value=name) for name in unfit]
    repeated = [name for name, count in Counter(variants).items() if count > 1]
    rule = "stands twice: each variant needs a name of its own"
    _raise([*problems, *(Problem("policies", rule, value=name) for name in repeated)])


def check_sources(sources: Sequence[PolicySource]) -> None:
    """Refuse policies that are others and have one name: a result keeps one file of it. Raises InputError."""
    first: dict[str, PolicySource] = {}
    rule = "is the name of two policies that differ: a result keeps one of them"
    others = [source.name for source in sources if first.setdefault(source.name, source) != source]
    _raise([Problem("policies", rule, value=name) for name in dict.fromkeys(others)])


def check_playing(journal: str, jobs: object, cluster: str | None) -> None:
    """Refuse what says nothing of how to play an experiment, or where nobody answers. Raises InputError."""
    problems = [] if jobs is None else _whole_from_one("jobs", jobs, MOST_JOBS)
    if journal not in get_args(Keep):
        rule = f"must be one of {', '.join(get_args(Keep))}"
        problems.append(
            Problem("journal", rule, value=str(journal), nearest=nearest(str(journal), get_args(Keep)))
        )
    _raise(problems)
    if cluster is not None:
        check_cluster(cluster)


def _whole_from_one(name: str, value: object, most: int) -> list[Problem]:
    if not isinstance(value, Integral) or isinstance(value, bool) or int(value) < 1:
        return [Problem(name, "must be a whole number, 1 or more", value=str(value))]
    return [] if int(value) <= most else [Problem(name, f"must be at most {most:,}")]


def _raise(problems: Sequence[Problem]) -> None:
    if problems:
        raise InputError(problems)
