"""The table of `make bench`: cases side by side, beside their targets and beside what was stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from parts import OTHER, PARTS

_SAME = 0.02
"""A difference that is smaller is none, also where a case was measured once and has no spread."""

_LABEL, _CELL, _CASES = 26, 13, 6
"""Widths in characters, and how many cases stand side by side."""

Figures = Mapping[str, Any]


def compared(now: Figures, stored: Figures) -> str:
    """Say whether a case is better or worse than stored, or the same: the spreads overlap, or differ by next to nothing."""
    if what(now) != what(stored):
        return "another case"
    new, old = (figures.get("beside", figures) for figures in (now, stored))
    change = new["median"] / old["median"] - 1
    apart = new["least"] > old["largest"] or new["largest"] < old["least"]
    if not apart or abs(change) < _SAME:
        return "the same"
    return f"{100 * change:+.0f} % {'better' if (change > 0) == now['case']['more'] else 'worse'}"


def what(figures: Figures) -> dict[str, Any]:
    """Return what was measured, but for what is said of it and aimed at."""
    return {key: value for key, value in figures["case"].items() if key not in ("about", "target", "is_long")}


def aimed(figures: Figures) -> str:
    """Write the target of a case."""
    case = figures["case"]
    return f"{'≥' if case['more'] else '≤'} {case['target']:g}" if case["target"] else ""


def met(figures: Figures) -> str:
    """Say whether a case meets its target, or by how much it does not."""
    target = figures["case"]["target"]
    if target is None:
        return ""
    is_met = figures["median"] >= target if figures["case"]["more"] else figures["median"] <= target
    return "met" if is_met else f"{100 * (figures['median'] / target - 1):+.0f} %"


def number(value: float | None) -> str:
    """Write a number with three digits that say something."""
    return "" if value is None else f"{value:,.{0 if value >= 99.95 else 1 if value >= 9.995 else 2}f}"


def table(measured: Mapping[str, Figures], stored: Mapping[str, Figures]) -> str:
    """Return the table, a few cases side by side."""
    names = list(measured)
    blocks = [names[at : at + _CASES] for at in range(0, len(names), _CASES)]
    return "\n\n".join(
        "\n".join(_lines({name: measured[name] for name in block}, stored)) for block in blocks
    )


def _lines(cases: Mapping[str, Figures], stored: Mapping[str, Figures]) -> list[str]:
    def row(label: str, show: Callable[[Figures], str]) -> tuple[str, list[str]]:
        return label, [show(figures) for figures in cases.values()]

    def against(label: str, show: Callable[[Figures, Figures], str]) -> tuple[str, list[str]]:
        return label, [show(cases[name], stored[name]) if name in stored else "" for name in cases]

    def part(name: str) -> tuple[str, list[str]]:
        return row(f"  {name}", lambda figures: _us(figures.get("parts", {}).get(name)))

    rows = [
        ("", list(cases)),
        row("measured", lambda figures: figures["aim"]),
        row("median", lambda figures: number(figures["median"])),
        row("least", lambda figures: number(figures["least"])),
        row("largest", lambda figures: number(figures["largest"])),
        row("target", aimed),
        row("", met),
        against("stored", lambda _, old: number(old["median"])),
        against("", compared),
        ("", []),
        row("orders", lambda figures: number(figures.get("orders"))),
        row("orders a second", lambda figures: number(figures.get("orders_per_s"))),
        row("µs an order", lambda figures: _us(figures["us"]["median"]) if "us" in figures else ""),
        *(part(name) for name in (*PARTS, OTHER)),
        row("asking the policy, in all", lambda figures: _us(figures.get("asked"))),
        row("events an order", lambda figures: number(figures.get("events"))),
        row(
            "bare SimPy, s",
            lambda figures: number(figures["bare_s"]["median"]) if "bare_s" in figures else "",
        ),
        row("peak memory, MiB", lambda figures: number(figures.get("peak_mib"))),
        row("files, MB", lambda figures: number(figures.get("files_mb"))),
    ]
    return [
        f"{label:{_LABEL}}{''.join(f'{cell:>{_CELL}}' for cell in cells)}".rstrip()
        for label, cells in rows
        if not cells or any(cells)
    ]


def _us(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"


def profile(figures: Figures) -> str:
    """Return the functions that most time was spent in, part by part, in microseconds an order."""
    lines = []
    for part, us in sorted(figures["parts"].items(), key=lambda item: -item[1]):
        lines.append(f"{us:8.1f}  {part}")
        lines += [f"{each:8.1f}    {name}" for name, each in figures["functions"][part].items()]
    return "\n".join(lines)
