"""KPIs of orders, each against a value worked out by hand."""

import math

import pytest

from reports.kpis import COST_PARTS, HEADLINE, KPIS, measure

DAY, HOUR = 86_400, 3_600


def test_every_kpi_is_always_there_in_the_order_of_the_catalogue(story):
    values = measure(story.close())
    assert list(values) == list(KPIS)
    assert all(isinstance(value, float) for value in values.values())


def test_the_catalogue_holds_what_the_contract_promises():
    assert HEADLINE == (
        "cost_per_order", "lead_time_mean_h", "late_share", "split_share", "spoiled_share", "fill_share",
    )  # fmt: skip
    assert set(HEADLINE) <= set(KPIS)
    assert {name for name, kpi in KPIS.items() if kpi.better is None} == {
        "utilisation_mean", "downtime_h", "returned_share", "restocked_share", "orders",
    }  # fmt: skip
    assert {name for name, kpi in KPIS.items() if kpi.better == "higher"} == {
        "margin_per_order", "on_time_in_full_share", "told_in_time_share", "fill_share", "inventory_turns",
    }  # fmt: skip
    assert KPIS["cost_per_order"].unit_in("EUR") == "EUR/order"
    assert set(COST_PARTS) < set(KPIS)


def test_without_a_counted_order_means_and_shares_are_undefined_and_counts_are_zero(story):
    values = measure(story.order(0, counted=False).close())
    assert values["orders"] == 0.0
    assert values["spoiled_units"] == values["downtime_h"] == 0.0
    undefined = {name for name, value in values.items() if math.isnan(value)}
    assert undefined == set(KPIS) - {"orders", "spoiled_units", "downtime_h"}


def test_money_is_that_of_counted_orders_over_their_number(story):
    story.order(0, cost_freight=700, cost_handling=150, cost_late=300, revenue=5000, cost_goods=2000)
    story.order(1, cost_freight=801, cost_returns=550, cost_payment=33, cost_care=200, revenue=1000)
    story.order(2, cost_freight=99_999, revenue=99_999, counted=False)
    values = measure(story.close())
    assert values["freight_per_order"] == 15.01 / 2
    assert values["handling_per_order"] == 0.75
    assert values["late_per_order"] == 1.5
    assert values["returns_per_order"] == 2.75
    assert values["payment_per_order"] == 0.165
    assert values["care_per_order"] == 1.0
    # 7.00 + 1.50 + 3.00 + 8.01 + 5.50 + 0.33 + 2.00 = 27.34, for two orders.
    assert values["cost_per_order"] == 13.67
    assert values["margin_per_order"] == (60.00 - 20.00 - 27.34) / 2


def test_storage_and_spoilage_of_the_window_are_shared_by_the_counted_orders(story):
    story.order(0).order(1).order(2, counted=False)
    for at, cents in ((DAY - 1, 1000), (DAY, 200), (2 * DAY, 10), (3 * DAY, 20), (3 * DAY + 1, 4000)):
        story.add("ledger", at=at, account="storage", amount_cents=cents)
        story.add("ledger", at=at, account="spoilage", amount_cents=2 * cents)
        story.add("ledger", at=at, account="cash", amount_cents=-3 * cents)
    values = measure(story.close())
    # Two orders. Storage is posted afterwards: what is posted when the window begins is of the day before.
    assert values["storage_per_order"] == 0.15  # 0.10 + 0.20
    # Units that spoil in the second in which the window begins spoil in it.
    assert values["spoilage_per_order"] == 2.10  # 4.00 + 0.20
    assert values["cost_per_order"] == pytest.approx(0.15 + 2.10)


def test_supply_costs_what_is_ordered_and_what_arrives_in_the_window(story):
    story.order(0).order(1)
    never = -1
    for ordered_at, arrived_at, order, freight in (
        (DAY - 1, DAY, 100, 20), (DAY, never, 300, 0), (3 * DAY - 1, 3 * DAY, 7, 1000), (never, 2 * DAY, 0, 5),
    ):  # fmt: skip
        story.add("supply", ordered_at=ordered_at, arrived_at=arrived_at, cost_goods=999, cost_order=order,
                  cost_freight=freight)  # fmt: skip
    values = measure(story.close())
    assert values["supply_per_order"] == (0.20 + 3.00 + 0.07 + 0.05) / 2
    assert values["cost_per_order"] == values["supply_per_order"]


def test_the_cost_is_the_sum_of_its_parts(story):
    names = ("freight", "handling", "late", "returns", "payment", "care")
    parts = {f"cost_{name}": cents for name, cents in zip(names, (1, 20, 300, 4000, 5, 60), strict=True)}
    story.order(0, **parts).add("ledger", at=2 * DAY, account="storage", amount_cents=7)
    story.add("supply", ordered_at=DAY, arrived_at=DAY, cost_order=4, cost_freight=10_000)
    values = measure(story.add("ledger", at=DAY, account="spoilage", amount_cents=800).close())
    assert values["cost_per_order"] == pytest.approx(sum(values[part] for part in COST_PARTS))
    assert values["cost_per_order"] == pytest.approx(51.93 + 100.04)


