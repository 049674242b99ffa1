"""MSER-5 cuts where the mean of the rest is known best."""

from __future__ import annotations

import numpy as np
import pytest

from reports.warmups.mser import Truncation, mser5


def test_a_step_is_cut_off_whole() -> None:
    settled = ([9] * 5 + [7] * 5) * 10
    assert mser5([0] * 20 + settled).observations == 20
    # A batch that is in part from before is cut, too.
    assert mser5([0] * 23 + settled[3:]).observations == 25


def test_a_series_that_never_settles_is_cut_as_late_as_allowed() -> None:
    falling = np.arange(100, 0, -1)
    assert mser5(falling).is_last
    assert mser5(falling).observations == 50
    assert mser5(falling, latest=72).observations == 70


def test_what_does_not_change_is_not_cut() -> None:
    assert mser5([3.0] * 60).observations == 0


def test_values_that_fill_no_batch_are_left_out() -> None:
    series = [0] * 5 + [9 + (7919 * i % 101) / 101 for i in range(45)]
    assert mser5([*series, 1_000, 1_000, 1_000, 1_000]) == mser5(series)


def test_fewer_than_two_batches_are_refused() -> None:
    with pytest.raises(ValueError, match="9 values are too few for MSER-5: 10 are needed"):
        mser5([1.0] * 9)


def test_two_batches_are_enough() -> None:
    # Means 1 and 2: 0.25 / 2 with both, nothing with the second alone.
    assert mser5([1.0] * 5 + [2.0] * 5) == Truncation(5, 0.0, True)


def test_the_last_batch_is_never_cut() -> None:
    # Means 0, 1, 2: 2/3 / 3 with all, 1/4 / 2 with two, nothing with one.
    assert mser5([0.0] * 5 + [1.0] * 5 + [2.0] * 5, latest=1000) == Truncation(10, 0.0, True)
