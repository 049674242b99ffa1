"""Rank keys: what warehouses are compared by. Each is one vector expression; lower is better unless said.

Every module of this folder is looked through for keys: a new one needs no second place.
"""

from __future__ import annotations

import sys

from policies.keys.key import Key
from policies.part import parts_of

KEYS = parts_of(sys.modules[__name__], Key)

__all__ = ["KEYS", "Key"]
