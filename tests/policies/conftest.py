"""A counter at which a few hand-written orders meet a rule set, and the answers are read off the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from sim.journal import Journal

# Three warehouses on the equator, one, two and three degrees east of the one region: 111,195 m, 222,390 m, 333,585 m.
# Nothing costs anything and nothing takes time, unless a test says so.
SITES = {"near": "at: [0, 1]", "mid": "at: [0, 2]", "far": "at: [0, 3]"}

WORLD = """\
items: [{items}]
regions: [{regions}]
segments: [{segments}]
demand: {{replay: orders.csv}}
drain_days: {drain_days}
warehouses: [{warehouses}]
{stock}
carriers: [{{id: post, services: [{services}]}}]
"""


@dataclass(frozen=True)
class Answers:
    """What became of the orders."""

    journal: Journal
    orders: dict[str, dict[str, Any]]
    shipments: pd.DataFrame
    decisions: pd.DataFrame

    def sites(self, order: str) -> list[str]:
        """Return where the shipments of an order left from, or wait, by their number."""
        rows = self.shipments[self.shipments["order"] == order].sort_values("shipment")
        return list(rows["warehouse"])

    def first(self, column: str, order: str | None = None) -> Any:
        """Return what the first decision (of an order) says in a column."""
        rows = self.decisions if order is None else self.decisions[self.decisions["order"] == order]
        return rows.iloc[0][column]

    def times(self, order: str) -> list[str]:
        """Return when an order was decided, as day and time."""
        return [at.strftime("%dT%H:%M:%S") for at in self.decisions[self.decisions["order"] == order]["at"]]


class Counter:
    """Writes worlds, and plays rule sets in them."""

    def __init__(self, stage: Any, frame: Any) -> None:
        self.stage = stage
        self._frame = frame

    def scenario(
        self,
        orders: str,
        *,
        stock: str | None = None,
        stock_rules: str = "",
        more: str = "",
        sites: Mapping[str, str] = SITES,
        items: str = "{id: mug}, {id: tea}, {id: pot}",
        regions: str = "{id: here, at: [0, 0]}",
        segments: str = "{id: standard}",
        services: str = "{id: parcel}",
        drain_days: float = 3,
    ) -> Any:
        """Return a scenario.

        Args:
            orders: a line each: name, moment in January 2026 (or a whole one), lines, perhaps segment and region:
                `A 05T10:00 mug:2,tea standard here`.
            stock: `near mug:3 tea:1; far mug:9`, or lots `near milk:3/2026-01-01/2026-01-09T10:00 milk:2/2026-01-04/`
                with the moments of receipt and expiry; None is stock without end.
            stock_rules: more keys of `stock`, such as `replenish: [...]`.
            more: more sections, as lines.
        """
        rows = ["order,placed_at,region,segment,item,units"]
        for line in orders.strip().splitlines():
            name, moment, lines, *rest = line.split()
            segment, region = (*rest, "standard", "here")[:2] if len(rest) != 1 else (rest[0], "here")
            at = moment if moment.count("-") else f"2026-01-{moment}"
            for entry in lines.split(","):
                item, _, units = entry.partition(":")
                rows.append(f"{name},{at},{region},{segment},{item},{units or 1}")
        tables = {"orders": "\n".join(rows) + "\n"}
        if stock is not None:
            cells = ["warehouse,item,units,received_at,expires_at"]
            for site in filter(None, map(str.strip, stock.split(";"))):
                name, *entries = site.split()
                for entry in entries:
                    goods, _, dates = entry.partition("/")
                    cells.append(f"{name},{goods.replace(':', ',')},{(dates or '/').replace('/', ',')}")
            tables["stock"] = "\n".join(cells) + "\n"
        text = WORLD.format(
            items=items,
            regions=regions,
            segments=segments,
            services=services,
            drain_days=drain_days,
            warehouses=", ".join(f"{{id: {name}, {keys}}}" for name, keys in sites.items()),
            stock="" if stock is None else f"stock: {{opening: {{file: stock.csv}}, {stock_rules}}}",
        )
        return self.stage.scenario(text + more, **tables)

    def play(self, rules: Any, orders: str = "A 05T10:00 mug", **world: Any) -> Answers:
        """Play a rule set (text, or a policy) and return what became of the orders."""
        return self.answers(self.stage.play(self.scenario(orders, **world), rules))

    def answers(self, journal: Journal) -> Answers:
        """Return the tables of a journal."""
        orders = self._frame(journal, "orders").to_dict("records")
        return Answers(
            journal,
            {
                row["order"]: {k: None if v is pd.NaT or v != v else v for k, v in row.items()}
                for row in orders
            },
            self._frame(journal, "shipments"),
            self._frame(journal, "decisions"),
        )


@pytest.fixture
def counter(stage: Any, frame: Any) -> Counter:
    """Return a counter in a folder of its own."""
    return Counter(stage, frame)


def moment(text: str) -> datetime:
    """Return a moment of January 2026, written as `05T10:00`."""
    return datetime.fromisoformat(f"2026-01-{text}")


@pytest.fixture(name="moment")
def moment_() -> Any:
    """Return the function from a day and time to a moment of January 2026."""
    return moment
