"""What is typed of KPIs on the command line, such as "late_share=0.01"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from reports.kpis.catalogue import Kpi, kpi_named
from sim.errors import InputError, Problem

_Value = TypeVar("_Value")


def values_by_kpi(
    option: str, form: str, texts: Iterable[str], value_of: Callable[[Kpi, str], _Value]
) -> dict[str, _Value]:
    """Return what an option of the command line says of KPIs, such as "late_share=0.01", by their names.

    Args:
        option: its name.
        form: of its texts, as they must be typed.
        texts: of it, each with one KPI.
        value_of: reads what is said of a KPI. Raises ValueError with what it must be.

    Raises:
        InputError: with everything that is wrong: no such KPI, one that stands twice, or no such value.

    """
    found: dict[str, _Value] = {}
    problems: list[Problem] = []
    for text in texts:
        name, equals, said = (part.strip() for part in text.partition("="))
        if not equals:
            problems.append(Problem(option, f"must be {form}", value=text))
            continue
        try:
            value = value_of(kpi_named(name, option), said)
        except InputError as error:
            problems += error.problems
        except ValueError as error:
            problems.append(Problem(option, str(error), key=name, value=said))
        else:
            if name in found:
                problems.append(Problem(option, "stands twice", key=name, value=said))
            found[name] = value
    if problems:
        raise InputError(problems)
    return found
