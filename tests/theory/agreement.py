"""When a simulation agrees with what is known, and how small a test must be able to see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats

REPLICATIONS = 20
CONFIDENCE = 0.9995  # of each side: one agreement in a thousand fails by chance

# Written down before the first run, and never changed to make a test pass.
SEED = 20260105

FAST, PRECISE = 0.10, 0.03
"""Half-widths as shares of the truth: of `make test`, and of `make theory`."""

precise = pytest.mark.theory
family = pytest.mark.family
"""What a test shows: the name that the table has for it, and the keys of truths.json that it holds."""

TRUTHS = json.loads(Path(__file__).with_name("truths.json").read_text(encoding="utf-8"))
"""Values that nobody in this project made up, with units as given in each case."""

PROPERTY = "agreement"
"""Under which name a test reports its rows."""


class Row(NamedTuple):
    """One comparison with a truth, as the table shows it.

    Attributes:
        place: of the test in its file, and of the instance in the test: what rows are sorted by.
        fast: whether `make test` plays it, too.
        error: half-width of the interval, or how much a result may be off that is no mean of replications.
        count: replications, or observations.

    """

    family: str
    keys: list[str]
    file: str
    test: str
    place: list[int]
    instance: str
    fast: bool
    quantity: str
    truth: float
    result: float
    error: float
    count: int

    @property
    def agrees(self) -> bool:
        """Whether the truth lies in the interval."""
        return abs(self.result - self.truth) <= self.error

    def __str__(self) -> str:
        share = f" ({self.error / abs(self.truth):.1%} of the truth)" if self.error and self.truth else ""
        return f"{self.quantity}: {self.result:.5g} ± {self.error:.2g}{share}; the truth is {self.truth:.5g}"


class Agreement:
    """The rule of agreement, which reports what it compared."""

    def __init__(self, node: Any) -> None:
        self._node = node

    def __call__(self, quantity: str, samples: Sequence[float], truth: float, *, within: float) -> None:
        """Assert that the mean of independent replications agrees with the truth.

        |mean - truth| must not exceed t(0.9995, R - 1) s / sqrt(R), and that half-width must be less than `within`
        of the truth: an interval that is too wide agrees with everything.
        """
        values = np.asarray(samples, float)
        n = len(values)
        assert n >= REPLICATIONS
        assert np.isfinite(values).all()
        half = float(stats.t.ppf(CONFIDENCE, n - 1) * values.std(ddof=1) / np.sqrt(n))
        row = self._told(quantity, truth, float(values.mean()), half, n)
        assert half < within * abs(truth), f"{row}: too wide to tell, play more orders"
        assert row.agrees, str(row)

    def known(
        self, quantity: str, result: float, truth: float, *, error: float = 0.0, count: int = 1
    ) -> None:
        """Assert that a result is off by no more than an error that is known beforehand: none, of what is exact."""
        row = self._told(quantity, truth, float(result), error, count)
        assert row.agrees, str(row)

    def _told(self, quantity: str, truth: float, result: float, error: float, count: int) -> Row:
        name, *keys = self._node.get_closest_marker("family").args
        case = getattr(self._node, "callspec", None)
        row = Row(
            family=name,
            keys=keys,
            file=self._node.path.name,
            test=self._node.originalname,
            place=[self._node.function.__code__.co_firstlineno, *(case.indices.values() if case else [])],
            instance=case.id if case else "",
            fast=self._node.get_closest_marker("theory") is None,
            quantity=quantity,
            truth=float(truth),
            result=result,
            error=error,
            count=count,
        )
        self._node.user_properties.append((PROPERTY, json.dumps(row._asdict())))
        return row
