"""When a rule applies: to which orders, lines, regions and times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Self, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, model_validator

from policies.filters.filter import SLACK
from sim.clock import HOUR, NEVER
from sim.document import (
    Count,
    Hours,
    Listing,
    LocalTime,
    PositiveCount,
    Quantity,
    Section,
    wrong,
)
from sim.localtime import instant
from sim.policy import Request
from sim.view.network import Network

Segments: TypeAlias = Annotated[tuple[str, ...], Listing("segment", at_least=1, single=True)]
Items: TypeAlias = Annotated[tuple[str, ...], Listing("item", at_least=1, single=True)]
Regions: TypeAlias = Annotated[tuple[str, ...], Listing("region", at_least=1, single=True)]
Words: TypeAlias = Annotated[tuple[str, ...], Listing(at_least=1, single=True)]

Takes: TypeAlias = Callable[[Request], bool]


class SomeTerms(Section):
    """Terms, absent by default, of which at least one must be given."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        terms = [key for key, entry in type(self).model_fields.items() if entry.default is None]
        if all(getattr(self, key) is None for key in terms):
            raise wrong(f"must hold at least one of {', '.join(terms)}")
        return self


class OrderTerms(SomeTerms):
    """What an order must be like. All that are given must hold; of a list, any.

    Example:
        >>> from policies import OrderTerms, Rule, RuleSet, When
        >>> dear = When(order=OrderTerms(segment=("express",), value_at_least=50))
        >>> print(RuleSet(rules=(Rule(when=dear),)), end="")
        rules:
        - when:
            order: {segment: [express], value_at_least: 50}

    """

    segment: Segments | None = Field(None, description="its customer's segment is one of these")
    tags: Words | None = Field(None, description="its customer's segment has one of these tags")
    lines_at_least: PositiveCount | None = Field(None, description="distinct items that were ordered")
    units_at_least: PositiveCount | None = Field(None, description="units that were ordered, of all items")
    value_at_least: Quantity | None = Field(None, description="value of the whole order, in the currency")
    value_below: Quantity | None = Field(None, description="value of the whole order, in the currency")
    weight_kg_at_least: Quantity | None = Field(None, description="weight of the whole order, kg")
    waiting_hours_at_least: Hours | None = Field(None, description="hours since it was placed")

    @model_validator(mode="after")
    def _can_hold(self) -> OrderTerms:
        low, high = self.value_at_least, self.value_below
        if low is not None and high is not None and low >= high:
            raise wrong(
                f"can never hold: value_at_least is {low:g}, so must be above that", key="value_below"
            )
        return self

    def bind(self, network: Network) -> list[Takes]:
        """Return what an order must pass, the cheapest first."""
        segments, checks = network.scenario.segments, list[Takes]()
        if self.segment is not None:
            wanted = _positions(self.segment, network.segments)
            checks.append(lambda request: request.segment in wanted)
        if self.tags is not None:
            tags = set(self.tags)
            tagged = {number for number, segment in enumerate(segments) if tags & set(segment.tags)}
            checks.append(lambda request: request.segment in tagged)
        if self.lines_at_least is not None:
            lines = self.lines_at_least
            checks.append(lambda request: len(request.items) >= lines)
        if self.units_at_least is not None:
            units = self.units_at_least
            checks.append(lambda request: sum(request.ordered) >= units)
        if self.value_at_least is not None:
            least = self.value_at_least * 100 - SLACK
            checks.append(lambda request: request.value >= least)
        if self.value_below is not None:
            most = self.value_below * 100 - SLACK
            checks.append(lambda request: request.value < most)
        if self.weight_kg_at_least is not None:
            grams, each = self.weight_kg_at_least * 1000 - SLACK, network.grams
            checks.append(
                lambda request: (
                    sum([each[item] * n for item, n in zip(request.items, request.ordered, strict=True)])
                    >= grams
                )
            )
        if self.waiting_hours_at_least is not None:
            seconds = round(self.waiting_hours_at_least * HOUR)
            checks.append(lambda request: network.now - request.placed_at >= seconds)
        return checks


class LineTerms(SomeTerms):
    """What a line must be like. All that are given must hold; of a list, any.

    Example:
        >>> from policies import LineTerms, Rule, RuleSet, When
        >>> print(RuleSet(rules=(Rule(when=When(line=LineTerms(handling=("cold", "frozen")))),)), end="")
        rules:
        - when:
            line: {handling: [cold, frozen]}

    """

    item: Items | None = Field(None, description="its item is one of these")
    category: Words | None = Field(None, description="its item is in one of these categories")
    handling: Words | None = Field(None, description="its item has one of these handling tags")
    price_at_least: Quantity | None = Field(None, description="price of one unit, in the currency")
    weight_kg_at_least: Quantity | None = Field(None, description="weight of one unit, kg")
    volume_l_at_least: Quantity | None = Field(None, description="volume of one unit, litres")

    def bind(self, network: Network) -> frozenset[int]:
        """Return the items that fit."""
        found = []
        for number, item in enumerate(network.scenario.items):
            fits = (
                (self.item is None or item.id in self.item)
                and (self.category is None or item.category in self.category)
                and (self.handling is None or not set(item.handling).isdisjoint(self.handling))
                and (
                    self.price_at_least is None or network.price[number] >= self.price_at_least * 1e6 - SLACK
                )
                and (
                    self.weight_kg_at_least is None
                    or network.grams[number] >= self.weight_kg_at_least * 1000 - SLACK
                )
                and (
                    self.volume_l_at_least is None
                    or network.millilitres[number] >= self.volume_l_at_least * 1000 - SLACK
                )
            )
            if fits:
                found.append(number)
        return frozenset(found)


