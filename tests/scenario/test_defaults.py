"""Every default that scenario files rely on, as documented."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sim.scenario.aftersales import CaptureErrors, Payments, Returns, Visibility
from sim.scenario.carriers import Lost, Rates
from sim.scenario.customers import Segment
from sim.scenario.demand import Generated
from sim.scenario.distributions import Constant
from sim.scenario.goods import Item, Protocol
from sim.scenario.sites import Warehouse
from sim.scenario.stock import Supplier

ZERO = Constant(value=0)


def of(model, *but):
    """Return the values of a model, but for some."""
    return {key: value for key, value in dict(model).items() if key not in but}


def test_of_a_scenario(desk):
    scenario = desk.load()
    assert (scenario.timezone, scenario.warm_up_days, scenario.drain_days) == ("UTC", 0, 60)
    assert (scenario.seed, scenario.currency) == (1, "USD")
    assert scenario.segments == (Segment(id="standard"),)
    assert scenario.stock.opening is not None
    assert [entry.unlimited for entry in scenario.stock.opening] == [True]
    assert scenario.stock.replenish == scenario.stock.transfers == scenario.suppliers == ()
    assert scenario.protocols == {}
    assert (scenario.lost, scenario.returns, scenario.payments, scenario.capture_errors) == (None,) * 4
    assert scenario.visibility == Visibility(sync_minutes=0)


def test_of_stock_without_an_opening(desk):
    assert desk.load(desk.with_section("stock: {replenish: []}\n")).stock.opening is None


def test_of_an_item():
    assert of(Item(id="x"), "id") == {
        "category": "", "weight_kg": 0, "volume_l": 0, "price": Decimal(0), "cost": Decimal(0), "popularity": 1,
        "handling": ("ambient",), "shelf_life_days": None, "min_life_at_delivery_days": 0, "return_share": 0,
    }  # fmt: skip
    assert of(Protocol()) == {"extra_work_minutes": 0, "packaging_cost": Decimal(0)}


def test_of_a_segment():
    assert of(Segment(id="x"), "id") == {
        "share": 1, "promise_days": None, "cut_off": None, "priority": 1, "late_penalty": Decimal(0),
        "late_penalty_per_day": Decimal(0), "split": "allowed", "impatience_days": None, "tags": (),
    }  # fmt: skip


def test_of_demand():
    assert of(Generated(orders_per_day=5), "orders_per_day") == {
        "hourly": (1,) * 24, "weekly": (1,) * 7, "trend_per_year": 0, "surges": (), "lines_per_order": {1: 1},
        "units_per_line": {1: 1},
    }  # fmt: skip


def test_of_a_warehouse():
    site = Warehouse(id="x")
    assert of(site, "id", "work_minutes", "accuracy", "costs") == {
        "kind": "fulfilment_centre", "timezone": None, "at": None, "serves": "all", "site_rank": 1, "groups": (),
        "zone": None, "handling": None, "stations": 1, "hours": None, "shifts": (), "queue": "fifo",
        "queue_limit": None, "order_limit_per_day": None, "storage_l": None, "safety_stock": None, "downtime": (),
        "issue": "fifo", "walk_ins": None,
    }  # fmt: skip
    assert of(site.work_minutes) == {"per_shipment": ZERO, "per_line": ZERO, "per_unit": ZERO}
    assert of(site.accuracy) == {"stock": 1, "pick": 1}
    costs = of(site.costs)
    assert costs.pop("door_per_l_day") is None  # as storage
    assert set(costs.values()) == {Decimal(0)}


@pytest.mark.parametrize(
    ("kind", "rank"), [("fulfilment_centre", 1), ("store", 2), ("third_party", 3), ("drop_ship", 4)]
)
def test_of_the_kinds_of_warehouse(kind, rank):
    assert Warehouse(id="x", kind=kind).site_rank == rank
    assert Warehouse(id="x", kind=kind, site_rank=9).site_rank == 9


def test_of_a_planned_and_a_random_downtime(desk):
    text = desk.changed(
        "stations: 3", "downtime: [{begins: 2026-01-05, hours: 1}, {every_hours: 9, hours: 1}]"
    )
    planned, random = desk.load(text).warehouses[0].downtime
    assert of(planned, "begins", "hours") == {"factor": 0, "announced_hours": None, "reason": ""}
    assert of(random, "every_hours", "hours") == {"while_": "up", "factor": 0, "reason": ""}


def test_of_a_service(desk):
    text = desk.towns[: desk.towns.index("        zones_km")]
    service = desk.load(text).carriers[0].services[0]
    assert of(service, "id") == {
        "sites": "all", "kinds": None, "reach_km": None, "carries": None, "pickups": None, "zones_km": (),
        "transit_days": (ZERO,), "rates": Rates(),
        "tiers": (), "parcels_per_day": None, "lost_share": 0, "co2e_g_per_tonne_km": 0, "disruptions": (),
    }  # fmt: skip
    assert of(Rates()) == {
        "base": (Decimal(0),), "per_kg": (Decimal(0),), "volumetric_l_per_kg": 0, "round_up_kg": 0,
    }  # fmt: skip


def test_of_a_disruption(desk):
    text = desk.changed(
        "zones_km:", "disruptions: [{begins: 2026-01-05, days: 1, transit_factor: 2}]\n        zones_km:"
    )
    (disruption,) = desk.load(text).carriers[0].services[0].disruptions
    assert (disruption.regions, disruption.announced_hours) == ("all", None)


def test_of_a_supplier():
    supplier = Supplier(id="x")
    assert of(supplier, "id", "costs") == {
        "lead_days": ZERO, "minimum_units": 0, "multiple_units": 1, "downtime": (),
    }  # fmt: skip
    assert supplier.costs.per_order == 0


def test_of_what_comes_after_delivery():
    returns = Returns()
    assert (returns.delay_days, returns.to, returns.inspect_minutes, returns.replace_share) == (
        ZERO,
        "origin",
        ZERO,
        0,
    )
    assert (returns.outcomes.restock, returns.outcomes.refurbish, returns.outcomes.scrap) == (1, 0, 0)
    assert set(of(returns.costs).values()) == {Decimal(0)}
    assert of(Payments()) == {"declined_share": 0, "fee_share": 0, "fee_fixed": Decimal(0)}
    assert of(CaptureErrors()) == {"error_share": 0, "corrected_after_hours": ZERO}
    assert of(Lost()) == {"noticed_after_days": 10, "then": "reship"}
