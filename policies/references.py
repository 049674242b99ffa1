"""What a rule names must be there: a rule set made in Python has met no scenario before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policies.rule import InGroup, Rule
from sim.document import nearest
from sim.errors import PolicyError
from sim.network import Network


def check_references(rule: Rule, network: Network) -> None:
    """Raise PolicyError for the first id of a rule that the network does not have."""
    groups = [group for site in network.scenario.warehouses for group in site.groups]
    when = rule.when
    lines = [] if when is None else [when.line, when.any_line, when.all_lines]
    named: tuple[tuple[str, Sequence[str], Any], ...] = (
        ("service", network.services, rule.service),
        ("warehouse", network.warehouses, rule.sites),
        ("group", groups, (rule.sites.group,) if isinstance(rule.sites, InGroup) else ()),
        ("region", network.regions, when and when.region),
        ("segment", network.segments, when and when.order and when.order.segment),
        *(("item", network.items, terms and terms.item) for terms in lines),
    )
    for noun, known, ids in named:
        unknown = next((id_ for id_ in ids if id_ not in known), None) if isinstance(ids, tuple) else None
        if unknown is not None:
            close = nearest(unknown, known)
            hint = f"; did you mean '{close}'?" if close else ""
            raise PolicyError(f"rule '{rule.name}': there is no such {noun} as '{unknown}'{hint}")