class Active(SomeTerms):
    """When a rule is in force.

    Example:
        >>> from policies import Active, Rule, RuleSet, When
        >>> print(RuleSet(rules=(Rule(when=When(active=Active(begins="2026-11-27T00:00"))),)), end="")
        rules:
        - when: {active: {begins: '2026-11-27T00:00:00'}}

    """

    begins: LocalTime | None = Field(
        None, description="scenario-local time from when on; absent: from the start"
    )
    ends: LocalTime | None = Field(None, description="scenario-local time until when; absent: for ever")
    delay_minutes: Count = Field(
        0,
        description="minutes by which both changes take effect later, as a change of rules does in the field",
    )

    @model_validator(mode="after")
    def _can_hold(self) -> Active:
        if self.begins is not None and self.ends is not None and self.begins >= self.ends:
            raise wrong("must come after begins", key="ends")
        return self

    def bind(self, network: Network) -> tuple[int, int]:
        """Return the second from which on, and the one until which, the rule is in force."""
        zone = ZoneInfo(network.scenario.timezone)
        start = instant(network.scenario.start, zone)
        bounds = [None if at is None else instant(at, zone) - start for at in (self.begins, self.ends)]
        begin, end = [None if at is None else at + self.delay_minutes * 60 for at in bounds]
        return -NEVER if begin is None else begin, NEVER if end is None else end


class When(Section):
    """What a rule applies to. All terms that are given must hold.

    Example:
        >>> from policies import LineTerms, Rule, RuleSet, When
        >>> when = When(region=("new_york",), any_line=LineTerms(price_at_least=40))
        >>> print(RuleSet(rules=(Rule(when=when),)), end="")
        rules:
        - when: {any_line: {price_at_least: 40}, region: [new_york]}

    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    order: OrderTerms | None = Field(None, description="what the order must be like")
    line: LineTerms | None = Field(
        None, description="the rule takes the lines that are like this, and leaves the others"
    )
    any_line: LineTerms | None = Field(None, description="at least one line of the order must be like this")
    all_lines: LineTerms | None = Field(None, description="all lines of the order must be like this")
    region: Regions | None = Field(None, description="the customer is in one of these regions")
    active: Active | None = Field(None, description="when the rule is in force")

    @model_validator(mode="after")
    def _says_something(self) -> When:
        if all(value is None for _, value in self):
            raise wrong(
                f"must hold at least one of {', '.join(self.key_names())}; without `when` a rule takes all"
            )
        return self

    def bind(self, network: Network) -> BoundWhen:
        """Return the terms for one replication."""
        return BoundWhen(self, network)


class BoundWhen:
    """The terms of a rule in one replication."""

    def __init__(self, when: When, network: Network) -> None:
        self._network = network
        self._checks: list[Takes] = []
        if when.region is not None:
            regions = _positions(when.region, network.regions)
            self._checks.append(lambda request: request.region in regions)
        if when.order is not None:
            self._checks += when.order.bind(network)
        if when.any_line is not None:
            some = when.any_line.bind(network)
            self._checks.append(lambda request: not some.isdisjoint(request.items))
        if when.all_lines is not None:
            every = when.all_lines.bind(network)
            self._checks.append(lambda request: every.issuperset(request.items))
        self._items = None if when.line is None else when.line.bind(network)
        self._active = None if when.active is None else when.active.bind(network)
        hours = None if when.order is None else when.order.waiting_hours_at_least
        self._waits_s = None if hours is None else round(hours * HOUR)

    def takes(self, request: Request, lines: tuple[int, ...]) -> tuple[int, ...]:
        """Return which of some lines of a request the rule takes now."""
        if self._active is not None and not self._active[0] <= self._network.now < self._active[1]:
            return ()
        for check in self._checks:
            if not check(request):
                return ()
        if self._items is None:
            return lines
        return tuple([line for line in lines if request.items[line] in self._items])

    def changes_at(self, request: Request) -> int:
        """Return the next second at which the clock alone may change whether it takes a request; else NEVER."""
        now, moments = self._network.now, list(self._active or ())
        if self._waits_s is not None:
            moments.append(request.placed_at + self._waits_s)
        return min([at for at in moments if at > now], default=NEVER)


def _positions(ids: tuple[str, ...], known: tuple[str, ...]) -> frozenset[int]:
    return frozenset(number for number, id_ in enumerate(known) if id_ in ids)
