"""The house rules of DESIGN.md, sections 2 and 4: which way imports go, where time is made, how long a file may be."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("sim", "policies", "reports", "scenarios")
MOST_LINES = 320


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports anywhere, also within functions and for type checking."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports by full name only"
            yield node.module or ""
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (
                a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
            )


MAY_IMPORT = {
    "sim": {"sim"},
    "policies": {"policies", "sim"},
    "reports": {"reports", "sim"},
    "scenarios": {"scenarios"},
}


@pytest.mark.parametrize("package", PACKAGES)
def test_arrows_run_one_way(package: str) -> None:
    wrong = []
    for path in sources(package):
        if path.is_relative_to(ROOT / "sim" / "cli"):
            continue  # the only one that knows all the others
        for module in imported(path):
            top = module.partition(".")[0]
            if top in PACKAGES and top not in MAY_IMPORT[package]:
                wrong.append(f"{path.relative_to(ROOT)} imports {module}")
    assert wrong == []


MAY_KNOW_ALL = {
    "sim/cli/lab/": "sim.cli.lab.",  # an experiment knows nothing of the commands
    "sim/cli/": "sim.cli.",
    "sim/__init__.py": "sim.cli.lab.",
    "sim/__main__.py": "sim.cli.",
}
"""What may import from the command line, and what of it; the first that fits counts."""


def test_nothing_below_imports_what_knows_all() -> None:
    wrong = []
    for path in sources(*PACKAGES):
        name = path.relative_to(ROOT).as_posix()
        allowed = next((what for who, what in MAY_KNOW_ALL.items() if name.startswith(who)), None)
        wrong += [
            f"{name} imports {module}"
            for module in imported(path)
            if f"{module}.".startswith("sim.cli.") and not (allowed and f"{module}.".startswith(allowed))
        ]
    assert wrong == []


FOUNDATIONS = {
    "arrays", "calendar", "clock", "distance", "errors", "localtime", "memo", "money", "randomness", "versions",
    "writing",
}  # fmt: skip


def test_foundations_of_the_world_know_only_each_other() -> None:
    wrong = [
        f"sim/{name}.py imports {module}"
        for name in sorted(FOUNDATIONS)
        for module in imported(ROOT / "sim" / f"{name}.py")
        if f"{module}.".startswith("sim.") and module.removeprefix("sim.") not in FOUNDATIONS
    ]
    assert wrong == []


ROOMS = {
    "orderbook": set(),
    "stock": {"orderbook"},
    "warehouse": {"orderbook", "stock"},
    "carrier": set(),
    "view": {"orderbook", "stock", "warehouse", "carrier"},
    "lifecycle": {"orderbook", "stock", "warehouse", "carrier"},
    "decision": {"orderbook", "stock", "carrier", "view", "lifecycle"},
}
"""What is in a replication, from the ground up, and what each knows of the others."""


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_in_a_replication_knows_only_what_it_rests_on(room: str) -> None:
    others = (*(set(ROOMS) - ROOMS[room] - {room}), "replication", "execution", "probes")
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(f"sim/{room}")
        for module in imported(path)
        if any(f"{module}.".startswith(f"sim.{other}.") for other in others)
    ]
    assert wrong == []


FORBIDDEN = re.compile(r"\.timeout$|\bTimeout$|\benv\.(_queue|_eid|schedule)$")
"""Ways to schedule an event of SimPy."""


def test_only_the_clock_makes_time_pass() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"
        for path in sources("sim")
        if path != ROOT / "sim" / "clock.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute | ast.Name) and FORBIDDEN.search(ast.unparse(node))
    ]
    assert wrong == []


UNKEYED = re.compile(r"\brandom\.(seed|random|choice|randint|shuffle)\(|default_rng|np\.random\.(rand|seed)")


def test_a_run_draws_no_numbers_but_from_its_streams() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in sources("sim", "policies")
        if not path.is_relative_to(ROOT / "sim" / "scenario")  # generators and importers make files, not runs
        and ("random" in imported(path) or UNKEYED.search(path.read_text(encoding="utf-8")))
    ]
    assert wrong == []


def test_no_file_is_longer_than_a_concept() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources(*PACKAGES)
    }
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_file_is_named_after_nothing() -> None:
    nothing = {"utils", "util", "core", "manager", "helpers", "helper", "base", "common", "misc"}
    assert [path for path in sources(*PACKAGES) if path.stem in nothing or path.parent.name in nothing] == []


def test_every_package_has_its_init() -> None:
    folders = {path.parent for path in sources(*PACKAGES)}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_there_is_one_version() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        declared = tomllib.load(file)["project"]["version"]
    assert version("orderlab") == declared
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## \[?v?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    if first is not None:
        assert first[1] == declared
    # Nowhere else is it written down.
    assert [path for path in sources(*PACKAGES) if f'"{declared}"' in path.read_text(encoding="utf-8")] == []


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplemented)\b")
    assert [
        str(path.relative_to(ROOT))
        for path in sources(*PACKAGES)
        if marks.search(path.read_text(encoding="utf-8"))
    ] == []
