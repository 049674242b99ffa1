"""What a scenario becomes when it is read: values as written, defaults as documented."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from sim.clock import DAY
from sim.errors import ScenarioError
from sim.scenario import load_scenario, shipped_scenarios
from sim.scenario.distributions import Constant, Empirical, Exponential, Gamma, Normal
from sim.scenario.levels import DaysOfDemand, Units

HOUR = 3600


def test_ids_are_read_as_written_never_as_a_boolean_or_a_number(desk):
    text = desk.changed("id: north", "id: NO").replace("id: hub", "id: 006").replace("id: tin", "id: 1e5")
    text = text.replace("stations: 3", "serves: [NO, south]\n    groups: [on, 12:30, 0x1F, null]")
    scenario = desk.load(text)
    assert scenario.regions[0].id == "NO"
    assert scenario.items[1].id == "1e5"
    assert scenario.warehouses[0].id == "006"
    assert scenario.warehouses[0].serves == ("NO", "south")
    assert scenario.warehouses[0].groups == ("on", "12:30", "0x1F", "null")


def test_a_quoted_id_and_an_unquoted_one_are_the_same(desk):
    text = desk.changed("stations: 3", "serves: ['north']").replace("id: hub", 'id: "hub"')
    assert desk.load(text).warehouses[0].serves == ("north",)


def test_money_is_exact_from_its_decimal_text(desk):
    scenario = desk.load(desk.changed("price: 12.00", "price: 0.1"))
    assert scenario.items[0].price == Decimal("0.1")
    assert str(scenario.carriers[0].services[0].rates.base[0]) == "4"


def test_an_explicit_null_means_that_the_key_is_absent(desk):
    scenario = desk.load(desk.changed("stations: 3", "stations: null\n    zone: ~"))
    assert scenario.warehouses[0].stations == 1
    assert scenario.warehouses[0].zone is None


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-05T06:30", datetime(2026, 1, 5, 6, 30)),
        ("2026-01-05 06:30:15", datetime(2026, 1, 5, 6, 30, 15)),
        ("2026-01-05", datetime(2026, 1, 5)),
        ("'20260105T0630'", datetime(2026, 1, 5, 6, 30)),
        ("2026-W02-1", datetime(2026, 1, 5)),
        ("2026-01-05T06:30Z", datetime(2026, 1, 5, 1, 30)),
        ("2026-01-05T06:30+02:00", datetime(2026, 1, 4, 23, 30)),
    ],
)
def test_a_moment_has_any_iso_form_and_is_local_to_the_scenario(desk, written, moment):
    text = desk.changed("2026-01-05T00:00", written) + "timezone: America/New_York\n"
    assert desk.load(text).start == moment


def test_a_moment_inside_a_warehouse_is_local_to_the_warehouse(desk):
    downtime = "downtime: [{begins: 2026-01-05T12:00Z, hours: 2}, {begins: 2026-01-05T12:00, hours: 2}]"
    text = desk.changed("stations: 3", f"timezone: Asia/Tokyo\n    {downtime}")
    scenario = desk.load(text + "timezone: America/New_York\n")
    assert [entry.begins.hour for entry in scenario.warehouses[0].downtime] == [21, 12]


def test_hours_are_windows_of_seven_days_from_monday(desk):
    hours = '{mon-fri: "06:00-12:00, 13:00-22:00", sat: ["22:00-06:00"], sun: closed}'
    scenario = desk.load(desk.changed('{mon-fri: "06:00-22:00"}', hours))
    weekday = ((6 * HOUR, 12 * HOUR), (13 * HOUR, 22 * HOUR))
    assert scenario.warehouses[0].hours == (*[weekday] * 5, ((22 * HOUR, DAY + 6 * HOUR),), ())


def test_a_range_of_days_may_pass_sunday_and_a_day_may_last_until_midnight(desk):
    hours = '{fri-mon: "00:00-24:00", "wed,thu": "23:30:30-24:00"}'
    week = desk.load(desk.changed('{mon-fri: "06:00-22:00"}', hours)).warehouses[0].hours
    assert week is not None
    assert [bool(windows) for windows in week] == [True, False, True, True, True, True, True]
    assert week[0] == ((0, DAY),)
    assert week[2] == ((23 * HOUR + 30 * 60 + 30, DAY),)


def test_pickups_are_sorted_seconds_of_the_day(desk):
    text = desk.changed("zones_km:", 'pickups: ["17:00", "09:30"]\n        zones_km:')
    assert desk.load(text).carriers[0].services[0].pickups == (9 * HOUR + 1800, 17 * HOUR)


@pytest.mark.parametrize(
    ("written", "distribution"),
    [
        ("4", Constant(value=4)),
        ("{exponential: {mean: 4}}", Exponential(mean=4)),
        ("{gamma: {mean: 3, cv: 0.3}}", Gamma(mean=3, cv=0.3)),
        ("{gamma: {mean: 3, cv: 0}}", Constant(value=3)),
        ("{lognormal: {mean: 0, cv: 2}}", Constant(value=0)),
        ("{normal: {mean: 3, sd: 1}}", Normal(mean=3, sd=1)),
        ("{empirical: {values: [1, 2]}}", Empirical(values=(1, 2), weights=(1, 1))),
    ],
)
def test_a_distribution_is_a_number_or_a_name_with_parameters(desk, written, distribution):
    work = desk.load(desk.changed("work_minutes: 4", f"work_minutes: {written}")).warehouses[0].work_minutes
    assert work.per_shipment == distribution
    assert work.per_line == work.per_unit == Constant(value=0)


def test_work_may_be_split_into_shipment_line_and_unit(desk):
    text = desk.changed(
        "work_minutes: 4", "work_minutes: {per_shipment: {exponential: {mean: 4}}, per_unit: 0.1}"
    )
    work = desk.load(text).warehouses[0].work_minutes
    assert (work.per_shipment, work.per_unit) == (Exponential(mean=4), Constant(value=0.1))


# The mean of a normal cut at 0 is mean * Φ(z) + sd * φ(z) with z = mean / sd: for z = 1, 0.8413447 + 0.2419707.
@pytest.mark.parametrize(
    ("distribution", "average"), [(Normal(mean=1, sd=1), 1.0833154706), (Gamma(mean=3, cv=0.5), 3.0)]
)
def test_a_distribution_knows_its_mean(distribution, average):
    assert distribution.average == pytest.approx(average, abs=1e-9)


def test_one_value_serves_all_zones(desk):
    service = desk.load(desk.changed("[1, 2, 3]", "2")).carriers[0].services[0]
    assert service.transit_days == (Constant(value=2),) * 3
    assert service.rates.per_kg == (Decimal(1),) * 3


def test_the_keys_1_and_quoted_1_are_the_same(desk):
    text = desk.changed("orders_per_day: 100", 'orders_per_day: 100\n  lines_per_order: {"2": 0.25, 1: 0.75}')
    assert desk.load(text).demand.lines_per_order == {1: 0.75, 2: 0.25}


def test_the_opening_stock_is_a_list_in_which_the_last_match_wins(desk):
    text = desk.with_section(
        "stock: {opening: [unlimited, {items: [mug], units: 20}, {items: [tin], unlimited}]}\n"
    )
    opening = desk.load(text).stock.opening
    assert opening is not None
    assert [(entry.items, entry.unlimited, entry.units) for entry in opening] == [
        ("all", True, None),
        (("mug",), False, 20),
        (("tin",), True, None),
    ]


def test_levels_are_units_or_days_of_demand(desk):
    text = desk.changed("stations: 3", "safety_stock: {units: 2}")
    text += "stock:\n  replenish:\n    - {from: farm, review: {order_up_to: {days_of_demand: 12}}}\n"
    scenario = desk.load(text + "suppliers: [{id: farm}]\n")
    assert scenario.warehouses[0].safety_stock == Units(units=2)
    review = scenario.stock.replenish[0].review
    assert review is not None
    assert review.order_up_to == DaysOfDemand(days_of_demand=12)


def test_keys_that_are_words_of_python_end_with_an_underscore(desk):
    text = desk.changed("stations: 3", "downtime: [{every_hours: 9, hours: 1, while: working}]")
    text += "stock: {replenish: [{from: farm, review: {order_up_to: {units: 1}}}]}\nsuppliers: [{id: farm}]\n"
    scenario = desk.load(text)
    assert scenario.warehouses[0].downtime[0].while_ == "working"
    assert scenario.stock.replenish[0].from_ == "farm"


def test_a_file_may_have_a_byte_order_mark_and_dos_line_ends(desk):
    assert desk.load(b"\xef\xbb\xbf" + desk.towns.replace("\n", "\r\n").encode()) == desk.load()


def test_aliases_and_merge_keys_are_spelt_out(desk):
    text = desk.changed("  - id: hub\n", "  - &hub\n    id: hub\n")
    text = text.replace("carriers:\n", "  - {<<: *hub, id: annex, stations: 1}\ncarriers:\n")
    hub, annex = desk.load(text).warehouses
    assert (annex.id, annex.stations, annex.at, annex.hours) == ("annex", 1, hub.at, hub.hours)


def test_the_title_is_the_stem_of_the_file_where_none_is_given(desk):
    scenario = desk.load(desk.changed("name: two towns\n", ""))
    assert (scenario.name, scenario.id) == ("towns", "towns")


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_a_shipped_scenario_is_found_by_its_id_and_is_right(name):
    scenario = load_scenario(name)
    assert scenario.id == name
    assert scenario.path == shipped_scenarios()[name]


def test_a_scenario_that_there_is_not_is_told_with_the_nearest_one():
    with pytest.raises(
        ScenarioError, match=r"us_parcle: is neither a file nor a shipped scenario; did you mean"
    ):
        load_scenario("us_parcle")


def test_parts_of_a_scenario_cannot_be_changed(desk):
    scenario = desk.load()
    with pytest.raises(ValueError, match="frozen"):
        scenario.warehouses[0].stations = 4  # type: ignore[misc]
