"""What a single value may be: texts, ids and references, numbers, money, switches, moments.

Each class is put into an annotation, `Annotated[float, Number(above=0)]`, and turns the text of a value (or a
plain Python value) into what the engine uses.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from sim.document.bounds import LEAST, YEARS
from sim.document.section import checking, wrong
from sim.document.tree import (
    BASED,
    DECIMAL,
    FALSE,
    LEADING_ZERO,
    LIKE_A_NUMBER,
    NOT_FINITE,
    SCIENTIFIC,
    SEXAGESIMAL,
    TRUE,
    Scalar,
)

LARGEST = 1_000_000_000  # of any number, unless its field says otherwise: sums stay exact and arrays small
MOST_MONEY = 10_000_000  # of one amount: millionths of it times grams or units stay within 64 bits
_LONGEST_NUMBER = 40
_LONGEST_TEXT = 200

_N = TypeVar("_N", float, Decimal)


class _Field(ABC):
    """A validator that reads one value, and its JSON Schema."""

    @abstractmethod
    def read(self, given: Any) -> Any:
        """Return what the engine uses. Raises what `wrong` makes."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the value."""

    def check(self, given: Any, _: ValidationInfo) -> Any:
        """Read the value of a key; a key without a value is told as such."""
        if isinstance(given, Scalar) and (given.is_empty or given.is_null):
            raise wrong("has no value: write one, or leave the key out")
        return self.read(given)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self.schema()


@dataclass(frozen=True)
class Text(_Field):
    """One line of text, as written, whatever YAML would make of it."""

    may_be_empty: bool = True
    longest: int = _LONGEST_TEXT

    def check(self, given: Any, info: ValidationInfo) -> Any:
        """Read the value of a key: `null` is a text here."""
        if isinstance(given, Scalar) and given.is_null:
            return self.read(given)
        return super().check(given, info)

    def read(self, given: Any) -> str:
        """Return the text. Raises when it is a list or mapping, too long, or not printable."""
        if not isinstance(given, str):
            raise wrong("must be a text")
        text = str(given)
        if len(text) > self.longest:
            raise wrong(f"must be at most {self.longest} characters long")
        if not text.isprintable():
            raise wrong("must be one line of printable characters")
        if not self.may_be_empty and (not text or text != text.strip()):
            raise wrong("must not be empty, nor begin or end with a blank")
        return text

    def schema(self) -> dict[str, Any]:
        """Accept what editors and loaders make of an unquoted text: `NO`, `006`, `12`."""
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True)
class Id(Text):
    """The name of a thing, as written; a reserved word is refused."""

    may_be_empty: bool = False
    reserved: tuple[str, ...] = ()

    def read(self, given: Any) -> str:
        """Return the id."""
        text = super().read(given)
        if text in self.reserved:
            raise wrong(f"must not be '{text}', which has a meaning of its own")
        return text


@dataclass(frozen=True)
class Reference(Text):
    """The id of a thing of some kinds that the document (or its scenario) defines."""

    kinds: tuple[str, ...] = ()
    may_be_empty: bool = False

    def check(self, given: Any, info: ValidationInfo) -> Any:
        """Read the id. Raises with the nearest valid one when there is no such thing."""
        text = super().check(given, info)
        this = checking(info)
        known = [this.names[kind] for kind in self.kinds if kind in this.names]
        if known and not any(text in ids for ids in known):
            may = this.may_compare(sum(map(len, known)))
            close = this.nearest(text, [name for ids in known for name in ids]) if may else None
            raise wrong(f"there is no such {' or '.join(self.kinds)}", nearest=close)
        return text


@dataclass(frozen=True)
class _Bounded(_Field):
    """A number within bounds."""

    at_least: float = 0
    at_most: float = LARGEST
    above: float | None = None

    def bounded(self, number: _N) -> _N:
        """Return the number. Raises when it is out of bounds, or so close to 0 that nobody means it."""
        if self.above is not None and number <= self.above:
            raise wrong(f"must be greater than {_written(self.above)}")
        if number < self.at_least:
            raise wrong(f"must be at least {_written(self.at_least)}")
        if number > self.at_most:
            raise wrong(f"must be at most {_written(self.at_most)}")
        if 0 < abs(number) < LEAST:
            raise wrong(f"must be 0, or differ from it by {_written(LEAST)} or more")
        return number

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        low = {"exclusiveMinimum": self.above} if self.above is not None else {"minimum": self.at_least}
        return {"type": "number", **low, "maximum": self.at_most}


def _written(bound: float) -> str:
    """Write a bound as YAML reads it: 1e-05 would be text."""
    return f"{Decimal(repr(bound)):,f}".removesuffix(".0")


@dataclass(frozen=True)
class Number(_Bounded):
    """A finite number."""

    def read(self, given: Any) -> float:
        """Return the number as a float."""
        return self.bounded(float(decimal_text(given, "a number")))


@dataclass(frozen=True)
class Whole(_Bounded):
    """A whole number."""

    def read(self, given: Any) -> int:
        """Return the number as an int."""
        text = decimal_text(given, "a whole number")
        number = Decimal(text)
        if number != number.to_integral_value():
            raise wrong("must be a whole number")
        return int(self.bounded(number))

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {**super().schema(), "type": "integer"}


