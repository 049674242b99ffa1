"""Local times of day, days of the week, and the windows that they make."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sim.calendar import Week, Window
from sim.clock import DAY
from sim.document import Count, Scalar, Section, nearest, wrong
from sim.document.listing import split
from sim.document.tree import SEXAGESIMAL

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_WINDOW = re.compile(r"([0-9:]+)\s*[-–]\s*([0-9:]+)")
_CLOSED = "closed"
_LONGEST_TIME = 12
_LONGEST_ZONE = 100


def seconds_of_day(text: str, *, as_end: bool = False) -> int:
    """Return the seconds from midnight of "17:00" or "17:00:30"; "24:00" only as the end of a window."""
    match = _CLOCK.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (99, 0, 0)
    at = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or at > DAY or (at == DAY and not as_end):
        raise wrong('must be a time of day such as "17:00"')
    return at


def _text(given: Any, example: str) -> str:
    if not isinstance(given, str):
        raise wrong(f"must be a text such as {example}")
    if isinstance(given, Scalar):
        if given.is_empty or given.is_null:
            raise wrong(f"must be a text such as {example}")
        if given.style == "plain" and len(given) < _LONGEST_TIME and SEXAGESIMAL.fullmatch(given):
            number = sum(
                int(part) * 60**i for i, part in enumerate(reversed(given.split(":"))) if part.isdigit()
            )
            raise wrong(f'must be quoted, "{given}": YAML reads an unquoted {given} in base 60, as {number}')
    return given.strip()


def _read_time(given: Any) -> int:
    return seconds_of_day(_text(given, '"17:00"'))


TimeOfDay: TypeAlias = Annotated[
    int,
    PlainValidator(_read_time),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,2}:\d{2}(:\d{2})?$"}),
]


def _as_list(given: Any) -> Any:
    if isinstance(given, Scalar) and given.style == "cell":
        return split(given)
    if not isinstance(given, (list, tuple)) or not given:
        raise wrong('must be a list of times of day such as ["17:00"]; absent: as soon as packed')
    return given


def _sorted(times: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(times)))


def read_window(given: Any) -> Window:
    """Return the window of a text such as "06:00-22:00"; "22:00-06:00" ends on the next day."""
    text = _text(given, '"06:00-22:00"')
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise wrong('must be a window such as "06:00-22:00"')
    begin, end = seconds_of_day(match[1]), seconds_of_day(match[2], as_end=True)
    if begin == end:
        raise wrong('must not begin and end at one time: a whole day is "00:00-24:00"')
    return begin, end if end > begin else end + DAY


def read_days(text: str) -> tuple[int, ...]:
    """Return the weekdays, 0 for Monday, of a text such as `mon-fri` or `mon,wed`; ranges may pass Sunday."""
    days: list[int] = []
    for part in text.split(","):
        ends = [_weekday(name.strip()) for name in re.split("[-–]", part)]
        if len(ends) > 2:
            raise wrong("must be weekdays such as mon-fri")
        days.extend((ends[0] + i) % 7 for i in range((ends[-1] - ends[0]) % 7 + 1))
    if len(set(days)) < len(days):
        raise wrong("must not name a day twice")
    return tuple(sorted(days))


def _weekday(name: str) -> int:
    if name.lower() not in WEEKDAYS:
        raise wrong(f"must be weekdays among {', '.join(WEEKDAYS)}", nearest=nearest(name, WEEKDAYS))
    return WEEKDAYS.index(name.lower())


def _read_day_list(given: Any) -> tuple[int, ...]:
    names = given if isinstance(given, (list, tuple)) else [given]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise wrong("must be weekdays such as mon-fri or [mon, tue]")
    return read_days(",".join(names))


def _read_week(given: Any) -> Week:
    if not isinstance(given, dict):
        raise wrong('must be a mapping of weekdays to windows, such as {mon-fri: "06:00-22:00"}')
    week: list[list[Window]] = [[] for _ in WEEKDAYS]
    named: dict[int, str] = {}
    for key, value in given.items():
        try:
            days = read_days(key)
        except PydanticCustomError as error:
            raise _below(error, key) from None
        for day in days:
            if day in named:
                raise wrong(f"must not name {WEEKDAYS[day]} twice: it is in '{named[day]}' too", key=key)
            named[day] = str(key)
            week[day].extend(_windows_of_day(value, key))
    if not any(week):
        raise wrong("must hold at least one window; absent: always open")
    windows = sorted(
        (day * DAY + begin, day * DAY + end, day) for day in range(7) for begin, end in week[day]
    )
    for (_, end, day), (begin, _, later) in zip(windows, [*windows[1:], _next_week(windows[0])], strict=True):
        if begin < end:
            raise wrong(
                f"must not overlap: those of {WEEKDAYS[day]} and {WEEKDAYS[later]} do", key=named[later]
            )
    return tuple(tuple(sorted(day)) for day in week)


def _windows_of_day(value: Any, key: str) -> list[Window]:
    texts = value if isinstance(value, (list, tuple)) else [value]
    if len(texts) == 1 and texts[0] == _CLOSED:
        return []
    windows = []
    for text in texts:
        parts = text.split(",") if isinstance(text, str) and "," in text else [text]
        for part in parts:
            try:
                windows.append(read_window(part))
            except PydanticCustomError as error:
                raise _below(error, key) from None
    return windows


def _below(error: PydanticCustomError, key: str) -> PydanticCustomError:
    context = error.context or {}
    return wrong(context["rule"], key=key, nearest=context["nearest"])


def _next_week(window: tuple[int, int, int]) -> tuple[int, int, int]:
    return window[0] + 7 * DAY, window[1] + 7 * DAY, window[2]


def is_zone(name: object) -> bool:
    """Tell whether a name is one of the IANA time zone database."""
    return isinstance(name, str) and len(name) < _LONGEST_ZONE and _is_zone(str(name))


@lru_cache(maxsize=1024)
def _is_zone(name: str) -> bool:
    if not re.fullmatch(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+)*", name):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


@lru_cache(maxsize=256)
def _nearest_zone(name: str) -> str | None:
    return nearest(name, available_timezones())


def _read_zone(given: Any) -> str:
    if not is_zone(given):
        close = _nearest_zone(str(given)) if isinstance(given, str) else None
        raise wrong("must be a time zone of the IANA database such as America/New_York", nearest=close)
    return str(given)


TimeZone: TypeAlias = Annotated[str, PlainValidator(_read_zone), WithJsonSchema({"type": "string"})]

_WINDOW_SCHEMA = {"type": "string", "pattern": r"^\d{1,2}:\d{2}(:\d{2})? *[-–] *\d{1,2}:\d{2}(:\d{2})?"}
_DAYS_SCHEMA = {"type": "string", "pattern": "^(mon|tue|wed|thu|fri|sat|sun)"}

Pickups: TypeAlias = Annotated[tuple[TimeOfDay, ...], BeforeValidator(_as_list), AfterValidator(_sorted)]
OpeningHours: TypeAlias = Annotated[
    Week,
    PlainValidator(_read_week),
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": _DAYS_SCHEMA,
            "additionalProperties": {
                "anyOf": [_WINDOW_SCHEMA, {"enum": [_CLOSED]}, {"type": "array", "items": _WINDOW_SCHEMA}]
            },
        }
    ),
]
Weekdays: TypeAlias = Annotated[
    tuple[int, ...],
    PlainValidator(_read_day_list),
    WithJsonSchema({"anyOf": [_DAYS_SCHEMA, {"type": "array", "items": _DAYS_SCHEMA}]}),
]
OneWindow: TypeAlias = Annotated[Window, PlainValidator(read_window), WithJsonSchema(_WINDOW_SCHEMA)]


class Shift(Section):
    """Another number of stations in some windows of the week."""

    days: Weekdays = Field("mon-sun", description="weekdays on which it begins", validate_default=True)
    window: OneWindow = Field(description="local times of day; may cross midnight")
    stations: Count = Field(description="stations while it lasts")


def disjoint_shifts(shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    """Return the shifts. Raises when two of them set the stations of one time."""
    taken = sorted(
        (day * DAY + s.window[0], day * DAY + s.window[1], i) for i, s in enumerate(shifts) for day in s.days
    )
    if taken:
        first = (taken[0][0] + 7 * DAY, taken[0][1] + 7 * DAY, taken[0][2])
        for (_, end, i), (begin, _, j) in zip(taken, [*taken[1:], first], strict=True):
            if begin < end:
                raise wrong(f"must not overlap: shifts {i} and {j} do")
    return shifts
