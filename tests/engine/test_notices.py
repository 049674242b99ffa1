"""What customers are told: how many messages, and when the first one said that the order will be late."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from reports.kpis import measure

T0 = pd.Timestamp("2026-01-05T00:00")
HOUR, DAY = (pd.Timedelta(1, unit) for unit in ("h", "D"))

WORLD = """\
items: [{{id: fish, price: 20.00, handling: [cold]}}, {{id: tin, price: 3.00{item}}}]
regions: [{{id: town, at: [50, 8]}}]
segments: [{{id: standard{segment}}}]
demand: {{replay: orders.csv}}
warehouses:
  - {{id: hub, at: [50, 8], handling: [ambient], work_minutes: 60{site}}}
  - {{id: annex, at: [51, 8], handling: [cold], work_minutes: 60}}
stock: {stock}
carriers:
  - id: post
    services: [{{id: ground, pickups: ["17:00"], transit_days: {transit}, lost_share: {lost}, rates: {{base: 5.00}}}}]
{more}
"""


def world(
    segment: str = ", promise_days: 3", site: str = "", stock: str = "{opening: {units: 9}}", transit: str = "1",
    lost: float = 0, more: str = "", item: str = "",
) -> str:  # fmt: skip
    return WORLD.format(
        segment=segment, site=site, stock=stock, transit=transit, lost=lost, more=more, item=item
    )


def orders(*rows: tuple[str, str, str, int]) -> str:
    lines = [f"{order},2026-01-{at},town,{item},{units}" for order, at, item, units in rows]
    return "\n".join(["order,placed_at,region,item,units", *lines, ""])


def play(stage: Any, frame: Any, text: str, book: str, policy: Any = "nearest") -> Any:
    journal = stage.play(stage.scenario(text, orders=book), policy)
    return journal, frame(journal, "orders").set_index("order")


ONE = orders(("A", "05T08:00", "tin", 1))


def told(stage: Any, frame: Any, text: str, book: str = ONE, policy: Any = "nearest") -> tuple[int, Any]:
    """Return messages and first bad news of order A; the latter as time since the start."""
    _, table = play(stage, frame, text, book, policy)
    at = table.loc["A", "told_at"]
    return int(table.loc["A", "notifications"]), None if pd.isna(at) else at - T0


def test_an_order_in_time_is_confirmed_allocated_picked_up_and_delivered(stage: Any, frame: Any) -> None:
    assert told(stage, frame, world()) == (4, None)


def test_each_shipment_of_a_split_order_has_its_messages(stage: Any, frame: Any) -> None:
    book = orders(("A", "05T08:00", "tin", 1), ("A", "05T08:00", "fish", 1))
    assert told(stage, frame, world(), book) == (1 + 2 * 3, None)


def test_a_declined_order_gets_one_message(stage: Any, frame: Any) -> None:
    assert told(stage, frame, world(more="payments: {declined_share: 1}")) == (1, None)


def test_a_held_order_is_told_so_and_told_again_when_it_is_right(stage: Any, frame: Any) -> None:
    more = "capture_errors: {error_share: 1, corrected_after_hours: 2}"
    assert told(stage, frame, world(more=more)) == (6, None)


def test_a_customer_who_leaves_gets_one_message_about_it(stage: Any, frame: Any) -> None:
    """Confirmed, two shipments allocated, cancelled: all before the pickup at 17:00."""
    book = orders(("A", "05T08:00", "tin", 1), ("A", "05T08:00", "fish", 1))
    assert told(stage, frame, world(segment=", impatience_days: 0.25"), book) == (4, None)


@pytest.mark.parametrize(
    ("rules", "messages"),
    [
        ("rules:\n  - {otherwise: cancel}\n", 2),
        ("rules:\n  - {otherwise: {backorder: {give_up_after_hours: 5}}}\n", 2),
        ("attempts: {every_minutes: 60, give_up_after_hours: 3}\nrules:\n  - {otherwise: wait}\n", 2),
    ],
    ids=["at once", "a backorder", "after attempts"],
)
def test_cancelled_lines_are_told_once(stage: Any, frame: Any, rules: str, messages: int) -> None:
    assert told(stage, frame, world(stock="{opening: {units: 0}}"), ONE, rules) == (messages, None)


def test_without_a_promise_nobody_is_told_of_a_delay(stage: Any, frame: Any) -> None:
    assert told(stage, frame, world(segment="", transit="9")) == (4, None)


def test_a_delay_that_shows_at_the_allocation_is_told_then(stage: Any, frame: Any) -> None:
    """Packed at 09:00, picked up at 17:00, delivered the next day at 17:00: 33 hours after the order."""
    in_time, late = f", promise_days: {33 / 24}", f", promise_days: {33 / 24 - 1 / 86_400}"
    assert told(stage, frame, world(segment=in_time)) == (4, None)
    assert told(stage, frame, world(segment=late)) == (5, 8 * HOUR)


def test_a_queue_that_makes_an_order_late_is_told_when_it_is_allocated(stage: Any, frame: Any) -> None:
    """Nine hours of work wait at 08:00, beside what is in hand: the next parcel misses the pickup at 17:00."""
    book = orders(*((f"B{n}", "05T07:00", "tin", 1) for n in range(11)), ("A", "05T08:00", "tin", 1))
    text = world(segment=", promise_days: 1.5", stock="{}")
    assert told(stage, frame, text, book) == (5, 8 * HOUR)
    assert told(stage, frame, text, orders(("B", "05T07:00", "tin", 1), ("A", "05T08:00", "tin", 1))) == (
        4,
        None,
    )


def test_closed_doors_that_make_an_order_late_are_told_when_it_is_allocated(stage: Any, frame: Any) -> None:
    text = world(segment=", promise_days: 2", site=', hours: {tue-fri: "09:00-16:00"}')
    assert told(stage, frame, text) == (5, 8 * HOUR)  # closed on Monday, picked up on Tuesday at 17:00


def test_a_delay_that_shows_at_the_pickup_is_told_then(stage: Any, frame: Any) -> None:
    """It broke down for five hours, which nobody knew at 08:00: what missed the pickup leaves a day later."""
    site = ", downtime: [{begins: 2026-01-05T08:30, hours: 9, announced_hours: 0}]"
    text = world(segment=", promise_days: 2", site=site)
    assert told(stage, frame, text) == (5, DAY + 17 * HOUR)


def test_what_waits_is_expected_from_where_it_may_be_kept(stage: Any, frame: Any) -> None:
    """The hub is open, and may not keep fish; the annex, which may, has its next working day on Friday."""
    text = world(stock="{opening: {units: 0}}").replace(
        "id: annex,", "id: annex, hours: {fri: '08:00-12:00'},"
    )
    rules = "rules:\n  - {otherwise: wait}\n"
    assert told(stage, frame, text, orders(("A", "05T08:00", "fish", 1)), rules) == (2, 8 * HOUR)


def test_a_slow_road_is_no_news_before_it_shows(stage: Any, frame: Any) -> None:
    """Expected after a day, it takes three: the customer hears nothing, and the KPI says so."""
    text = world(
        segment=", promise_days: 2", transit="{empirical: {values: [0.5, 40], weights: [0.999, 0.001]}}"
    )
    journal, table = play(stage, frame, text, ONE)
    assert table.loc["A", "notifications"] == 4
    text = world(segment=", promise_days: 2", transit="{empirical: {values: [0.01, 3], weights: [0.6, 0.4]}}")
    book = orders(*((f"A{n}", "05T08:00", "tin", 1) for n in range(8)))
    journal, table = play(stage, frame, text, book)
    late = table["delivered_at"] > table["promised_at"]
    assert 0 < late.sum() < 8
    assert table["told_at"].isna().all()
    assert measure(journal)["told_in_time_share"] == 0


def test_an_order_that_waits_is_told_when_the_best_case_is_late(stage: Any, frame: Any) -> None:
    """Decided every six hours. The parcel that would be packed by 17:00 on Tuesday is the last one in time."""
    rules = "attempts: {every_minutes: 360}\nrules:\n  - {otherwise: wait}\n"
    text = world(segment=", promise_days: 2.5", stock="{opening: {units: 0}}")
    messages, at = told(stage, frame, text, ONE, rules)
    assert (messages, at) == (2, DAY + 20 * HOUR)


def test_an_order_that_nobody_carries_in_time_is_told_at_once(stage: Any, frame: Any) -> None:
    text = world(segment=", promise_days: 1", stock="{opening: {units: 0}}")
    assert told(stage, frame, text, ONE, "rules:\n  - {otherwise: wait}\n") == (2, 8 * HOUR)


@pytest.mark.parametrize(("then", "messages"), [("reship", 7), ("refund", 6)])
def test_a_loss_is_told_with_what_becomes_of_it(stage: Any, frame: Any, then: str, messages: int) -> None:
    """Confirmed, allocated, picked up, lost; late; refund, or the new parcel's allocation, pickup and so on."""
    text = world(
        segment=", promise_days: 4", lost=0.999999999, more=f"lost: {{noticed_after_days: 3, then: {then}}}"
    )
    journal, table = play(stage, frame, text.replace("items:", "drain_days: 4\nitems:", 1), ONE)
    assert table.loc["A", "told_at"] - T0 == 17 * HOUR + 3 * DAY
    assert table.loc["A", "notifications"] == messages
    assert measure(journal)["told_in_time_share"] == 1


