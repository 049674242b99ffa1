"""What would take more memory or time than there is, though each number of it is right, is told before it is begun."""

from __future__ import annotations

import pytest

TOO_MUCH = [
    ("more orders than can be played", "days: 2", "days: 36525", "orders_per_day: 100", "orders_per_day: 10000000",
     ["towns.yaml:11:19: demand.orders_per_day: value '10000000': asks for 365,250,000,000 orders; at most 100,000,000 "
      "can be played"]),
    ("orders that a trend makes too many", "days: 2", "days: 36525", "orders_per_day: 100",
     "orders_per_day: 1000\n  trend_per_year: 100",
     ["towns.yaml:11:19: demand.orders_per_day: value '1000': asks for 182,786,610,616 orders; at most 100,000,000 can "
      "be played"]),
    ("surges on top of each other", "orders_per_day: 100", "orders_per_day: 100\n  surges: [{begins: 2026-01-05, days: 1, "
     "factor: 1000}, {begins: 2026-01-05, days: 1, factor: 1000}]", "", "",
     ["towns.yaml:11:19: demand.orders_per_day: value '100': asks for 100,000,100 orders; at most 100,000,000 can be "
      "played"]),
    ("more lines than can be played", "orders_per_day: 100", "orders_per_day: 10000000\n  lines_per_order: {1000: 1}", "", "",
     ["towns.yaml:12:3: demand.lines_per_order: asks for 20,000,000,000 lines; at most 1,000,000,000 can be played"]),
    ("orders of more lines than can be told apart", "items:\n", "items:\n  - {id: x}\n", "orders_per_day: 100",
     "orders_per_day: 100\n  lines_per_order: {1: 1, 4: 1}",
     ["towns.yaml:13:3: demand.lines_per_order: must not be more than 3 lines, of 3 items; there are 4"]),
    ("more sales than can be played", "    stations: 3", "    stations: 3\n    walk_ins: {units_per_day: 1000000}", "days: 2",
     "days: 200",
     ["towns.yaml:16:31: warehouses.hub.walk_ins.units_per_day: value '1000000': asks for 200,000,000 sales over the "
      "counter; at most 100,000,000 can be played"]),
    ("failures of many sites", "    stations: 3", "    stations: 3\n    downtime: [{every_hours: 0.002, hours: 0.001, while: up},"
     " {every_hours: 0.002, hours: 0.001, while: up}, {every_hours: 0.002, hours: 0.001, while: up}]", "", "",
     ["towns.yaml:16:124: warehouses.hub.downtime.2.every_hours: value '0.002': may bring 1,488,000 failures; at most "
      "1,000,000 can be played"]),
    ("opening hours of a century", "start:", "drain_days: 36525\nstart:",
     'mon-fri: "06:00-22:00"', 'mon-sun: ["00:00-00:01", ' + ", ".join(f'"{h:02}:{m:02}-{h:02}:{m + 1:02}"' for h in
     range(1, 24) for m in range(0, 58, 2)) + "]",
     ["towns.yaml:18:5: warehouses.hub.hours: asks for 24,400,036 opening windows; at most 10,000,000 can be played"]),
    ("pickups of a century", "start:", "drain_days: 36525\nstart:", "zones_km:", "pickups: [" + ", ".join(
     f'"{h:02}:{m:02}"' for h in range(24) for m in range(60)) + "]\n        zones_km:",
     ["towns.yaml:23:9: carriers.post.services.parcel.pickups: asks for 52,624,971 pickups and opening windows; at most "
      "10,000,000 can be played"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "other", "instead", "said"),
    [row[1:] for row in TOO_MUCH],
    ids=[row[0] for row in TOO_MUCH],
)
def test_what_asks_for_too_much_is_told(desk, monkeypatch, old, new, other, instead, said):
    if "told apart" in said[0] or "of 3 items" in said[0]:
        monkeypatch.setattr("sim.scenario.sizes.MOST_BASKETS", 11)
    text = desk.changed(old, new)
    assert desk.wrong(text.replace(other, instead, 1) if other else text) == said


STOCK = [
    ("arrivals at every shelf", "replenish: [{arrivals: {every_days: 0.00001, units: 1}}]",
     ["towns.yaml:26:39: stock.replenish.0.arrivals.every_days: value '0.00001': asks for 12,400,000 arrivals; at most "
      "10,000,000 can be played"]),
    ("reviews in every second", "replenish: [{from: farm, review: {every_days: 0.00001, order_up_to: {units: 3}}}]",
     ["towns.yaml:26:49: stock.replenish.0.review.every_days: value '0.00001': is so often that 189,216,000,004 cells are "
      "looked at; at most 100,000,000,000 can be"]),
    ("transfers in every second", "transfers: [{from: hub, to: annex, when: {older_than_days: 1}, every_days: 0.00001}]",
     ["towns.yaml:26:78: stock.transfers.0.every_days: value '0.00001': is so often that 189,216,000,000 cells are "
      "looked at; at most 100,000,000,000 can be"]),
    ("syncs in every second", "opening: unlimited\nvisibility: {sync_minutes: 0.001}",
     ["towns.yaml:27:28: visibility.sync_minutes: value '0.001': is so often that 189,216,000,004 cells are looked at; at "
      "most 100,000,000,000 can be"]),
]  # fmt: skip


@pytest.mark.parametrize(("section", "said"), [row[1:] for row in STOCK], ids=[row[0] for row in STOCK])
def test_what_is_looked_at_too_often_is_told(desk, section, said):
    text = desk.with_section(f"stock:\n  {section}\nsuppliers: [{{id: farm}}]\n")
    if "arrivals" not in section:
        text = text.replace("days: 2", "days: 670").replace(
            "warehouses:\n", "warehouses:\n  - {id: annex, at: [50, 8]}\n"
        )
        said = [
            line.replace("towns.yaml:26", "towns.yaml:27").replace("towns.yaml:27:28", "towns.yaml:28:28")
            for line in said
        ]
    assert desk.wrong(text) == said


def test_many_orders_are_a_warning(desk):
    (told,) = desk.load(
        desk.changed("orders_per_day: 100", "orders_per_day: 10000000").replace("days: 2", "days: 3")
    ).warnings
    assert told.endswith(
        "towns.yaml:11:19: demand.orders_per_day: value '10000000': asks for about 30,000,000 orders: each replication takes "
        "hours, and gigabytes of its journal"
    )


def test_a_shipped_scenario_asks_for_a_twentieth_of_what_may_be_at_most(monkeypatch):
    from sim.scenario import load_scenario, shipped_scenarios, sizes

    for name in vars(sizes):
        if name.startswith("MOST_"):
            monkeypatch.setattr(sizes, name, getattr(sizes, name) // 20)
    for id_ in shipped_scenarios():
        assert load_scenario(id_).id == id_
