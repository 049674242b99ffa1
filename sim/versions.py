"""Which Python, packages and code a process runs: what the bytes of a result depend on, beside its inputs."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("orderlab", "simpy", "numpy", "scipy", "pandas", "pyarrow", "pydantic", "PyYAML", "matplotlib")
_CODE = ("sim", "policies", "reports")


def versions() -> dict[str, str | None]:
    """Return the versions of Python and of all that results depend on; None for what is not installed.

    `build` is of this orderlab's own source: between two releases its version says too little.
    """
    packages = {name: _version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **packages, "build": code()[:8]}


def differing(before: Mapping[str, str | None], now: Mapping[str, str | None]) -> list[str]:
    """Return the names of what is not there now in the version that it was there before."""
    return [name for name in now if before.get(name) != now[name]]


@cache
def code() -> str:
    """Return a hash of this orderlab's own source."""
    found = hashlib.sha256()
    top = Path(__file__).parents[1]
    for path in sorted(path for package in _CODE for path in (top / package).rglob("*.py")):
        found.update(f"{path.relative_to(top).as_posix()}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