@dataclass(frozen=True)
class CountKey(Whole):
    """A whole number that is the key of a mapping: 1 and "1" are the same."""

    def read(self, given: Any) -> int:
        """Return the number as an int."""
        if isinstance(given, Scalar) and given.style == "quoted":
            given = Scalar(given)
        return super().read(given)


@dataclass(frozen=True)
class Amount(_Bounded):
    """An amount of money, exact from its decimal text; at most six decimals."""

    at_most: float = MOST_MONEY

    def read(self, given: Any) -> Decimal:
        """Return the amount as a Decimal."""
        amount = self.bounded(Decimal(decimal_text(given, "an amount of money")))
        if amount != round(amount, 6):
            raise wrong("must have at most six decimals")
        return amount


@dataclass(frozen=True)
class Switch(_Field):
    """True or false."""

    def read(self, given: Any) -> bool:
        """Return the truth value."""
        if isinstance(given, bool):
            return given
        if isinstance(given, Scalar) and given.style != "quoted" and (given in TRUE or given in FALSE):
            return given in TRUE
        raise wrong("must be true or false")

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Moment(_Field):
    """A date or a date and time in any ISO form, to the second, local unless it carries an offset."""

    def read(self, given: Any) -> datetime:
        """Return the moment."""
        moment: datetime = given
        if not isinstance(given, datetime):
            try:
                moment = datetime.fromisoformat(given.strip() if isinstance(given, str) else "")
            except ValueError:
                raise wrong("must be a date and time such as 2026-01-05T08:00") from None
        if moment.year not in YEARS:
            raise wrong(f"must lie between the years {YEARS[0]} and {YEARS[-1]}")
        if moment.microsecond:
            raise wrong("must be a whole second")
        return moment

    def check(self, given: Any, info: ValidationInfo) -> Any:
        """Read the value of a key: a moment with an offset becomes the local one of its place."""
        moment = super().check(given, info)
        if moment.tzinfo is None:
            return moment
        return moment.astimezone(ZoneInfo(checking(info).zone)).replace(tzinfo=None, fold=0)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "string", "pattern": r"^\d{4}-?(\d{2}|\d{3}|W\d{2})"}


def decimal_text(given: Any, what: str) -> str:
    """Return the digits of a number that YAML 1.1 reads as one. Raises with the reason when it does not."""
    if isinstance(given, Scalar):
        if given.style == "cell":
            if len(given) <= _LONGEST_NUMBER and SCIENTIFIC.fullmatch(given):
                return str(given)
        elif given.style == "plain" and len(given) <= _LONGEST_NUMBER and DECIMAL.fullmatch(given):
            return given.replace("_", "")
        raise wrong(_why_no_number(given, what))
    if isinstance(given, (int, float, Decimal)) and not isinstance(given, bool):
        if isinstance(given, int) or math.isfinite(given):
            return str(given)
        raise wrong("must be a finite number")
    raise wrong(f"must be {what}")


def _why_no_number(given: Scalar, what: str) -> str:
    rule = f"must be {what}"
    if len(given) > _LONGEST_NUMBER:
        return rule
    if given.style == "quoted":
        return f"{rule}, without quotes" if SCIENTIFIC.fullmatch(given) else rule
    if SEXAGESIMAL.fullmatch(given):
        return f"{rule}; YAML reads an unquoted {given} in base 60 (17:00 is 1020): quote a time of day"
    if LEADING_ZERO.fullmatch(given):
        return f"{rule} without leading zeros, which YAML takes for base 8"
    if BASED.fullmatch(given):
        return f"{rule} in base 10"
    if NOT_FINITE.fullmatch(given):
        return "must be a finite number"
    if SCIENTIFIC.fullmatch(given):
        return f"{rule}; YAML reads {given} as text: write {_spelt_out(given)}"
    if LIKE_A_NUMBER.fullmatch(given):
        return f"{rule}, in digits {'' if 'whole' in what else 'and a decimal point '}only"
    return rule


def _spelt_out(text: str) -> str:
    number = Decimal(text)
    if -6 <= number.adjusted() <= 15:
        return f"{number:f}"
    digits = f"{number:e}".lower()
    mantissa, _, exponent = digits.partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{int(exponent):+d}"


Name: TypeAlias = Annotated[str, Text()]
Identifier: TypeAlias = Annotated[str, Id()]
Quantity: TypeAlias = Annotated[float, Number()]
Count: TypeAlias = Annotated[int, Whole()]
PositiveCount: TypeAlias = Annotated[int, Whole(at_least=1)]
Probability: TypeAlias = Annotated[float, Number(at_most=1)]
Money: TypeAlias = Annotated[Decimal, Amount()]
Days: TypeAlias = Annotated[float, Number(at_most=36_525)]
PositiveDays: TypeAlias = Annotated[float, Number(above=0, at_most=36_525)]
Hours: TypeAlias = Annotated[float, Number(at_most=876_600)]
PositiveHours: TypeAlias = Annotated[float, Number(above=0, at_most=876_600)]
LocalTime: TypeAlias = Annotated[datetime, Moment()]
