"""Recorded orders from a CSV table, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats, Ints
from sim.clock import DAY
from sim.document import Id, Whole
from sim.document.columns import Columns
from sim.errors import Problem, ScenarioError
from sim.localtime import instant, local_midnight
from sim.scenario.customers import LATITUDE, LONGITUDE
from sim.scenario.demand import MOST_PER_LINE
from sim.scenario.instants import read_instants

_UNITS = Whole(at_least=1, at_most=MOST_PER_LINE)


@dataclass(frozen=True, eq=False)
class Recorded:
    """Orders by the time they were placed; of one second in the order of the file.

    Attributes:
        order_ids: texts of the source, an object array.
        placed_at: seconds since 1970 UTC, int64.
        region, segment: positions in the scenario's lists, int32.
        line_offsets: order i has the lines line_offsets[i] to line_offsets[i + 1], int64.
        line_item: positions in the scenario's list, int32; an item is in an order once.
        line_units: int32.
        unused: columns of the file that say nothing here.

    """

    order_ids: NDArray[Any]
    placed_at: Ints
    region: NDArray[np.int32]
    segment: NDArray[np.int32]
    line_offsets: Ints
    line_item: NDArray[np.int32]
    line_units: NDArray[np.int32]
    unused: tuple[str, ...] = ()


def read_orders(
    path: Path,
    *,
    items: Sequence[str],
    regions: Sequence[str],
    segments: Sequence[str],
    timezone: str,
    places: Sequence[tuple[float, float] | None],
) -> Recorded:
    """Read a table with the columns order, placed_at, item, units, region (or lat, lon) and maybe segment.

    Args:
        path: the CSV file; one row is a line of an order.
        items, regions, segments: the ids of the scenario. Without a column `segment` all orders are of the
            only one.
        timezone: where times without an offset are local.
        places: latitude and longitude of each region; a row with lat and lon belongs to the nearest.

    Raises ScenarioError with every wrong value and its row.
    """
    by_place = ("lat", "lon")
    table = Columns(
        path, str(path), ("order", "placed_at", "item", "units"), ("region", "segment", *by_place)
    )
    if not table.problems:
        _check_columns(table, segments, places)
    if table.problems:
        raise ScenarioError(table.problems)
    ids = Id()
    table.values("order", lambda cell: bool(ids.read(cell)), bool)
    rows = _Rows(
        order=_by_first_appearance(table.codes("order")),
        placed_at=read_instants(table, "placed_at", ZoneInfo(timezone)),
        region=_regions(table, regions, places),
        segment=(
            table.positions("segment", segments, "segment")
            if "segment" in table
            else np.zeros(table.rows, np.int32)
        ),
        item=table.positions("item", items, "item"),
        units=table.values("units", lambda cell: _UNITS.read(cell), np.int64),
    )
    if not table.problems:
        rows.check(table)
    if table.problems:
        raise ScenarioError(table.problems)
    texts = np.array(table.texts("order"), object)
    return rows.recorded(texts[table.codes("order")], len(items), tuple(table.unused))


def window(recorded: Recorded, timezone: str) -> tuple[datetime, float]:
    """Return the local midnight before the first order, and the days from there that cover the last."""
    zone = ZoneInfo(timezone)
    first, last = int(recorded.placed_at[0]), int(recorded.placed_at[-1])
    start = local_midnight(first, zone)
    return start, float((last - instant(start, zone)) // DAY + 1)


def _check_columns(
    table: Columns, segments: Sequence[str], places: Sequence[tuple[float, float] | None]
) -> None:
    if "region" not in table:
        for column in ("lat", "lon"):
            if column not in table:
                rule = "is missing among the columns (region, or lat and lon)"
                table.problems.append(Problem(table.name, rule, column, line=1))
        if any(place is None for place in places):
            rule = "needs a column `region`, or `at` of every region of the scenario"
            table.problems.append(Problem(table.name, rule, "region", line=1))
    if "segment" not in table and len(segments) > 1:
        rule = f"is missing among the columns: the scenario has {len(segments)} segments"
        table.problems.append(Problem(table.name, rule, "segment", line=1))
    if not table.rows and not table.problems:
        table.problems.append(Problem(table.name, "holds no order", line=1))


def _by_first_appearance(codes: NDArray[np.int32]) -> Ints:
    """Number values by their first appearance in the file, whatever numbers the reader gave them."""
    _, firsts, inverse = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.empty(len(firsts), np.int64)
    rank[np.argsort(firsts, kind="stable")] = np.arange(len(firsts))
    return rank[inverse]


def _regions(
    table: Columns, regions: Sequence[str], places: Sequence[tuple[float, float] | None]
) -> NDArray[np.int32]:
    if "region" in table:
        return table.positions("region", regions, "region")
    from scipy.spatial import cKDTree  # costs a quarter of a second, and few files need it

    points = np.column_stack(
        [
            table.values(column, lambda cell, field=field: field.read(cell), np.float64)  # type: ignore[misc]
            for column, field in (("lat", LATITUDE), ("lon", LONGITUDE))
        ]
    )
    distinct, inverse = np.unique(points, axis=0, return_inverse=True)
    tree = cKDTree(_on_sphere(np.array(places, float)))
    _, closest = tree.query(_on_sphere(distinct))
    return np.asarray(closest, np.int32)[inverse.reshape(-1)]


def _on_sphere(points: Floats) -> Floats:
    """Return points on the unit sphere: the shortest chord belongs to the shortest way."""
    lat, lon = np.radians(points[:, 0]), np.radians(points[:, 1])
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


@dataclass(frozen=True, eq=False)
class _Rows:
    """The table with its texts replaced by numbers."""

    order: Ints
    placed_at: Ints
    region: NDArray[np.int32]
    segment: NDArray[np.int32]
    item: NDArray[np.int32]
    units: Ints

    def firsts(self) -> Ints:
        """Return the first row of each order."""
        _, firsts = np.unique(self.order, return_index=True)
        return firsts

    def check(self, table: Columns) -> None:
        """Note the rows that contradict the first row of their order."""
        first = self.firsts()[self.order]
        columns: dict[str, NDArray[Any]] = {
            "placed_at": self.placed_at,
            "region": self.region,
            "segment": self.segment,
        }
        for column, values in columns.items():
            contrary = np.flatnonzero(values != values[first])
            if len(contrary):
                shown = column if column in table else "lat"
                table.refuse(
                    contrary, shown, f"must be the same in all rows of one order; its {column} is not"
                )

    def recorded(self, ids: NDArray[Any], items: int, unused: tuple[str, ...]) -> Recorded:
        """Return the orders sorted by time, their lines in the order of the file, an item once an order."""
        firsts = self.firsts()
        by_time = np.argsort(self.placed_at[firsts], kind="stable")
        rank = np.empty(len(firsts), np.int64)
        rank[by_time] = np.arange(len(firsts))
        order = rank[self.order]
        rows = np.argsort(order, kind="stable")
        cell = order[rows] * items + self.item[rows]
        _, appears, inverse = np.unique(cell, return_index=True, return_inverse=True)
        units = np.bincount(inverse, self.units[rows]).astype(np.int64)
        in_file_order = np.argsort(appears, kind="stable")
        line_rows = rows[appears[in_file_order]]
        firsts = firsts[by_time]
        return Recorded(
            order_ids=ids[firsts],
            placed_at=self.placed_at[firsts],
            region=self.region[firsts],
            segment=self.segment[firsts],
            line_offsets=np.searchsorted(order[line_rows], np.arange(len(firsts) + 1)).astype(np.int64),
            line_item=self.item[line_rows].astype(np.int32),
            line_units=np.minimum(units[in_file_order], 1_000_000_000).astype(np.int32),
            unused=unused,
        )
