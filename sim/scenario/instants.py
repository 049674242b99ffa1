"""Columns of local times as seconds since 1970 UTC."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sim.arrays import Ints
from sim.clock import HOUR
from sim.document import Scalar, wrong
from sim.document.bounds import YEARS
from sim.document.columns import Columns
from sim.localtime import instant

NONE = -1
"""Stands for an empty cell; real moments lie after 1970."""

_EPOCH = datetime(1970, 1, 1)
_ZONED = 1 << 60  # added to what is UTC already


def read_instants(table: Columns, column: str, zone: ZoneInfo, *, may_be_empty: bool = False) -> Ints:
    """Return the moments of a column; a fraction of a second is cut off.

    Args:
        table, column: where they stand, in any ISO form.
        zone: where those without an offset are local.
        may_be_empty: whether a cell may hold nothing: it becomes `NONE`.

    """

    def read(cell: Scalar) -> int:
        if not cell and may_be_empty:
            return NONE
        try:
            moment = datetime.fromisoformat(cell)
        except ValueError:
            raise wrong("must be a date and time such as 2026-01-05T08:00") from None
        if moment.year not in YEARS:
            raise wrong(f"must lie between the years {YEARS[0]} and {YEARS[-1]}")
        if moment.tzinfo is not None:
            return _ZONED + int(moment.timestamp())
        return (moment - _EPOCH) // timedelta(seconds=1)

    seconds = table.values(column, read, np.int64)
    zoned, empty = seconds >= _ZONED, seconds == NONE
    local = ~zoned & ~empty
    seconds[zoned] -= _ZONED
    seconds[local] += _offsets(seconds[local], zone)
    return seconds


def _offsets(local: Ints, zone: ZoneInfo) -> Ints:
    """Return what turns local seconds into UTC; the zone is asked once an hour, not once a row."""
    hours, inverse = np.unique(local // HOUR, return_inverse=True)
    begins = np.array([_offset(hour * HOUR, zone) for hour in hours.tolist()], np.int64)
    ends = np.array([_offset(hour * HOUR + HOUR - 1, zone) for hour in hours.tolist()], np.int64)
    offsets = begins[inverse]
    for row in np.flatnonzero((begins != ends)[inverse]).tolist():  # the clock changes within this hour
        offsets[row] = _offset(int(local[row]), zone)
    return offsets


def _offset(local: int, zone: ZoneInfo) -> int:
    return instant(_EPOCH + timedelta(seconds=local), zone) - local
