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


def main() -> None:
    """Measure, print the table, and keep it where asked to."""
    arguments = parsed()
    stored = read(arguments.stored) if arguments.stored.exists() else {"cases": {}}
    if arguments.read is not None:
        found = read(arguments.read)
    else:
        found = measured(chosen(arguments), arguments.runs)
    print(table(found["cases"], stored["cases"]))
    for name, old in stored.get("about", {}).items():
        if stored["cases"].keys() & found["cases"].keys() and found["about"].get(name) != old:
            print(f"{name} was {old} when the table was stored, and is {found['about'].get(name)}")
    if arguments.profile:
        for name, figures in found["cases"].items():
            if "functions" in figures:
                print(f"\n{name}\n{profile(figures)}")
    if arguments.json is not None:
        write(arguments.json, found)
    if arguments.keep:
        write(arguments.stored, {**found, "cases": {**stored["cases"], **found["cases"]}})


def parsed() -> argparse.Namespace:
    """Return what the user asks for."""
    lines = [f"  {case.name:12} {case.about}{' (with --long)' * case.is_long}" for case in CASES]
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="cases:\n" + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", choices=[[], *(case.name for case in CASES)], metavar="CASE")
    parser.add_argument("--long", action="store_true", help="measure also what takes many minutes")
    parser.add_argument("--runs", type=int, default=5, help="of each case (default: %(default)s)")
    parser.add_argument("--scenario", help="measure this one, and not the cases")
    parser.add_argument("--policy", default="balanced", help="that plays it (default: %(default)s)")
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--profile", action="store_true", help="say in which functions the time is spent")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep all figures")
    parser.add_argument(
        "--read", type=Path, metavar="FILE", help="show figures that were kept, and measure nothing"
    )
    parser.add_argument("--stored", type=Path, default=STORED, metavar="FILE", help="what to compare with")
    parser.add_argument("--keep", action="store_true", help="store the table, to compare with from now on")
    return parser.parse_args()


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
    return cast(dict[str, Any], json.loads(json.dumps(found)))


def read(file: Path) -> dict[str, Any]:
    """Read figures that were kept."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def write(file: Path, found: dict[str, Any]) -> None:
    """Keep figures."""
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
