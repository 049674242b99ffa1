"""Arrays as the engine keeps them: what they are called in signatures, and views that nobody can write."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
AnyInts = NDArray[np.integer[Any]]

T = TypeVar("T", bound=np.generic)


def read_only(array: NDArray[T]) -> NDArray[T]:
    """Return a view of an array that cannot be written, and shows what it holds now."""
    view = array.view()
    view.flags.writeable = False
    return view
