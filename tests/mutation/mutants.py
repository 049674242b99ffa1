"""Changes a module in every small way, and shows the changes that none of its tests notices; or all of a folder.

    python tests/mutation/mutants.py sim/ledger.py

mutmut makes the changes and runs the tests of `modules.toml`, in a copy of the sources below `build/mutants`. What is
known of the survivors is in README.md beside this file.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from contextlib import redirect_stdout
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = Path(__file__).with_name("modules.toml")
SEEN = ("sim", "policies", "reports", "scenarios", "tests", "README.md", "Makefile", "CHANGELOG.md")
"""What the tests need of the repository."""
MUTATED = ("sim", "policies", "reports", "scenarios")
"""What mutmut copies as sources; of these it changes what is asked for."""


def tests_of(wanted: str) -> dict[str, list[str]]:
    """Return the tests of a module, or of each of a folder, as arguments of pytest."""
    with MODULES.open("rb") as file:
        known: dict[str, list[str]] = tomllib.load(file)["modules"]
    found = {name: tests for name, tests in known.items() if Path(name).is_relative_to(wanted)}
    if not found:
        raise SystemExit(
            f"{MODULES.relative_to(ROOT)} has no tests for {wanted!r}; it has {', '.join(known)}"
        )
    return found


def workplace(wanted: str) -> Path:
    """Return a fresh folder in which mutmut finds the sources and what to do."""
    place = ROOT / "build" / "mutants" / wanted.removesuffix(".py").replace("/", ".")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in SEEN:
        (place / name).symlink_to(ROOT / name)
    tests = tests_of(wanted)
    settings = {
        "source_paths": list(MUTATED),
        "only_mutate": list(tests),
        "also_copy": ["README.md", "Makefile", "CHANGELOG.md"],
        "pytest_add_cli_args_test_selection": sorted(set(chain.from_iterable(tests.values()))),
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-p", "no:xdist"],
        "track_dependencies": False,
        "use_git_change_detection": False,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (place / "pyproject.toml").write_text("\n".join([project, "[tool.mutmut]", *lines, ""]), encoding="utf-8")
    return place


def notices(tests: list[str], mutant: str) -> bool:
    """Tell whether some tests notice a mutant that is there before anything is imported.

    mutmut changes what is imported already, and asks the tests that came by first: what is done when a module is
    imported, or once for all tests of a file, has been done by then.
    """
    there = {**os.environ, "MUTANT_UNDER_TEST": mutant, "PYTHONPATH": str(Path("mutants").resolve())}
    command = [sys.executable, "-m", "pytest", "-xq", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    return bool(
        subprocess.run(command, cwd="mutants", env=there, capture_output=True, check=False).returncode
    )


def run(wanted: str) -> int:
    """Try every mutant; print those that no test noticed, and how many there are of each kind, by module."""
    os.chdir(workplace(wanted))
    done = subprocess.run([sys.executable, "-m", "mutmut", "run", "--max-children", "1"], check=False)
    if done.returncode:
        return done.returncode

    from mutmut.__main__ import cli
    from mutmut.stats import status_by_exit_code

    counts = []
    for module, tests in tests_of(wanted).items():
        kept = Path("mutants", f"{module}.meta")
        codes: dict[str, int | None] = json.loads(kept.read_text(encoding="utf-8"))["exit_code_by_key"]
        states = {name: status_by_exit_code[code] for name, code in codes.items()}
        for name, state in states.items():
            if state == "survived" and notices(tests, name):
                states[name] = "killed"
            elif state != "killed":
                shown = io.StringIO()
                with redirect_stdout(shown):
                    cli(["show", name], standalone_mode=False)
                print(shown.getvalue())
        kinds = ", ".join(f"{n} {state}" for state, n in Counter(states.values()).most_common())
        counts.append(f"{module}: {len(states)} mutants, {kinds}")
    print("\n".join(counts))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: make mutants MODULE=sim/ledger.py")
    sys.exit(run(sys.argv[1]))
