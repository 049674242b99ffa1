"""How numbers are written for people: as many digits as their interval supports, shares as per cent.

What is undefined is None, as in `summary.json`, and is written as a dash. A minus is a minus sign.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

MISSING, MINUS, NO_BREAK = "–", "−", "\u00a0"
_DIGITS = 4  # significant digits of a number without an interval


def unit_shown(unit: str) -> tuple[float, str]:
    """Return what a value is multiplied by and the unit it then has: shares are shown in per cent."""
    if unit == "share":
        return 100.0, "%"
    return 1.0, "" if unit == "1" else unit


def unit_of_difference(unit: str) -> str:
    """Return the unit of a difference as shown: two shares differ by percentage points."""
    return "pp" if unit == "share" else unit_shown(unit)[1]


def estimate(mean: float | None, half_width: float | None, unit: str) -> str:
    """Write a mean with the half-width of its interval: "9.42 ± 0.03"; without an interval the mean alone."""
    if mean is None:
        return MISSING
    factor = unit_shown(unit)[0]
    places = _places(factor * mean, factor * (half_width or 0.0), unit)
    if half_width is None:
        return fixed(factor * mean, places)
    return f"{fixed(factor * mean, places)} ± {_half_width(factor * half_width, places)}"


def mean(mean: float | None, half_width: float | None, unit: str) -> str:
    """Write a mean as `estimate` does, without the half-width."""
    return estimate(mean, half_width, unit).partition(" ±")[0]


def level(mean: float | None, row: Mapping[str, Any]) -> str:
    """Write a mean, with no more decimals than the interval of its difference in a row of a comparison supports."""
    if mean is None or row["low"] is None:
        return estimate(mean, None, row["unit"])
    number = unit_shown(row["unit"])[0] * mean
    return fixed(number, min(_places(number, 0.0, row["unit"]), _places_of(row)))


def difference(row: Mapping[str, Any]) -> str:
    """Write the difference in a row of a comparison, with its sign."""
    if row["difference"] is None:
        return MISSING
    return signed(unit_shown(row["unit"])[0] * row["difference"], _places_of(row))


def interval(row: Mapping[str, Any]) -> str:
    """Write the interval in a row of a comparison: "[−0.45, −0.37]"."""
    if row["low"] is None:
        return MISSING
    factor, places = unit_shown(row["unit"])[0], _places_of(row)
    return f"[{fixed(factor * row['low'], places)}, {fixed(factor * row['high'], places)}]"


def probability(p: float | None) -> str:
    """Write a p-value: four decimals, or that it is smaller."""
    if p is None:
        return MISSING
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"


def times(factor: float) -> str:
    """Write a factor with two significant digits."""
    return f"{fixed(factor, max(0, 1 - _magnitude(factor)) if factor else 0)}x"


def fixed(number: float, places: int) -> str:
    """Write a number with thousands separators and that many decimals, and never a negative zero."""
    return f"{number:z,.{places}f}".replace("-", MINUS)


def signed(number: float | None, places: int) -> str:
    """Write a difference with its sign; what is written as zero has none."""
    text = or_dash(number, places)
    return f"+{text}" if number and number > 0 and text.strip("0.,") else text


def or_dash(number: float | None, places: int) -> str:
    """Write a number with that many decimals, and a dash for what is undefined."""
    return MISSING if number is None else fixed(number, places)


def share(number: float | None) -> str:
    """Write a share that has no interval, in per cent."""
    return or_dash(None if number is None else unit_shown("share")[0] * number, 1)


def counted(number: int, noun: str, nouns: str = "") -> str:
    """Write how many there are: "1 policy", "2 policies"; `nouns` is the plural where an s is not enough."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def span(fewest: int, most: int, noun: str) -> str:
    """Write how many there are of several: "1 replication", or "10 to 60 replications"."""
    return counted(most, noun) if fewest == most else f"{fewest} to {most} {noun}s"


def joined(parts: Sequence[str], last: str = "and") -> str:
    """Join parts of a sentence by commas and a last "and", or another word."""
    return "".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def plain(text: str) -> str:
    """Return a text for the terminal."""
    # A spreadsheet takes only a hyphen for a minus, and nobody can search for a space that is none.
    return text.replace(MINUS, "-").replace(NO_BREAK, " ")


def _places_of(row: Mapping[str, Any]) -> int:
    factor = unit_shown(row["unit"])[0]
    half_width = 0.0 if row["low"] is None else (row["high"] - row["low"]) / 2
    return _places(factor * row["difference"], factor * half_width, row["unit"])


def _places(number: float, half_width: float, unit: str) -> int:
    """Return the decimals that show two digits of the half-width, but no more than five of the number."""
    if half_width > 0.0:
        places = 1 - _magnitude(half_width)
        if abs(number) > half_width:
            places = min(places, 4 - _magnitude(number))
    else:
        places = _DIGITS - 1 - _magnitude(number) if number else 0
    if unit.endswith("/order") and abs(number) < 1000:
        places = max(places, 2)  # money is read with its cents
    return min(max(places, 0), 8)


def _magnitude(number: float) -> int:
    return math.floor(math.log10(abs(number)))


def _half_width(number: float, places: int) -> str:
    smallest = 10.0**-places
    if 0.0 < number < smallest / 2:
        return f"<{smallest:.{places}f}"
    return fixed(number, places) if number else "0"
