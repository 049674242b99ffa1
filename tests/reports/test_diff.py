"""Which orders two policies decided differently, from journals written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports.diffs.diff import (
    KINDS,
    chosen_orders,
    compare_routes,
    difference_content,
    order_rows,
    share_differently,
)
from reports.diffs.forms import difference_sentences, difference_tables
from reports.diffs.routes import OtherOrdersError, read_routes
from reports.diffs.texts import difference_markdown, difference_page, difference_text

DAY, HOUR = 86_400, 3_600


def lived(
    story: Any, number: int, *parcels: dict[str, Any], cents: int = 500, hours: int = 24, **order: Any
) -> None:
    """Add an order that was placed `number` seconds into day 1, and its parcels."""
    placed = DAY + number
    story.order(
        number,
        placed_at=placed,
        delivered_at=placed + hours * HOUR,
        cost_freight=cents,
        shipments=len(parcels),
        **order,
    )
    for place, parcel in enumerate(parcels):
        story.shipment(number, **{"shipment": place + 1, "allocated_at": placed, **parcel})


def nothing(story: Any, number: int) -> None:
    """Add an order that was cancelled."""
    story.order(
        number, placed_at=DAY + number, state="cancelled", delivered_at=-1, shipments=0, units_shipped=0
    )


@pytest.fixture
def pair(new_story: Any) -> Any:
    """Return the journals of two policies on nine orders; what differs is said beside each."""
    one, other = new_story(), new_story()
    for number in (8, 0, 1, 2, 3, 4, 5, 6, 7):  # in the order in which they end
        sides = {
            0: ([{}], [{}], {}),  # nothing
            1: (
                [{}],
                [{"warehouse": "reno"}],
                {"cents": 800, "hours": 30},
            ),  # the warehouse: 3.00 dearer, 6 h later
            2: (
                [{}, {"warehouse": "reno"}],
                [{"warehouse": "reno"}, {}],
                {"cents": 400},
            ),  # only the order of parcels
            3: ([{"units": 2}], [{}, {}], {"cents": 900}),  # the parcels
            4: ([{}], [{"service": None}], {"cents": 100, "hours": 20}),  # the service
            5: ([{}], [{"allocated_at": DAY + 9_000}], {"hours": 48}),  # the time
            6: (
                [{}],
                [{}, {"state": "cancelled", "warehouse": "reno"}, {"replaces": 1}],
                {},
            ),  # what is no part of it
        }
        if number in sides:
            left, right, otherwise = sides[number]
            lived(one, number, *left)
            lived(other, number, *right, **otherwise)
        elif number == 7:
            lived(one, number, {})
            nothing(other, number)
        else:
            lived(one, number, {}, counted=False)
            lived(other, number, {"warehouse": "reno"}, counted=False)
    return one.close(), other.close()


def found_in(pair: Any) -> Any:
    routes = read_routes(pair[0])
    return compare_routes(routes, read_routes(pair[1], routes))


def test_an_order_is_decided_differently_in_the_first_way_that_holds(pair: Any) -> None:
    found = found_in(pair)
    assert found.baseline.orders.to_pylist() == ["1", "2", "3", "4", "5", "6", "7", "8"]
    ways = ["" if kind < 0 else list(KINDS)[kind] for kind in found.kind.tolist()]
    assert ways == ["", "warehouses", "", "parcels", "services", "times", "", "units"]


def test_what_it_did_is_told_of_those_orders_and_of_the_others(pair: Any) -> None:
    content = difference_content(found_in(pair), ("near", "far"), pair, 0)
    groups = {group["group"]: group for group in content["groups"]}
    assert (content["orders"], content["differently"]) == (8, 5)
    # Dearer by 3.00, 4.00 and -4.00; what was cancelled saves 5.00; the order of parcels: -1.00 with no other route.
    assert groups["differently"]["cost_difference"] == pytest.approx(3 + 4 - 4 - 5)
    assert groups["alike"]["cost_difference"] == pytest.approx(-1)
    assert groups["all"]["cost_difference"] == pytest.approx(-3)
    assert content["alike_but_moved"] == 1
    # 6, 0, -4 and 24 hours: the cancelled one was delivered by one of both alone.
    assert groups["differently"]["delivered_by_both"] == 4
    assert groups["differently"]["lead_time_difference_h"] == pytest.approx(26 / 4)
    assert groups["units"]["lead_time_difference_h"] is None


def test_groups_add_up(pair: Any) -> None:
    groups = {
        group["group"]: group for group in difference_content(found_in(pair), ("a", "b"), pair, 0)["groups"]
    }
    for key in ("orders", "cost_difference", "delivered_by_both"):
        assert sum(groups[kind][key] for kind in KINDS) == pytest.approx(groups["differently"][key])
        assert groups["differently"][key] + groups["alike"][key] == pytest.approx(groups["all"][key])


def test_the_orders_that_differ_most_come_first_with_what_was_sent(pair: Any) -> None:
    content = difference_content(found_in(pair), ("near", "far"), pair, 0)
    assert [row["order"] for row in content["most_by_cost"]] == ["8", "4", "5", "2"]
    assert [row["order"] for row in content["most_by_time"]] == ["6", "2", "5"]
    cancelled, *_, moved = content["most_by_cost"]
    assert cancelled["routes"] == ["newark by ground", "nothing was sent"]
    assert cancelled["lead_time_h"] == [24, None]
    assert moved["routes"] == ["newark by ground", "reno by ground"]
    assert (moved["cost"], moved["cost_difference"]) == ([5, 8], 3)


def test_orders_that_are_told_are_taken_in_turn_from_four_sides(pair: Any) -> None:
    chosen = chosen_orders(found_in(pair), 4, "far")
    assert list(chosen) == ["8", "4", "5", "6"]
    assert chosen["5"] == "one of those that far delivers sooner by most"
    assert list(chosen_orders(found_in(pair), 0, "far")) == []
    assert sorted(chosen_orders(found_in(pair), 99, "far")) == ["2", "4", "5", "6", "8"]


def test_a_policy_differs_from_another_as_often_as_the_other_from_it(pair: Any) -> None:
    one = read_routes(pair[0])
    other = read_routes(pair[1], one)
    assert share_differently(one, other) == share_differently(other, one) == 5 / 8
    assert share_differently(one, one) == 0
    assert not compare_routes(one, one).differently.any()


def test_journals_in_blocks_on_disk_say_the_same(new_story: Any, tmp_path: Path) -> None:
    journals = []
    for place, rows in enumerate((10_000, 2)):
        folder = tmp_path / str(place)
        folder.mkdir()
        story = new_story(folder, rows)
        for number in range(7):
            lived(story, number, {}, {"warehouse": ("newark", "reno")[number % 2]})
        journals.append(story.close())
    one, other = read_routes(journals[0]), read_routes(journals[1])
    for column in one.__slots__:
        assert np.array_equal(getattr(one, column), getattr(other, column)), column


def test_orders_that_are_not_the_same_are_not_compared(new_story: Any) -> None:
    books = []
    for number, region in ((1, "NYC"), (1, "LAX"), (2, "NYC")):
        story = new_story()
        lived(story, number, {}, region=region)
        books.append(story.close())
    ours = read_routes(books[0])
    for other in books[1:]:
        with pytest.raises(OtherOrdersError):
            read_routes(other, ours)


def test_a_run_without_counted_orders_has_nothing_to_compare(new_story: Any) -> None:
    journal = new_story().order(0, counted=False).close()
    found = found_in((journal, journal))
    content = difference_content(found, ("a", "b"), (journal, journal), 0)
    assert difference_sentences(content) == ["No order is counted, so that there is nothing to compare."]
    assert chosen_orders(found, 3, "b") == {}


def test_sentences_say_how_many_and_what_became_of_the_others(pair: Any) -> None:
    content = difference_content(found_in(pair), ("near", "far"), pair, 0)
    assert difference_sentences(content) == [
        "far decided 5 of 8 orders (62.5\u00a0%) differently from near.",
        "Those orders cost 2.00\u00a0USD less in all (0.40 an order) and came 6.50\u00a0h later on average.",
        "Of the 3 that both decided alike, 1 took another time or cost another amount: others stood before them, or"
        " no longer did. All 3 together cost 1.00\u00a0USD less in all (0.33 an order) and came as soon on average.",
    ]
    same = difference_content(found_in((pair[0], pair[0])), ("near", "far"), pair, 0)
    assert difference_sentences(same) == ["far decided all of 8 orders as near did."]
    assert difference_tables(same) == []
    groups, moves, money, time = difference_tables(content)
    assert moves.rows[0] == ["newark", "reno", 1, 1 / 8, 3, 3, 6]
    assert [row[0] for row in groups.rows][-3:] == ["decided differently", "decided alike", "all"]
    assert [row[0] for row in money.rows] == ["8", "4", "5", "2"]
    assert money.rows[-1][1:] == [
        "5.00\u00a0→\u00a08.00",
        "24.0\u00a0→\u00a030.0",
        "newark by ground → reno by ground",
    ]
    assert [row[0] for row in time.rows] == ["6", "2", "5"]
    content["most_by_cost"][-1]["late"] = [False, True]
    assert difference_tables(content)[2].rows[-1][-1] == "newark by ground → reno by ground, late"


def test_moves_tell_from_which_warehouses_to_which_others_and_what_that_did(new_story: Any) -> None:
    one, other = new_story(), new_story()
    reno, both = {"warehouse": "reno"}, ({}, {"warehouse": "reno"})
    for number, (left, right, hours) in enumerate(
        ((({},), (reno,), 30), (both, (reno,), 20), (tuple(reversed(both)), (reno,), 22), (({},), ({},), 50))
    ):
        lived(one, number, *left)
        lived(other, number, *right, cents=300, hours=hours)
    journals = one.close(), other.close()
    content = difference_content(found_in(journals), ("near", "far"), journals, 0)
    assert content["moves"] == [
        {
            "warehouses": ["newark and reno", "reno"],
            "orders": 2,
            "share": 0.5,
            "cost_difference": -4,
            "lead_time_difference_h": -3,
        },
        {
            "warehouses": ["newark", "reno"],
            "orders": 1,
            "share": 0.25,
            "cost_difference": -2,
            "lead_time_difference_h": 6,
        },
    ]
    same = difference_content(found_in((journals[0], journals[0])), ("near", "far"), journals, 0)
    assert same["moves"] == []


def test_every_order_can_be_told_as_a_row(pair: Any) -> None:
    found = found_in(pair)
    rows = order_rows(found, np.flatnonzero(found.differently), pair)
    assert [row["order"] for row in rows] == ["2", "4", "5", "6", "8"]
    assert [row["kind"] for row in rows] == ["warehouses", "parcels", "services", "times", "units"]


def test_names_stay_text_in_every_form(pair: Any) -> None:
    names = ("<i>near</i>", "far|off")
    content = difference_content(found_in(pair), names, pair, 0)
    content["told"] = [{"order": "8", "because": "why <b>not</b>", "stories": ["<s>", "one\ntwo"]}]
    page = difference_page(content)
    assert "&lt;i&gt;near&lt;/i&gt;" in page
    assert not any(tag in page for tag in ("<i>", "<b>", "<s>"))
    text = difference_text(content, 100)
    assert "Order 8, why <b>not</b>\n\nNot told: <s>" in text
    markdown = difference_markdown(content)
    assert markdown.startswith("# far\\|off against &lt;i>near&lt;/i> in Two coasts, replication 0\n")
    assert "\n| order | cost, USD | lead time, h | sent |\n" in markdown