def test_a_loss_without_a_section_about_it_is_told_too(stage: Any, frame: Any) -> None:
    text = world(segment=", promise_days: 40", lost=0.999999999)
    assert told(stage, frame, text) == (5, 17 * HOUR + 10 * DAY)


def test_refunds_and_replacements_are_told_and_no_replacement_is_late(stage: Any, frame: Any) -> None:
    for share, messages in ((0, 5), (1, 8)):
        more = f"returns: {{delay_days: 5, replace_share: {share}}}"
        text = world(segment=", promise_days: 3", item=", return_share: 0.999999999", more=more)
        # A replacement comes back as well, and is replaced: look at the time before that.
        _, table = play(stage, frame, text.replace("items:", "drain_days: 8\nitems:", 1), ONE)
        assert table.loc["A", "notifications"] == messages
        assert pd.isna(table.loc["A", "told_at"])


def test_told_in_time_counts_late_orders_told_before_their_promise(stage: Any, frame: Any) -> None:
    book = orders(("A", "05T08:00", "tin", 1), ("B", "05T08:00", "fish", 1), ("C", "05T08:00", "tin", 1))
    # A is in time. C misses the first pickup and hears of it at the second; B's site breaks down, and when its parcel
    # is picked up a day later the promise (the 6th at 17:36) has passed.
    text = world(segment=", promise_days: 1.4").replace(
        "handling: [cold], work_minutes: 60",
        "handling: [cold], work_minutes: 60, downtime: [{begins: 2026-01-05T08:30, hours: 40, announced_hours: 0}]",
    )
    text = text.replace("handling: [ambient], work_minutes: 60", "handling: [ambient], work_minutes: 300")
    journal, table = play(stage, frame, text, book)
    assert (table["delivered_at"] > table["promised_at"]).to_dict() == {"A": False, "B": True, "C": True}
    assert (table["told_at"] - T0).dropna().to_dict() == {"B": 2 * DAY + 17 * HOUR, "C": DAY + 17 * HOUR}
    assert measure(journal)["told_in_time_share"] == 0.5
