"""What people get wrong, and what they are told: file:line:column, dotted key, value, rule, nearest valid name.

Each row changes one thing in the scenario of `conftest.py`, and expects the whole message.
"""

from __future__ import annotations

from itertools import dropwhile

import pytest

# what somebody did, the text that was right, what stands there now, what is said
ONE_MISTAKE = [
    # -- keys --------------------------------------------------------------------------------------
    ("misspelt a key", "stations: 3", "statoins: 3",
     "towns.yaml:15:5: warehouses.hub.statoins: is not a key here; did you mean 'stations'?"),
    ("wrote a section that there is not", "days: 2", "days: 2\nweather: bad",
     "towns.yaml:4:1: weather: is not a key here; valid are name, timezone, start, warm_up_days, days, "
     "drain_days, seed, currency, items, regions, segments, demand, warehouses, protocols, stock, "
     "suppliers, carriers, lost, returns, payments, capture_errors, visibility"),
    ("gave a key twice", "stations: 3", "stations: 3\n    stations: 4",
     "towns.yaml:16:5: warehouses.hub.stations: is given twice: the first is in line 15"),
    ("gave one number as two keys, 1 and \"1\"", "orders_per_day: 100",
     'orders_per_day: 100\n  lines_per_order: {1: 0.5, "1": 0.5}',
     "towns.yaml:12:29: demand.lines_per_order.1: is given twice: the first is in line 12"),
    ("let breakdowns while working take stations away", "stations: 3",
     "downtime: [{every_hours: 9, hours: 1, while: working, factor: 0.5}]",
     "towns.yaml:15:67: warehouses.hub.downtime.0.factor: value '0.5': must be absent: a breakdown while working holds "
     "up one job"),
    ("let a site fail all the time", "stations: 3", "downtime: [{every_hours: 0.001, hours: 0.0001}]",
     "towns.yaml:15:30: warehouses.hub.downtime.0.every_hours: value '0.001': may bring 1,352,727 failures; at most "
     "1,000,000 can be played"),
    ("forgot a mandatory key", "days: 2\n", "",
     "towns.yaml:1:1: days: is missing, and has no default"),
    ("left a key without a value", "stations: 3", "stations:",
     "towns.yaml:15:14: warehouses.hub.stations: has no value: write one, or leave the key out"),
    ("wrote a word where keys belong", "{base: [4, 5, 6], per_kg: 1}", "cheap",
     "towns.yaml:24:16: carriers.post.services.parcel.rates: value 'cheap': must be a rate card: {file: …}"),
    ("wrote a mapping where a list belongs", "zones_km: [200, 500]", "zones_km: {a: 200}",
     "towns.yaml:22:9: carriers.post.services.parcel.zones_km: must be a list"),
    # -- numbers -----------------------------------------------------------------------------------
    ("wrote a word for a number", "stations: 3", "stations: three",
     "towns.yaml:15:15: warehouses.hub.stations: value 'three': must be a whole number"),
    ("quoted a number", "stations: 3", 'stations: "3"',
     "towns.yaml:15:15: warehouses.hub.stations: value '3': must be a whole number, without quotes"),
    ("wrote a fraction for a count", "stations: 3", "stations: 3.5",
     "towns.yaml:15:15: warehouses.hub.stations: value '3.5': must be a whole number"),
    ("wrote a leading zero, which is base 8", "stations: 3", "stations: 010",
     "towns.yaml:15:15: warehouses.hub.stations: value '010': must be a whole number without leading "
     "zeros, which YAML takes for base 8"),
    ("wrote 1e5, which is text", "orders_per_day: 100", "orders_per_day: 1e5",
     "towns.yaml:11:19: demand.orders_per_day: value '1e5': must be a number; YAML reads 1e5 as text: "
     "write 100000"),
    ("wrote a time for a number, which is base 60", "stations: 3", "stations: 17:00",
     "towns.yaml:15:15: warehouses.hub.stations: value '17:00': must be a whole number; YAML reads an "
     "unquoted 17:00 in base 60 (17:00 is 1020): quote a time of day"),
    ("wrote a negative number", "work_minutes: 4", "work_minutes: -4",
     "towns.yaml:16:19: warehouses.hub.work_minutes: value '-4': must be at least 0"),
    ("wrote 10⁹ in a count", "stations: 3", "stations: 1000000000",
     "towns.yaml:15:15: warehouses.hub.stations: value '1000000000': must be at most 1,000,000"),
    ("wrote no number at all", "orders_per_day: 100", "orders_per_day: .nan",
     "towns.yaml:11:19: demand.orders_per_day: value '.nan': must be a finite number"),
    ("wrote infinity", "share: 3", "share: .inf",
     "towns.yaml:8:42: regions.north.share: value '.inf': must be a finite number"),
    ("wrote tenths of a millionth of money", "per_kg: 1", "per_kg: 1.0000001",
     "towns.yaml:24:42: carriers.post.services.parcel.rates.per_kg: value '1.0000001': must have at most "
     "six decimals"),
    ("counted no days", "days: 2", "days: 0", "towns.yaml:3:7: days: value '0': must be greater than 0"),
    # -- times -------------------------------------------------------------------------------------
    ("left a time of day unquoted", "zones_km: [200, 500]", "zones_km: [200, 500]\n        pickups: [17:00]",
     "towns.yaml:23:19: carriers.post.services.parcel.pickups.0: value '17:00': must be quoted, \"17:00\": "
     "YAML reads an unquoted 17:00 in base 60, as 1020"),
    ("wrote a window without minutes", '"06:00-22:00"', '"6-22"',
     "towns.yaml:17:22: warehouses.hub.hours.mon-fri: value '6-22': must be a time of day such as \"17:00\""),
    ("opened for no time", '"06:00-22:00"', '"06:00-06:00"',
     "towns.yaml:17:22: warehouses.hub.hours.mon-fri: value '06:00-06:00': must not begin and end at one "
     "time: a "
     'whole day is "00:00-24:00"'),
    ("wrote hours without weekdays", '{mon-fri: "06:00-22:00"}', '"06:00-22:00"',
     "towns.yaml:17:12: warehouses.hub.hours: value '06:00-22:00': must be a mapping of weekdays to windows, such as "
     '{mon-fri: "06:00-22:00"}'),
    ("never opened", '{mon-fri: "06:00-22:00"}', "{sun: closed}",
     "towns.yaml:17:5: warehouses.hub.hours: must hold at least one window; absent: always open"),
    ("wrote words for a window", '"06:00-22:00"', '"early to late"',
     "towns.yaml:17:22: warehouses.hub.hours.mon-fri: value 'early to late': must be a window such as "
     '"06:00-22:00"'),
    ("wrote a range of three days", "mon-fri:", "mon-wed-fri:",
     "towns.yaml:17:26: warehouses.hub.hours.mon-wed-fri: value '06:00-22:00': must be weekdays such as mon-fri"),
    ("picked up once, without brackets", "zones_km: [200, 500]", 'zones_km: [200, 500]\n        pickups: "17:00"',
     "towns.yaml:23:18: carriers.post.services.parcel.pickups: value '17:00': must be a list of times of day such as "
     '["17:00"]; absent: as soon as packed'),
    ("wrote half a second", "2026-01-05T00:00", "2026-01-05T00:00:00.5",
     "towns.yaml:2:8: start: value '2026-01-05T00:00:00.5': must be a whole second"),
    ("misspelt a weekday", "mon-fri:", "mon-fry:",
     "towns.yaml:17:22: warehouses.hub.hours.mon-fry: value '06:00-22:00': must be weekdays among mon, "
     "tue, wed, thu, fri, sat, sun; did you mean 'fri'?"),
    ("named a weekday twice", 'mon-fri: "06:00-22:00"', 'mon-fri: "06:00-22:00", fri: "08:00-10:00"',
     "towns.yaml:17:42: warehouses.hub.hours.fri: value '08:00-10:00': must not name fri twice: it is in "
     "'mon-fri' too"),
    ("let a night run into the next morning", 'mon-fri: "06:00-22:00"', 'mon: "22:00-06:00", tue: '
     '"05:00-09:00"',
     "towns.yaml:17:38: warehouses.hub.hours.tue: value '05:00-09:00': must not overlap: those of mon and "
     "tue do"),
    ("wrote a date as at home", "2026-01-05T00:00", "05.01.2026",
     "towns.yaml:2:8: start: value '05.01.2026': must be a date and time such as 2026-01-05T08:00"),
    ("wrote a year that no calendar has", "2026-01-05T00:00", "9999-01-05",
     "towns.yaml:2:8: start: value '9999-01-05': must lie between the years 1971 and 2199"),
    ("let the clock run beyond its end", "2026-01-05T00:00\ndays: 2", "2199-12-05T00:00\ndays: 30",
     "towns.yaml:3:7: days: value '30': must end before the year 2200, with warm-up and drain"),
    ("misspelt a time zone", "stations: 3", "timezone: Europe/Berln",
     "towns.yaml:15:15: warehouses.hub.timezone: value 'Europe/Berln': must be a time zone of the IANA "
     "database such as America/New_York; did you mean 'Europe/Berlin'?"),
    # -- names -------------------------------------------------------------------------------------
    ("chose a queue that there is not", "stations: 3", "queue: fio",
     "towns.yaml:15:12: warehouses.hub.queue: value 'fio': must be fifo, priority or due; did you mean "
     "'fifo'?"),
    ("named a region that there is not", "stations: 3", "serves: [nroth]",
     "towns.yaml:15:14: warehouses.hub.serves.0: value 'nroth': there is no such region; did you mean "
     "'north'?"),
    ("wrote a name where a list belongs", "stations: 3", "serves: north",
     "towns.yaml:15:13: warehouses.hub.serves: value 'north': must be 'all' or 'none' or a list of region "
     "ids"),
    ("handed over from a site that there is not", "zones_km: [200, 500]", "zones_km: [200, 500]\n        "
     "sites: [hbu]",
     "towns.yaml:23:17: carriers.post.services.parcel.sites.0: value 'hbu': there is no such warehouse; "
     "did you mean 'hub'?"),
    ("gave two items one id", "id: tin", "id: mug",
     "towns.yaml:6:10: items.1.id: value 'mug': must be the id of one of the items only: line 5 has it"),
    ("named a region twice", "stations: 3", "serves: [north, south, north]",
     "towns.yaml:15:5: warehouses.hub.serves: must not name 'north' twice"),
    ("gave a carrier nothing to sell", "services:\n", "services: []\n  - id: mail\n    services:\n",
     "towns.yaml:20:5: carriers.post.services: must hold at least one service"),
    ("called a warehouse `all`", "id: hub", "id: all",
     "towns.yaml:13:9: warehouses.all.id: value 'all': must not be 'all', which has a meaning of its own"),
    ("forgot an id", "id: hub", 'id: ""',
     "towns.yaml:13:9: warehouses.0.id: must not be empty, nor begin or end with a blank"),
    # -- distributions -----------------------------------------------------------------------------
    ("misspelt a distribution", "work_minutes: 4", "work_minutes: {exponetial: {mean: 4}}",
     "towns.yaml:16:20: warehouses.hub.work_minutes.exponetial: is not a distribution, or {per_shipment, "
     "per_line, per_unit}; did you mean 'exponential'?"),
    ("forgot a parameter", "work_minutes: 4", "work_minutes: {per_line: {gamma: {mean: 4}}}",
     "towns.yaml:16:31: warehouses.hub.work_minutes.per_line.gamma.cv: is missing, and has no default"),
    ("turned a range round", "work_minutes: 4", "work_minutes: {uniform: {low: 3, high: 2}}",
     "towns.yaml:16:44: warehouses.hub.work_minutes.uniform.high: value '2': must not be less than low"),
    ("gave an empirical distribution too few weights", "work_minutes: 4",
     "work_minutes: {empirical: {values: [1, 2], weights: [1]}}",
     "towns.yaml:16:48: warehouses.hub.work_minutes.empirical.weights: must hold 2 weights, one per value"),
    ("gave an empirical distribution no values", "work_minutes: 4", "work_minutes: {empirical: {values: []}}",
     "towns.yaml:16:32: warehouses.hub.work_minutes.empirical.values: must hold at least one value"),
    ("weighed all values with 0", "work_minutes: 4", "work_minutes: {empirical: {values: [1], weights: [0]}}",
     "towns.yaml:16:45: warehouses.hub.work_minutes.empirical.weights: must not all be 0"),
    ("put the mode outside", "work_minutes: 4", "work_minutes: {triangular: {low: 1, mode: 5, high: 4}}",
     "towns.yaml:16:47: warehouses.hub.work_minutes.triangular.mode: value '5': must lie between low and high"),
    ("let a gamma vary by almost nothing", "work_minutes: 4", "work_minutes: {gamma: {mean: 1, cv: 0.0001}}",
     "towns.yaml:16:41: warehouses.hub.work_minutes.gamma.cv: value '0.0001': must be 0 or at least 0.001"),
    ("wrote parameters beside the distribution", "work_minutes: 4", "work_minutes: {exponential: {mean: 4}, cv: 1}",
     "towns.yaml:16:44: warehouses.hub.work_minutes.cv: is not a key here"),
    ("broke down without end", "stations: 3", "downtime: [{every_hours: 0, hours: 1}]",
     "towns.yaml:15:30: warehouses.hub.downtime.0.every_hours: value '0': must have a mean of at least "
     "0.00001, or there would be no end of events"),
    # -- places ------------------------------------------------------------------------------------
    ("turned latitude and longitude round", "[52.5, 13.4]", "[152.5, 13.4]",
     "towns.yaml:8:22: regions.north.at.0: value '152.5': must be at most 90"),
    ("forgot the longitude", "[52.5, 13.4]", "[52.5]", "towns.yaml:8:17: regions.north.at: must be "
     "[latitude, longitude]"),
    ("left a region without a place where distance counts", "at: [52.5, 13.4], ", "",
     "towns.yaml:8:5: regions.north.at: is missing: service 'parcel' has zones by distance"),
    ("left a warehouse without a place where distance counts", "    at: [50.1, 8.7]\n", "",
     "towns.yaml:13:5: warehouses.hub.at: is missing: service 'parcel' has zones by distance"),
    # -- lists that belong together ----------------------------------------------------------------
    ("gave two transit times for three zones", "[1, 2, 3]", "[1, 2]",
     "towns.yaml:23:9: carriers.post.services.parcel.transit_days: must hold one value for all zones or 3, "
     "one more than zones_km; it has 2"),
    ("gave two rates for three zones", "base: [4, 5, 6]", "base: [4, 5]",
     "towns.yaml:24:17: carriers.post.services.parcel.rates.base: must hold one value for all zones or 3, "
     "one more than zones_km; it has 2"),
    ("let zones shrink", "zones_km: [200, 500]", "zones_km: [500, 200]",
     "towns.yaml:22:9: carriers.post.services.parcel.zones_km: must ascend"),
    ("gave twelve hours of the day", "orders_per_day: 100", f"orders_per_day: 100\n  hourly: {[1] * 12}",
     "towns.yaml:12:3: demand.hourly: must hold 24 weights, entry h for [h, h+1); there are 12"),
    ("let nobody order on any day", "orders_per_day: 100", f"orders_per_day: 100\n  weekly: {[0] * 7}",
     "towns.yaml:12:3: demand.weekly: must not all be 0"),
    ("let nobody live anywhere", "share: 3}\n  - {id: south, at: [48.1, 11.6], share: 2}",
     "share: 0}\n  - {id: south, at: [48.1, 11.6], share: 0}",
     "towns.yaml:7:1: regions: must not all have a share of 0"),
    ("let tiers fall", "zones_km: [200, 500]",
     "zones_km: [200, 500]\n        tiers: [{parcels_per_month: 9, discount: 0.1}, {parcels_per_month: 5, "
     "discount: 0.2}]",
     "towns.yaml:23:9: carriers.post.services.parcel.tiers: must ascend by parcels_per_month"),
    ("gave a discount in percent", "zones_km: [200, 500]",
     "zones_km: [200, 500]\n        tiers: [{parcels_per_month: 9, discount: 5}]",
     "towns.yaml:23:50: carriers.post.services.parcel.tiers.0.discount: value '5': must be at most 1"),
    ("let a service take no parcel a day", "zones_km: [200, 500]",
     "zones_km: [200, 500]\n        parcels_per_day: 0",
     "towns.yaml:23:26: carriers.post.services.parcel.parcels_per_day: value '0': must be at least 1"),
    ("lost more parcels than there are", "zones_km: [200, 500]",
     "zones_km: [200, 500]\n        lost_share: 1.5",
     "towns.yaml:23:21: carriers.post.services.parcel.lost_share: value '1.5': must be at most 1"),
    ("disrupted the way to a region that there is not", "zones_km: [200, 500]",
     "zones_km: [200, 500]\n        disruptions: [{begins: 2026-01-05, days: 1, regions: [sout], transit_factor: 2}]",
     "towns.yaml:23:63: carriers.post.services.parcel.disruptions.0.regions.0: value 'sout': there is no such region; "
     "did you mean 'south'?"),
    ("let parcels arrive at once in a disruption", "zones_km: [200, 500]",
     "zones_km: [200, 500]\n        disruptions: [{begins: 2026-01-05, days: 1, transit_factor: 0}]",
     "towns.yaml:23:69: carriers.post.services.parcel.disruptions.0.transit_factor: value '0': must be greater than 0"),
    ("forgot what a disruption does", "zones_km: [200, 500]",
     "zones_km: [200, 500]\n        disruptions: [{begins: 2026-01-05, days: 1}]",
     "towns.yaml:23:23: carriers.post.services.parcel.disruptions.0.transit_factor: is missing, and has no default"),
    ("named nothing to sell", "  - {id: mug, weight_kg: 0.5, price: 12.00, popularity: 6}\n"
     "  - {id: tin, weight_kg: 0.4, price: 3.00, popularity: 9}\n", "  []\n",
     "towns.yaml:4:1: items: must not be empty"),
    ("let shifts overlap", "stations: 3",
     'shifts: [{window: "06:00-14:00", stations: 1}, {days: fri, window: "13:00-15:00", stations: 2}]',
     "towns.yaml:15:5: warehouses.hub.shifts: must not overlap: shifts 0 and 1 do"),
    # -- segments ----------------------------------------------------------------------------------
    ("set a cut-off for no promise", "days: 2", 'days: 2\nsegments: [{id: all_of_them, cut_off: "15:00"}]',
     "towns.yaml:4:39: segments.all_of_them.cut_off: value '15:00': needs promise_days: it says from which "
     "day these count"),
    ("set a cut-off for half a day", "days: 2",
     'days: 2\nsegments: [{id: all_of_them, cut_off: "15:00", promise_days: 1.5}]',
     "towns.yaml:4:62: segments.all_of_them.promise_days: value '1.5': must be whole days, as there is a "
     "cut_off"),
    ("did not quote a cut-off", "days: 2", "days: 2\nsegments: [{id: all_of_them, cut_off: 15:00}]",
     'towns.yaml:4:39: segments.all_of_them.cut_off: value \'15:00\': must be quoted, "15:00": YAML reads an '
     "unquoted 15:00 in base 60, as 900"),
    # -- goods -------------------------------------------------------------------------------------
    ("wanted more life than there is", "popularity: 6",
     "shelf_life_days: 3, min_life_at_delivery_days: 3",
     "towns.yaml:5:92: items.mug.min_life_at_delivery_days: value '3': must be less than shelf_life_days "
     "(3), or it could never be sold"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"), [row[1:] for row in ONE_MISTAKE], ids=[row[0] for row in ONE_MISTAKE]
)
def test_a_mistake_is_told_with_place_key_value_rule_and_nearest_name(desk, old, new, said):
    assert desk.wrong(desk.changed(old, new)) == [said]


def test_a_misspelt_section_is_missing_and_not_known(desk):
    assert desk.wrong(desk.changed("carriers:", "cariers:")) == [
        "towns.yaml:1:1: carriers: is missing, and has no default",
        "towns.yaml:18:1: cariers: is not a key here; did you mean 'carriers'?",
    ]


def test_an_item_that_no_warehouse_may_keep_is_told(desk):
    text = desk.changed("popularity: 6", "handling: [frozen]").replace(
        "stations: 3", "handling: [ambient, cold]"
    )
    assert desk.wrong(text) == [
        "towns.yaml:5:45: items.mug.handling: must be kept somewhere: no warehouse lists frozen"
    ]


def test_returns_to_the_nearest_site_need_places(desk):
    text = desk.changed("    at: [50.1, 8.7]\n", "").replace("zones_km: [200, 500]", "zones_km: []")
    text = text.replace("[1, 2, 3]", "1").replace("[4, 5, 6]", "4") + "returns: {to: nearest}\n"
    assert desk.wrong(text) == [
        "towns.yaml:13:5: warehouses.hub.at: is missing: returns go to the nearest warehouse"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [("popularity: 6", "return_share: 0.1"), ("stations: 3", "stations: 3\n    accuracy: {pick: 0.99}")],
    ids=["sent back", "picked by mistake"],
)
def test_returns_go_where_all_that_comes_back_may_be_kept(desk, old, new):
    text = desk.changed("carriers:", "  - {id: annex, at: [50, 8], handling: [frozen]}\ncarriers:").replace(
        old, new
    )
    more = "" if "return" in new else " (and 1 items more)"
    place = f"towns.yaml:{text.count(chr(10)) + 1}:15"
    assert desk.wrong(text + "returns: {to: annex}\n") == [
        f"{place}: returns.to: value 'annex': must be able to keep all that comes back; it may not keep mug{more}"
    ]
    desk.load(text + "returns: {to: hub}\n")


def test_a_scenario_without_distances_needs_no_places(desk):
    text = desk.changed("    at: [50.1, 8.7]\n", "").replace("zones_km: [200, 500]", "zones_km: []")
    scenario = desk.load(text.replace("[1, 2, 3]", "1").replace("[4, 5, 6]", "4"))
    assert scenario.warehouses[0].at is None


def test_more_tags_than_fit_a_number_are_told(desk):
    tags = ", ".join(f"t{number}" for number in range(61))
    assert desk.wrong(desk.changed("popularity: 6", f"handling: [{tags}]")) == [
        "towns.yaml:4:1: items: must not use more than 60 different handling tags; there are 62"
    ]


def test_a_network_too_large_for_its_arrays_is_told(desk, monkeypatch):
    monkeypatch.setattr("sim.scenario.sizes.MOST_CELLS", 1)
    assert desk.wrong() == [
        "towns.yaml:12:1: warehouses: must not be more than 0 beside 2 items (a table of 1 cells); there are 1",
        "towns.yaml:12:1: warehouses: must not be more than 0 beside 2 regions (a table of 1 cells); there are 1",
    ]


def test_every_problem_of_a_file_is_told_at_once_in_the_order_of_the_file(desk):
    text = (
        desk.towns.replace("start:", "strat:")
        .replace("price: 12.00", "price: 12 EUR")
        .replace("share: 2", "share: -2")
        .replace("work_minutes: 4", "work_minutes: {gama: {mean: 4}}")
        .replace("per_kg: 1", "per_kg: one")
    )
    assert desk.wrong(text) == [
        "towns.yaml:1:1: start: is missing, and has no default",
        "towns.yaml:2:1: strat: is not a key here; did you mean 'start'?",
        "towns.yaml:5:38: items.mug.price: value '12 EUR': must be an amount of money, in digits and a decimal point only",
        "towns.yaml:9:42: regions.south.share: value '-2': must be at least 0",
        "towns.yaml:16:20: warehouses.hub.work_minutes.gama: is not a distribution, or {per_shipment, "
        "per_line, per_unit}; did you mean 'gamma'?",
        "towns.yaml:24:42: carriers.post.services.parcel.rates.per_kg: value 'one': must be an amount of "
        "money",
    ]


def test_three_thousand_problems_are_told_in_two_hundred_lines(desk):
    text = desk.towns + "".join(f"x{number}: 1\n" for number in range(3_000))
    told = desk.wrong(text)
    assert len(told) == 201
    assert told[-1] == "... and 2,800 more problems"


@pytest.mark.parametrize("section", ["items", "regions", "warehouses", "carriers"])
def test_a_mandatory_list_must_hold_something(desk, section):
    before, _, after = desk.towns.partition(f"{section}:\n")
    rest = "".join(dropwhile(lambda line: line.startswith(" "), after.splitlines(keepends=True)))
    line = before.count("\n") + 1
    said = f"towns.yaml:{line}:1: {section}: must not be empty"
    assert said in desk.wrong(f"{before}{section}: []\n{rest}")
