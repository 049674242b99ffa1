"""The key performance indicators as data: name, unit, direction and meaning of each.

Which orders count: an order KPI speaks of the counted orders (those placed in the window), a shipment KPI
of their shipments, each with the same weight, a time KPI of the window itself. A mean or a share of nothing
is undefined (NaN); a sum over nothing is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

from sim.document import nearest
from sim.errors import InputError, Problem

Better = Literal["lower", "higher"]

_Value = TypeVar("_Value")

HEADLINE = (
    "cost_per_order", "lead_time_mean_h", "late_share", "split_share", "spoiled_share", "fill_share",
)  # fmt: skip
"""The six on which policies are judged."""

COST_PARTS = (
    "freight_per_order", "handling_per_order", "storage_per_order", "supply_per_order", "spoilage_per_order",
    "late_per_order", "returns_per_order", "payment_per_order", "care_per_order",
)  # fmt: skip
"""What cost_per_order is the sum of."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """One indicator.

    Attributes:
        name: as in `kpis.csv`.
        unit: of its values; "money" stands for the scenario's currency, a share lies between 0 and 1.
        better: the direction that is better, or None where that depends.
        label: the same name in words, for pages.
        meaning: what exactly is counted, in one line.

    Example:
        >>> from reports import KPIS
        >>> KPIS["late_share"].better, KPIS["late_share"].unit
        ('lower', 'share')

    """

    name: str
    unit: str
    better: Better | None
    label: str
    meaning: str

    def unit_in(self, currency: str) -> str:
        """Return the unit with the currency's code in the place of "money"."""
        return self.unit.replace("money", currency)


# Unit, direction, and the KPIs that have them: name, label, meaning.
_GROUPS: tuple[tuple[str, Better | None, tuple[tuple[str, str, str], ...]], ...] = (
    ("money/order", "lower", (
        ("cost_per_order", "cost", "all cost parts together"),
        ("freight_per_order", "freight", "paid to carriers"),
        ("handling_per_order", "handling", "picking and packing, packaging included"),
        ("storage_per_order", "storage", "of all stock in the window, also at the door"),
        ("supply_per_order", "supply", "orders, inbound freight and transfers in the window, without the goods"),
        ("spoilage_per_order", "spoilage", "cost of the units that spoiled in the window, or were missing (shrinkage)"),
        ("late_per_order", "lateness penalties", "penalties of orders after their promise"),
        ("returns_per_order", "returns", "labels, inspection and write-off of returns"),
        ("payment_per_order", "payment fees", "fees of captured payments"),
        ("care_per_order", "customer care", "what customer care cost"),
    )),
    ("money/order", "higher", (
        ("margin_per_order", "margin", "revenue − cost of the goods − cost_per_order"),
    )),
    ("h", "lower", (
        ("lead_time_mean_h", "mean lead time", "delivered orders: placed → delivered"),
        ("lead_time_p50_h", "median lead time", "half of the delivered orders came faster"),
        ("lead_time_p95_h", "95 % lead time", "95 % of the delivered orders came faster"),
        ("click_to_ship_mean_h", "click to ship", "delivered orders: placed → last pickup"),
    )),
    ("min", "lower", (
        ("queue_mean_min", "mean queue", "shipments: released to the site → work started"),
        ("queue_p95_min", "95 % queue", "95 % of the shipments waited less"),
    )),
    ("share", "lower", (
        ("wait_share", "shipments that wait", "work started later than released"),
        ("late_share", "late orders", "delivered after the promise, or open or lost when it passed"),
    )),
    ("h", "lower", (
        ("lateness_mean_h", "mean lateness", "orders delivered late: promised → delivered"),
    )),
    ("share", "higher", (
        ("on_time_in_full_share", "on time in full", "orders of which every unit came by the promise"),
        ("told_in_time_share", "told in time", "late orders told that they will be, before the promise passed"),
    )),
    ("share", "lower", (
        ("split_share", "split orders", "orders of two or more shipments, without reships"),
    )),
    ("1", "lower", (
        ("shipments_per_order", "shipments an order", "without reships"),
    )),
    ("share", "lower", (
        ("spoiled_share", "spoiled units", "of all units that left stock in the window"),
    )),
    ("units", "lower", (
        ("spoiled_units", "number of spoiled units", "in the window"),
    )),
    ("d", "lower", (
        ("stock_age_at_ship_mean_d", "stock age at the pick", "shipments: mean age of what was picked"),
    )),
    ("share", "higher", (
        ("fill_share", "units filled at once", "units the first decision allocated ÷ units ordered"),
    )),
    ("share", "lower", (
        ("cancelled_share", "cancelled orders", "declined payments included"),
        ("open_share", "open orders", "neither delivered, cancelled nor lost at the end of the run"),
        ("stockout_share", "out of stock", "hours of an item at a site without a unit on hand"),
        ("lost_sales_share", "lost sales at the counter", "units that walk-in customers did not get ÷ asked for"),
    )),
    ("1/year", "higher", (
        ("inventory_turns", "inventory turns", "units sold in a year at this pace ÷ mean stock"),
    )),
    ("share", "lower", (
        ("reallocated_share", "re-allocated orders", "orders of which a line was allocated again"),
        ("declined_share", "declined orders", "orders whose payment was declined"),
        ("lost_share", "lost orders", "orders that ended because a parcel was lost"),
        ("reship_share", "reshipped orders", "orders with a shipment that replaces another"),
    )),
    ("share", None, (
        ("utilisation_mean", "utilisation", "busy ÷ open station-seconds, all sites"),
    )),
    ("share", "lower", (
        ("utilisation_max", "utilisation of the busiest site", "busy ÷ open station-seconds there"),
    )),
    ("1", "lower", (
        ("balance_gini", "imbalance of work", "Gini coefficient of busy time over sites; 0: all equal"),
    )),
    ("h", None, (
        ("downtime_h", "downtime", "hours down in the window, summed over sites"),
    )),
    ("share", None, (
        ("returned_share", "returned units", "units that customers sent back ÷ units shipped"),
        ("restocked_share", "restocked returns", "of their inspected units, those with the outcome restock"),
    )),
    ("km", "lower", (
        ("distance_mean_km", "distance", "shipments picked up: great circle to the customer"),
    )),
    ("kg", "lower", (
        ("co2e_per_order_kg", "emissions an order", "CO₂ equivalent of the transport"),
    )),
    ("1", None, (
        ("orders", "orders", "counted orders"),
    )),
)  # fmt: skip

KPIS: dict[str, Kpi] = {
    name: Kpi(name, unit, better, label, meaning)
    for unit, better, kpis in _GROUPS
    for name, label, meaning in kpis
}
"""Every KPI by its name, in the order in which tables show them."""


def kpi_named(name: str, option: str) -> Kpi:
    """Return the KPI that an option of the command line names.

    Raises:
        InputError: if there is none; it names the most similar.

    Example:
        >>> from reports.kpis import kpi_named
        >>> kpi_named("late_share", "--by").better
        'lower'
        >>> kpi_named("late_shar", "--by")
        Traceback (most recent call last):
        sim.errors.InputError: --by: value 'late_shar': is no KPI (orderlab list kpis); did you mean 'late_share'?

    """
    if name not in KPIS:
        rule = "is no KPI (orderlab list kpis)"
        raise InputError([Problem(option, rule, value=name, nearest=nearest(name, KPIS))])
    return KPIS[name]
