"""A rule: which warehouses it considers, how it ranks them, how far it splits, and what it does with the rest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from policies.actions import AnyAction, AnyFull, AnyPartial, AssignAll, Next
from policies.filters import Filter
from policies.filters.filter import Limit, Penalty
from policies.filters.goods import HandlesItems, HasStock
from policies.filters.status import IsUp
from policies.names import check_names
from policies.part import OneOf
from policies.ranks import NEAREST, AnyRank, Cost
from policies.soft import ALL_FILTERS
from policies.splits.split import Split
from policies.when import When
from sim.document import Forms, Listing, Name, Reference, Section, wrong
from sim.scenario.sites import Kind
from sim.view.network import Network


class OfKind(Section):
    """Warehouses of a kind.

    Example:
        >>> from policies import OfKind, Rule, RuleSet
        >>> print(RuleSet(rules=(Rule(sites=OfKind(kind="store")),)), end="")
        rules:
        - {sites: {kind: store}}

    """

    kind: Kind = Field(description="the kind")


class InGroup(Section):
    """Warehouses of a group.

    Example:
        >>> from policies import InGroup, Rule, RuleSet
        >>> print(RuleSet(rules=(Rule(sites=InGroup(group="east_coast")),)), end="")
        rules:
        - {sites: {group: east_coast}}

    """

    group: Annotated[str, Reference(kinds=("group",))] = Field(description="one of the warehouse's groups")


Ids: TypeAlias = Annotated[Literal["all"] | tuple[str, ...], Listing("warehouse", words=("all",), at_least=1)]
Sites: TypeAlias = Annotated[
    Ids | OfKind | InGroup,
    Forms("choice of warehouses", {"kind": OfKind, "group": InGroup}, bare=Ids, listed=Ids),
]
Services: TypeAlias = Annotated[
    Literal["cheapest_in_time", "cheapest", "fastest"] | tuple[str, ...],
    Listing("service", words=("cheapest_in_time", "cheapest", "fastest"), at_least=1),
]


class Rule(Section):
    """One tier of a rule set.

    Example:
        >>> from policies import HasStock, IsUp, Rule
        >>> rule = Rule(name="whole orders", filters=(IsUp(), HasStock(lines="all")))
        >>> rule.split.max_shipments, rule.service
        (1, 'cheapest_in_time')

    """

    # Rules that decide together take these from those that name them, also where the default is named.
    kept_when_named: ClassVar[tuple[str, ...]] = (
        "rank",
        "service",
        "issue",
        "split",
        "on_full",
        "on_partial",
        "otherwise",
    )

    name: Name = Field("", description="what it does, for people")
    when: When | None = Field(None, description="what it applies to; absent: everything")
    sites: Sites = Field("all", description="the warehouses it considers")
    filters: tuple[Annotated[Filter, OneOf("filter", ALL_FILTERS)], ...] = Field(
        (IsUp(), HandlesItems(), HasStock()), description="what a warehouse must pass, in this order"
    )
    rank: AnyRank = Field(NEAREST, description="which of those that passed is preferred")
    service: Services = Field(
        "cheapest_in_time",
        description="cheapest_in_time: the cheapest that keeps the promise, else the fastest; cheapest: of equal "
        "prices the service that the scenario names first; fastest: of equals the cheapest; or ids, the first that is "
        "possible",
    )
    split: Split = Field(Split(), description="how far an order may be divided")
    issue: Literal["fifo", "fefo", "lifo"] | None = Field(
        None, description="which lots leave first; absent: as the warehouse does"
    )
    on_full: AnyFull = Field(
        AssignAll(), description="when all lines can be shipped; after a wait or care they are"
    )
    on_partial: AnyPartial = Field(Next(), description="when the order can be shipped only in part")
    otherwise: AnyAction = Field(Next(), description="when no line can be shipped")

    @model_validator(mode="after")
    def _agrees(self) -> Rule:
        seen: dict[tuple[str, ...], int] = {}
        for number, part in enumerate(self.filters):
            if not isinstance(part, Limit):
                continue
            place = ("filters", number, part.name)
            if isinstance(part.effect, Penalty) and not isinstance(self.rank, Cost):
                raise wrong(
                    "needs a rank by cost, which it adds to; without one: last", key=(*place, "effect")
                )
            first = seen.setdefault((part.name, *part.counts, repr(part.effect)), number)
            if first != number:
                raise wrong(f"limits what filter {first + 1} of the rule limits already", key=place)
        if self.split.penalty_per_shipment is not None and not isinstance(self.rank, Cost):
            raise wrong("needs a rank by cost, which it adds to", key=("split", "penalty_per_shipment"))
        return self


def check_references(rule: Rule, network: Network) -> None:
    """Raise PolicyError for the first id of a rule that the network does not have."""
    when = rule.when
    lines = [] if when is None else [when.line, when.any_line, when.all_lines]
    named: tuple[tuple[str, Sequence[str], object], ...] = (
        ("service", network.services, rule.service),
        ("warehouse", network.warehouses, rule.sites),
        ("region", network.regions, when and when.region),
        ("segment", network.segments, when and when.order and when.order.segment),
        *(("item", network.items, terms and terms.item) for terms in lines),
        ("item", network.items, (*rule.split.never_with_items, *chain(*rule.split.keep_together))),
    )
    where = f"rule '{rule.name}'"
    for noun, known, ids in named:
        if isinstance(ids, tuple):
            check_names(where, noun, ids, known)
    if isinstance(rule.sites, InGroup):
        groups = {group for site in network.scenario.warehouses for group in site.groups}
        check_names(where, "group", (rule.sites.group,), groups)
