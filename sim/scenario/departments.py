"""What a grocer's departments ask of a warehouse: handling tag, shelf life, weight and density of goods.

The Complete Journey names a department and a category for each product, and a package size for most. None of
them says how the product must be kept; this table does. Shelf lives are of unopened goods at the right
temperature, rounded, of the size that food-storage guides give: assumptions to change, in one place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

MOST_KG = 20.0
"""A package that reads heavier is a misprint, or a bin bag's gallons: the department's weight holds."""


@dataclass(frozen=True, slots=True)
class Handling:
    """How one kind of goods is kept, and what a unit weighs where its package does not say.

    Attributes:
        tag: ambient, cold (0 to 5 °C) or frozen (-18 °C).
        shelf_life_days: from receipt; None: it does not spoil within any horizon simulated here.
        at_delivery_days: what a customer wants left of it: about a third, at most a month.
        kg: of a unit without a package size that gives its weight.
        kg_per_l: density as packed, with the air in and around it.
        weighed: whether the package size is the weight of what is sold.

    """

    tag: str = "ambient"
    shelf_life_days: int | None = None
    at_delivery_days: int = 0
    kg: float = 0.4
    kg_per_l: float = 0.5
    weighed: bool = False


DRY = Handling(kg=0.45, kg_per_l=0.6, weighed=True)
FROZEN = Handling("frozen", 240, 30, kg=0.5, kg_per_l=0.55, weighed=True)
GOODS = Handling(kg=0.25, kg_per_l=0.3)

DEPARTMENTS: dict[str, Handling] = {
    # Packaged, canned and bottled: a year or more. What is chilled or frozen among it: see CATEGORIES.
    "GROCERY": DRY,
    "NUTRITION": DRY,
    # Loose or in bags. The package size is the crate the shop receives ("40 LB" bananas), not what is sold.
    "PRODUCE": Handling("cold", 7, 3, kg=0.6, kg_per_l=0.4),
    # Cut in the shop; raw beef and pork keep 3 to 5 days, poultry less.
    "MEAT": Handling("cold", 5, 2, kg=0.7, kg_per_l=0.8, weighed=True),
    # Cured or in vacuum: two weeks (lunch meat) to two months (sausage).
    "MEAT-PCKGD": Handling("cold", 30, 10, kg=0.45, kg_per_l=0.7, weighed=True),
    # Fresh fish on ice.
    "SEAFOOD": Handling("cold", 3, 1, kg=0.4, kg_per_l=0.7, weighed=True),
    # Nearly all of it frozen.
    "SEAFOOD-PCKGD": FROZEN,
    "FROZEN GROCERY": FROZEN,
    # Sliced or cooked in the shop.
    "DELI": Handling("cold", 6, 2, kg=0.4, kg_per_l=0.5, weighed=True),
    "CHEF SHOPPE": Handling("cold", 4, 2, kg=0.4, kg_per_l=0.5),
    "SALAD BAR": Handling("cold", 2, 1, kg=0.4, kg_per_l=0.4),
    "RESTAURANT": Handling("cold", 2, 1, kg=0.4, kg_per_l=0.5),
    # Baked in the shop, without preservatives.
    "PASTRY": Handling("ambient", 4, 2, kg=0.4, kg_per_l=0.25, weighed=True),
    # Cut flowers in a cold chain; plants are a small part.
    "FLORAL": Handling("cold", 7, 4, kg=0.4, kg_per_l=0.1),
    "GARDEN CENTER": Handling(kg=2.0, kg_per_l=0.4),
    # A bottle of 0.75 l, in glass.
    "SPIRITS": Handling(kg=1.3, kg_per_l=0.9, weighed=True),
    # Medicines, hygiene, sweets, household goods: best before years ahead, or never.
    "DRUG GM": GOODS,
    "COSMETICS": Handling(kg=0.1, kg_per_l=0.35),
    # Vouchers.
    "COUPON": Handling(kg=0.01, kg_per_l=0.5),
    # Sold at the counter of another service, a few dozen rows in all.
    "AUTOMOTIVE": GOODS, "CHARITABLE CONT": GOODS, "CNTRL/STORE SUP": GOODS, "ELECT &PLUMBING": GOODS,
    "GM MERCH EXP": GOODS, "HOUSEWARES": GOODS, "PHOTO & VIDEO": GOODS, "POSTAL CENTER": GOODS,
    "PROD-WHS SALES": GOODS, "TOYS": GOODS,
    # Filed wrongly at the source: its rows are loose apples, bananas and melons.
    "TRAVEL & LEISURE": Handling("cold", 7, 3, kg=0.6, kg_per_l=0.4),
}  # fmt: skip

BY_MEASURE = ("FUEL", "MISCELLANEOUS")
"""Departments sold by measure: petrol in thousandths of a gallon, in both of them, and gift cards."""

CATEGORIES: dict[tuple[str, str], Handling] = {
    # Chilled among the groceries.
    ("GROCERY", "FLUID MILK PRODUCTS"): Handling("cold", 14, 5, kg=1.9, kg_per_l=1.0, weighed=True),
    ("GROCERY", "YOGURT"): Handling("cold", 21, 7, kg=0.2, kg_per_l=0.9, weighed=True),
    ("GROCERY", "MILK BY-PRODUCTS"): Handling("cold", 21, 7, kg=0.45, kg_per_l=0.9, weighed=True),
    ("GROCERY", "MISC. DAIRY"): Handling("cold", 21, 7, kg=0.45, kg_per_l=0.9, weighed=True),
    ("GROCERY", "CHEESE"): Handling("cold", 45, 15, kg=0.25, kg_per_l=0.8, weighed=True),
    ("GROCERY", "EGGS"): Handling("cold", 28, 10, kg=0.7, kg_per_l=0.35),
    ("GROCERY", "MARGARINES"): Handling("cold", 90, 30, kg=0.45, kg_per_l=0.9, weighed=True),
    ("GROCERY", "REFRGRATD JUICES/DRNKS"): Handling("cold", 21, 7, kg=1.8, kg_per_l=1.0, weighed=True),
    ("GROCERY", "REFRGRATD DOUGH PRODUCTS"): Handling("cold", 45, 15, kg=0.35, kg_per_l=0.7, weighed=True),
    ("NUTRITION", "REFRIGERATED"): Handling("cold", 30, 10, kg=0.4, kg_per_l=0.8, weighed=True),
    # Bread and cake of the factory keep a week or two.
    ("GROCERY", "BAKED BREAD/BUNS/ROLLS"): Handling("ambient", 7, 3, kg=0.55, kg_per_l=0.2, weighed=True),
    ("GROCERY", "BAKED SWEET GOODS"): Handling("ambient", 14, 5, kg=0.35, kg_per_l=0.3, weighed=True),
    # Ice melts, though it is not named frozen.
    ("GROCERY", "ICE CREAM/MILK/SHERBTS"): FROZEN,
    # Household paper and bags: their package size counts sheets, or gallons.
    ("GROCERY", "FD WRAPS/BAGS/TRSH BG"): GOODS,
    # Fish that is not frozen among the packaged, and the frozen among the fresh.
    ("SEAFOOD-PCKGD", "SEAFOOD-FRESH"): Handling("cold", 3, 1, kg=0.4, kg_per_l=0.7, weighed=True),
    ("SEAFOOD", "SEAFOOD - FROZEN"): FROZEN,
    # Of no use tomorrow.
    ("DRUG GM", "NEWSPAPER"): Handling("ambient", 1, 0, kg=0.3, kg_per_l=0.5),
    # Hard goods sold beside the flowers.
    ("FLORAL", "FLORAL BALLOONS"): GOODS,
    ("FLORAL", "FLORAL- HARD GOODS"): GOODS,
    ("FLORAL", "FLORAL-ACCESSORIES"): GOODS,
}

_FROZEN = re.compile(r"\b(FRZN|FROZEN)\b")
_MAY_BE_FROZEN = ("GROCERY", "NUTRITION", "MEAT-PCKGD", "FROZEN GROCERY")

_KG = {
    "OZ": 0.028350, "LB": 0.453592, "ML": 0.001, "L": 1.0, "LTR": 1.0,
    "PT": 0.473176, "QT": 0.946353, "GAL": 3.785412, "GA": 3.785412,
}  # fmt: skip
# "16 OZ", "8 1/2 OZ", "1/2 GAL", "12 PK/12 OZ", "6/3.9 OZ", "12 OZ/12 PK", "10.4 OZ/8 CT", "L   8 OZ", "GAL"
_SIZE = re.compile(
    r"(?:^|\s)(?:(?P<packs>\d+)\s*(?:PK|CT)?\s*/\s*(?=[\d.]))?"
    r"(?P<number>(?:\d+\s+)?\d+/[1-9]\d*|\d*\.?\d+)?\s*(?P<unit>OZ|LB|ML|LTR|L|PT|QT|GAL|GA)\b\.?"
    r"(?:\s*/\s*(?P<packs_after>\d+)\s*PK|\s*/\s*\d+\s*CT)?\s*$"
)


def handling(department: str, category: str) -> Handling:
    """Return how a product is kept. Its category counts where a department mixes temperatures.

    A department that the table does not name is treated as general merchandise.
    """
    known = CATEGORIES.get((department, category))
    if known is not None:
        return known
    if department in _MAY_BE_FROZEN and _FROZEN.search(category):
        return FROZEN
    return DEPARTMENTS.get(department, GOODS)


def package_kg(size: str) -> float | None:
    """Return the weight that a package size says, None where it says none.

    A litre or a fluid ounce counts as if it were water. `6/3.9 OZ` are six packages; `1/2 GAL` is a half;
    `10.4 OZ/8 CT` is one box of eight.
    """
    found = _SIZE.search(size)
    if found is None:
        return None
    parts = [Fraction(part) for part in (found["number"] or "1").split()]
    if found["packs"] == "1" and parts[0]:  # reads as one package of 2 gallons, and is half a gallon
        value = 1 / parts[0]
    else:
        value = sum(parts, Fraction()) * int(found["packs"] or found["packs_after"] or "1")
    kg = float(value) * _KG[found["unit"]]
    return kg if 0 < kg <= MOST_KG else None


def unit_kg(kept: Handling, size: str) -> float:
    """Return the weight of one unit in kilograms, to the gram."""
    measured = package_kg(size) if kept.weighed else None
    return round(kept.kg if measured is None else measured, 3) or 0.001