def test_lead_times_are_those_of_delivered_orders(story):
    for number, hours in enumerate((10, 20, 60)):
        story.order(
            number, placed_at=DAY, picked_up_at=DAY + hours * HOUR // 2, delivered_at=DAY + hours * HOUR
        )
    story.order(3, state="open", delivered_at=-1, picked_up_at=DAY + 999 * HOUR)
    story.order(4, state="cancelled", cancel_reason="policy", delivered_at=-1, picked_up_at=-1)
    values = measure(story.close())
    assert values["lead_time_mean_h"] == 30.0
    assert values["lead_time_p50_h"] == 20.0
    assert values["lead_time_p95_h"] == pytest.approx(56.0)  # 0.9 of the way from the second to the third
    assert values["click_to_ship_mean_h"] == 15.0


def test_an_order_at_its_promise_is_in_time_and_a_second_later_late(story):
    story.order(0, promised_at=2 * DAY, delivered_at=2 * DAY)
    story.order(1, promised_at=2 * DAY, delivered_at=2 * DAY + 1)
    values = measure(story.close())
    assert values["late_share"] == 0.5
    assert values["lateness_mean_h"] == 1 / 3600
    assert values["on_time_in_full_share"] == 0.5


def test_open_and_lost_orders_are_late_once_the_promise_has_passed(story):
    story.order(0, promised_at=4 * DAY, state="open", delivered_at=-1, units_shipped=0)
    story.order(1, promised_at=4 * DAY, state="lost", delivered_at=-1)
    story.order(2, promised_at=31 * DAY, state="open", delivered_at=-1)  # the run ends on day 30
    story.order(3, promised_at=4 * DAY, state="cancelled", cancel_reason="gave_up", delivered_at=-1)
    story.order(4, promised_at=-1, delivered_at=29 * DAY)
    values = measure(story.close())
    assert values["late_share"] == 2 / 5
    assert math.isnan(values["lateness_mean_h"])  # none of them was delivered
    assert values["told_in_time_share"] == 0.0
    assert values["on_time_in_full_share"] == 1 / 5
    assert values["open_share"] == 2 / 5
    assert values["lost_share"] == 1 / 5
    assert values["cancelled_share"] == 1 / 5


def test_a_late_order_is_told_in_time_up_to_the_second_of_its_promise(story):
    late = {"promised_at": 2 * DAY, "delivered_at": 3 * DAY}
    story.order(0, told_at=2 * DAY, **late).order(1, told_at=2 * DAY + 1, **late).order(2, told_at=-1, **late)
    story.order(3, promised_at=2 * DAY, state="lost", delivered_at=-1, told_at=DAY)
    story.order(4, promised_at=2 * DAY, delivered_at=2 * DAY, told_at=DAY)  # told, and then it came in time
    story.order(5, promised_at=2 * DAY, state="cancelled", cancel_reason="gave_up", told_at=DAY)
    assert measure(story.close())["told_in_time_share"] == 2 / 4


def test_without_late_orders_nobody_had_to_be_told(story):
    assert math.isnan(measure(story.order(0, promised_at=2 * DAY).close())["told_in_time_share"])


def test_an_order_short_of_a_unit_is_not_in_full(story):
    story.order(0, units=3, units_shipped=2, promised_at=9 * DAY).order(1, units=3, units_shipped=3)
    assert measure(story.close())["on_time_in_full_share"] == 0.5


def test_declined_orders_are_cancelled_ones(story):
    story.order(0).order(1, state="cancelled", cancel_reason="declined", delivered_at=-1)
    story.order(2, state="cancelled", cancel_reason="impatience", delivered_at=-1).order(3)
    values = measure(story.close())
    assert values["cancelled_share"] == 0.5
    assert values["declined_share"] == 0.25


def test_fill_counts_units_not_orders(story):
    story.order(0, units=8, units_first_attempt=8).order(1, units=2, units_first_attempt=0)
    assert measure(story.close())["fill_share"] == 0.8


def test_an_order_counts_as_reallocated_once(story):
    story.order(0, reallocations=3).order(1).order(2).order(3, reallocations=1)
    assert measure(story.close())["reallocated_share"] == 0.5


def test_returns_are_measured_in_units_that_customers_of_counted_orders_sent_back(story):
    story.order(0, units=10, units_shipped=10)
    story.order(1, units=10, units_shipped=12)  # two of them reshipped: the customer has ten
    story.add("returns", order=0, units=3, sent_at=DAY, inspected_at=2 * DAY, outcome="restock")
    story.add("returns", order=1, units=1, sent_at=DAY, inspected_at=2 * DAY, outcome="scrap")
    story.add("returns", order=1, units=1, sent_at=29 * DAY, inspected_at=-1, outcome=None)
    story.add("returns", order=1, units=7, reason="wrong_item", inspected_at=2 * DAY, outcome="restock")
    story.add("returns", order=9, units=50, sent_at=DAY, inspected_at=2 * DAY, outcome="scrap", counted=False)
    values = measure(story.close())
    assert values["returned_share"] == 5 / 20
    assert values["restocked_share"] == 3 / 4
