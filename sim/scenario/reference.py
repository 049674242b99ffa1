"""Every key of a scenario with its unit, default and effect: the tables of scenarios/README.md.

make docs        writes them there again, below the line that says so
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from sim.document import Forms, Section
from sim.document.manual import Held, Manual, Value, chosen, money, rewritten, step, text, unit
from sim.scenario.distributions import NAMED
from sim.scenario.generate import GenerateItems
from sim.scenario.levels import DaysOfDemand, Units
from sim.scenario.model import Scenario
from sim.scenario.tables import Table
from sim.writing import write_file

_WEIGHTS = {
    "share",
    "popularity",
    "restock",
    "refurbish",
    "scrap",
    "lines_per_order",
    "units_per_line",
    "weights",
}
_UNIT_OF = {
    "Scenario.timezone": "IANA zone",
    "GenerateItems.price": "currency, [distribution](#distributions)",
    "GenerateCategory.price": "currency, [distribution](#distributions)",
    "Generated.hourly": "24 weights",
    "Generated.weekly": "7 weights",
    "Generated.trend_per_year": "fraction/year",
    "WorkMinutes.per_shipment": "minutes/shipment, [distribution](#distributions)",
    "WorkMinutes.per_line": "minutes/line, [distribution](#distributions)",
    "WorkMinutes.per_unit": "minutes/unit, [distribution](#distributions)",
    "Warehouse.timezone": "IANA zone",
    "Warehouse.at": "degrees",
    "Warehouse.hours": "times of the week",
    "Warehouse.order_limit_per_day": "orders/day",
    "Warehouse.queue_limit": "shipments",
    "Warehouse.stations": "stations",
    "Region.at": "degrees",
    "Returns.to": "`origin`, `nearest` or warehouse id",
    "Stock.opening": "mapping, list or `unlimited`",
    "ReturnCosts.refurbish": "currency/unit",
    "Service.co2e_g_per_tonne_km": "g/(tonne km)",
    "Service.pickups": "times of day",
    "Segment.cut_off": "time of day",
    "Shift.days": "weekdays",
    "Shift.window": "times of day",
    "Shift.stations": "stations",
    "Opening.unlimited": "true",
}
"""What neither the name of a key nor the kind of its value shows."""


def key_tables() -> str:
    """Return the tables as Markdown, each section once."""
    manual = Manual(own=_UNIT_OF, weights=_WEIGHTS, special=_special, default=_default)
    blocks = list(manual.sections("", "The file", Scenario, {}))
    blocks.append(
        "### Stock levels\n\nA mapping with one of these keys.\n\n"
        + manual.table(
            manual.row(form, key, {}) for form in (Units, DaysOfDemand) for key in form.key_names()
        )
    )
    blocks.append(
        "### Distributions\n\nA number, which is then always the value, or a mapping with one of these keys. Means and "
        "values are in the unit of the key that the distribution stands under, and nothing is ever negative.\n\n"
        "| distribution | what it is | its keys |\n|---|---|---|\n"
        + "".join(f"| `{name}` | {form.__doc__} | {_parameters(form)} |\n" for name, form in NAMED.items())
    )
    return "\n".join(blocks)


def _parameters(form: type[Section]) -> str:
    return "; ".join(f"`{key}`: {form.field_of(key).description}" for key in form.key_names())


def _special(mark: Any, key: str) -> Value | None:
    """Return what only scenarios hold: tables, stock levels, distributions and rates."""
    if isinstance(mark, Table):
        made = (Held(".generate", "", GenerateItems),) if mark.generated else ()
        return Value("list or table", (Held(step(mark.row), "", mark.row), *made))
    if not isinstance(mark, Forms):
        return None
    if mark.noun == "stock level":
        return Value("[stock level](#stock-levels)")
    if mark.noun == "rate":
        return chosen(mark, money(key))
    drawn = "distribution" in mark.noun or mark.noun == "transit time"
    kinds = (unit(key), "[distribution](#distributions)" if drawn else "")
    return chosen(mark, ", ".join(filter(None, kinds)))


def _default(default: Any) -> str | None:
    if type(default) in NAMED.values():
        return f"`{{{default.kind}: {text(default.model_dump())}}}`"
    return None


if __name__ == "__main__":
    path = Path(str(resources.files("scenarios"))) / "README.md"
    write_file(path, rewritten(path.read_text(encoding="utf-8"), key_tables()))
