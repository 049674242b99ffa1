"""Changes a module in every small way, and shows the changes that none of its tests notices.

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
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = Path(__file__).with_name("modules.toml")
SEEN = ("sim", "policies", "reports", "scenarios", "tests", "README.md", "Makefile", "CHANGELOG.md")
"""What the tests need of the repository."""
MUTATED = ("sim", "policies", "reports", "scenarios")
"""What mutmut copies as sources; of these it changes one module."""


def tests_of(module: str) -> list[str]:
    """Return the tests of a module, as arguments of pytest."""
    with MODULES.open("rb") as file:
        known: dict[str, list[str]] = tomllib.load(file)["modules"]
    if module not in known:
        raise SystemExit(
            f"{MODULES.relative_to(ROOT)} has no tests for {module!r}; it has {', '.join(known)}"
        )
    return known[module]


def workplace(module: str) -> Path:
    """Return a fresh folder in which mutmut finds the sources and what to do."""
    place = ROOT / "build" / "mutants" / module.removesuffix(".py").replace("/", ".")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in SEEN:
        (place / name).symlink_to(ROOT / name)
    settings = {
        "source_paths": list(MUTATED),
        "only_mutate": [module],
        "also_copy": ["README.md", "Makefile", "CHANGELOG.md"],
        "pytest_add_cli_args_test_selection": tests_of(module),
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-p", "no:xdist"],
        "track_dependencies": False,
        "use_git_change_detection": False,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (place / "pyproject.toml").write_text("\n".join([project, "[tool.mutmut]", *lines, ""]), encoding="utf-8")
    return place


def run(module: str) -> int:
    """Try every mutant of a module; print how many there are of each kind, and those that no test noticed."""
    place = workplace(module)
    os.chdir(place)
    done = subprocess.run([sys.executable, "-m", "mutmut", "run", "--max-children", "1"], check=False)
    kept = Path("mutants", f"{module}.meta")
    if done.returncode or not kept.exists():
        return done.returncode or 1

    from mutmut.__main__ import cli
    from mutmut.stats import status_by_exit_code

    codes: dict[str, int | None] = json.loads(kept.read_text(encoding="utf-8"))["exit_code_by_key"]
    states = {name: status_by_exit_code[code] for name, code in codes.items()}
    for name, state in states.items():
        if state != "killed":
            shown = io.StringIO()
            with redirect_stdout(shown):
                cli(["show", name], standalone_mode=False)
            print(shown.getvalue())
    counts = Counter(states.values())
    print(
        f"{module}: {len(states)} mutants, " + ", ".join(f"{n} {state}" for state, n in counts.most_common())
    )
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: make mutants MODULE=sim/ledger.py")
    sys.exit(run(sys.argv[1]))
