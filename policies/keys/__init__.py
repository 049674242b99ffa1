"""Rank keys: what warehouses are compared by. Each is one vector expression; lower is better unless said.

Every module of this folder is looked through for keys: a new one needs no second place.
"""

from __future__ import annotations

import sys

from policies.keys.key import Key
from policies.part import parts_of

__all__ = ["KEYS", "Key"]

KEYS: dict[str, type[Key]]


def __getattr__(name: str) -> dict[str, type[Key]]:
    """Return `KEYS`, looked for when it is first wanted: packages that add one import this module."""
    if name != "KEYS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = parts_of(sys.modules[__name__], Key)
    globals()[name] = found
    return found
