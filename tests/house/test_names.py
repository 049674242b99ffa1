"""What each package offers, and what every module says of itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("sim", "policies", "reports", "scenarios")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_every_module_says_what_it_is_in_a_sentence() -> None:
    wrong = []
    for path in MODULES:
        first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
        if not first.endswith((".", ":", "?")):
            wrong.append(f"{path.relative_to(ROOT)}: {first!r}")
    assert wrong == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "__main__.py"], ids=dotted)
def test_every_public_name_can_be_imported(path: Path) -> None:
    module = import_module(dotted(path))
    names = getattr(module, "__all__", [])
    assert sorted(set(names)) == sorted(names)
    assert [name for name in names if not hasattr(module, name)] == []


def test_packages_list_their_public_names() -> None:
    for package in ("sim", "policies", "reports"):
        assert len(import_module(package).__all__) > 5


@pytest.mark.parametrize("package", ["sim", "sim.cli", "sim.scenario", "policies"])
def test_a_package_is_imported_without_what_only_reports_need(package: str) -> None:
    """The simulation does without pandas and matplotlib, and `orderlab --help` without nearly everything."""
    heavy = ["pandas", "matplotlib", "scipy.stats"] + (
        ["numpy", "simpy", "pyarrow"] if package == "sim.cli" else []
    )
    code = f"import sys, {package}; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout == "[]\n"


def test_nothing_speaks_of_the_machine_it_was_written_on() -> None:
    texts = [
        *MODULES,
        *(ROOT / "scenarios").rglob("*.yaml"),
        *(ROOT / "policies").glob("*.yaml"),
        ROOT / "README.md",
    ]
    home = str(Path.home())
    places = [
        place for place in (str(ROOT), home if len(home) > len("/root") else "") if place.count("/") > 1
    ]
    wrong = [
        str(path.relative_to(ROOT))
        for path in texts
        if any(place in path.read_text(encoding="utf-8") for place in places)
    ]
    assert wrong == []
