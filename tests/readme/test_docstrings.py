"""Docstrings do what they say: every public function has an example, and every example gives what it shows."""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from policies.part import Part

ROOT = Path(__file__).parents[2]
PACKAGES = ("sim", "sim.scenario", "policies", "reports", "reports.kpis")
HEADING = "\nExample:\n    >>> "


def with_examples() -> Iterator[str]:
    """Yield the modules in which a docstring has an example."""
    for package in ("sim", "policies", "reports", "scenarios"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def public(package: str) -> Iterator[tuple[str, Any]]:
    """Yield the functions and classes that a package offers."""
    module = import_module(package)
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isfunction(value) or inspect.isclass(value):
            yield name, value


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_function_and_class_has_an_example(package: str) -> None:
    """But for the parts of rules: policies/README.md has the form of each in its tables."""
    assert [
        name
        for name, value in public(package)
        if HEADING not in (inspect.getdoc(value) or "")
        and not (inspect.isclass(value) and issubclass(value, Part))
    ] == []


@pytest.mark.parametrize("module", list(with_examples()))
def test_examples_give_what_they_show(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stands alone, and can be pasted into an empty session in an empty folder."""
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    told: list[str] = []
    for number, test in enumerate(doctest.DocTestFinder().find(import_module(module), module, globs={})):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        runner.run(test, out=told.append)
    assert not told, "".join(told)
    assert runner.tries > 0, f"{module}: its examples belong to no function or class"
