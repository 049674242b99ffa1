"""What orderlab costs: speed beside bare SimPy, where the time goes, memory; beside targets and what was stored.

    python tests/benchmarks/bench.py [CASE ...] [--long] [--runs 5] [--json FILE] [--keep]

README.md says what each figure means. Without names, all cases are measured that take no longer than a minute or so.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from cases import CASES, Case, Speed, ask
from table import profile, table
from world import World

STORED = Path(__file__).with_name("table.json")
README = Path(__file__).with_name("README.md")
_MARK = "<!-- Everything below this line is written by `make bench BENCH_ARGS=--keep`. -->\n"


def main() -> None:
    """Measure, print the table, and keep it where asked to."""
    arguments = parsed()
    stored = read(arguments.stored) if arguments.stored.exists() else {"about": {}, "cases": {}}
    found = measured(chosen(arguments), arguments.runs) if arguments.read is None else read(arguments.read)
    print(table(found["cases"], stored["cases"]))
    for name, value in found["about"].items():
        if found["cases"].keys() & stored["cases"].keys() and stored["about"].get(name) != value:
            print(f"{name}: {value}; when the table was stored, {stored['about'].get(name)}")
    if arguments.profile:
        for name, figures in found["cases"].items():
            if "parts" in figures:
                print(f"\n{name}, µs an order\n{profile(figures)}")
    if arguments.json is not None:
        write(arguments.json, found)
    if arguments.keep:
        together = {**stored["cases"], **found["cases"]}
        order = [case.name for case in CASES if case.name in together]
        found["cases"] = {name: together[name] for name in (*order, *(together.keys() - set(order)))}
        write(arguments.stored, found)
        if arguments.stored == STORED:
            README.write_text(
                with_figures(README.read_text(encoding="utf-8"), found["cases"]), encoding="utf-8"
            )


def parsed() -> argparse.Namespace:
    """Return what the user asks for."""
    lines = [f"  {case.name:12} {case.about}{' (with --long)' * case.is_long}" for case in CASES]
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="cases:\n" + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="CASE", help="one of those below")
    parser.add_argument("--long", action="store_true", help="measure also what takes many minutes")
    parser.add_argument("--runs", type=int, default=5, help="of each case (default: %(default)s)")
    parser.add_argument("--scenario", help="measure this one, and not the cases")
    parser.add_argument("--policy", default="balanced", help="that plays it (default: %(default)s)")
    parser.add_argument(
        "--set", dest="changes", action="append", default=[], metavar="KEY=VALUE", help="change its values"
    )
    parser.add_argument("--profile", action="store_true", help="say in which functions the time is spent")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep all figures")
    parser.add_argument(
        "--read", type=Path, metavar="FILE", help="show figures that were kept, and measure nothing"
    )
    parser.add_argument("--stored", type=Path, default=STORED, metavar="FILE", help="what to compare with")
    parser.add_argument("--keep", action="store_true", help="store the table, to compare with from now on")
    arguments = parser.parse_args()
    known = [case.name for case in CASES]
    for name in arguments.names:
        if name not in known:
            parser.error(f"{name!r} is no case: {', '.join(known)}")
    if arguments.runs < 1:
        parser.error(f"--runs {arguments.runs}: must be 1 or more")
    for file in (arguments.json, arguments.stored):  # before anything is measured, so that nothing is lost
        if file is not None and not file.parent.is_dir():
            parser.error(f"{file}: there is no folder {file.parent}")
    return arguments


def chosen(arguments: argparse.Namespace) -> Sequence[Case]:
    """Return the cases that are asked for."""
    if arguments.scenario:
        name = Path(arguments.scenario).stem
        world = World(
            found_from_here(arguments.scenario), found_from_here(arguments.policy), tuple(arguments.changes)
        )
        return [Speed(name=name, about=f"{arguments.scenario}, {arguments.policy}", world=world)]
    if arguments.names:
        return [case for case in CASES if case.name in arguments.names]
    return [case for case in CASES if arguments.long or not case.is_long]


def found_from_here(name: str) -> str:
    """Return what is named by a path as one that holds from everywhere, and other names as they are."""
    file, colon, rest = name.partition(":")
    return f"{Path(file).resolve()}{colon}{rest}" if Path(file).is_file() else name


def measured(cases: Sequence[Case], runs: int) -> dict[str, Any]:
    """Measure one case after the other, and tell on stderr which it is."""
    found: dict[str, Any] = {"about": ask("about"), "cases": {}}
    for case in cases:
        print(f"{case.name}: {case.about}", file=sys.stderr, flush=True)
        found["cases"][case.name] = {"case": asdict(case), "aim": case.aim, **case.measure(runs)}
    return cast(
        dict[str, Any], json.loads(json.dumps(found), parse_float=lambda text: float(f"{float(text):.6g}"))
    )


def with_figures(page: str, cases: dict[str, Any]) -> str:
    """Return a page that ends with the table, and with the profile of its first case."""
    first = next(figures for figures in cases.values() if "parts" in figures)
    text, _, _ = page.partition(_MARK)
    return (
        f"{text}{_MARK}\n```text\n{table(cases, {})}\n```\n\n"
        f"## Where the time of {first['case']['name']} goes\n\nMicroseconds an order, by part, and the functions with "
        f"most of it.\n\n```text\n{profile(first)}\n```\n"
    )


def read(file: Path) -> dict[str, Any]:
    """Read figures that were kept; end with a message where there are none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(found, dict) and found.keys() >= {"about", "cases"}:
            return found
        problem = "holds no figures of make bench"
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except ValueError as error:
        problem = f"is no JSON: {error}"
    print(f"{file}: {problem}", file=sys.stderr)
    sys.exit(2)


def write(file: Path, found: dict[str, Any]) -> None:
    """Keep figures."""
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
