"""Local times and instants: what the clocks of a time zone show, also where they are put forward or back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sim.clock import HOUR


def instant(local: datetime, zone: ZoneInfo) -> int:
    """Return the seconds since 1970 UTC of a local time.

    A local time that a change to summer time skips moves forward by the change; of one that exists twice, the
    first is meant (PEP 495, fold 0).
    """
    return int(local.replace(tzinfo=zone, fold=0).timestamp())


def local_time(at: float, zone: ZoneInfo) -> datetime:
    """Return what the clocks of a zone show at an instant, in seconds since 1970 UTC."""
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None, fold=0)


def local_midnight(at: float, zone: ZoneInfo) -> datetime:
    """Return the midnight with which the local day of an instant began."""
    return local_time(at, zone).replace(hour=0, minute=0, second=0)


def _day(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0) + timedelta(1)


_NEXT: dict[str, Callable[[datetime], datetime]] = {
    "hour": lambda local: local.replace(minute=0, second=0) + timedelta(hours=1),
    "day": _day,
    "week": lambda local: _day(local) + timedelta(6 - local.weekday()),
    "month": lambda local: (_day(local.replace(day=1)) + timedelta(31)).replace(day=1),
}
"""The first local time after the period that a local time lies in."""


def period_end(period: str, at: int, zone: ZoneInfo) -> int:
    """Return when the hour, day, week (from Monday) or month ends in which an instant lies by the clocks of a zone."""
    local = local_time(at, zone)
    end = instant(_NEXT[period](local), zone)
    # A clock that is turned back shows an hour twice: these are two.
    return end if period != "hour" else min(end, at + HOUR - local.minute * 60 - local.second)
