"""One order told in every form, from the same content."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from typing import Any

import pytest

from reports.forms import as_json
from reports.stories.candidates import candidates
from reports.stories.reasons import MOST_SHOWN, number
from reports.stories.story import telling
from reports.stories.texts import story_csv, story_markdown, story_page, story_text

SCRIPT = "<script>alert(1)</script>"


def key(name: str, weight: float | None = None, **others: Any) -> dict[str, Any]:
    return {"key": name, "weight": weight, "scaled": False, "band": 0.0, "descending": False, **others}


def candidate(warehouse: str, *values: float | None, has: int = 2) -> dict[str, Any]:
    return {
        "warehouse": warehouse,
        "has": list(range(has)),
        "service": "ground",
        "expected_at": "2026-07-02T16:00:00",
        "keys": [
            {"key": name, "value": value}
            for name, value in zip(("landed_cost", "backlog", "sum"), values, strict=True)
        ],
    }


PLACED, LEAVES, ARRIVES = "2026-07-01T14:00:00", "2026-07-01T20:00:00", "2026-07-02T16:00:00"
CONTENT: dict[str, Any] = {
    "scenario": "two_sites",
    "title": "Two sites",
    "currency": "USD",
    "timezone": "America/New_York",  # four hours behind UTC in July
    "policy": "thrifty",
    "file": "thrifty.yaml",
    "replication": 0,
    "goods": [{"item": "tea", "units": 2}, {"item": "mug", "units": 1}],
    "order": {
        "order": "7",
        "placed_at": PLACED,
        "region": "boston",
        "segment": "standard",
        "lines": 2,
        "units": 3,
        "value": 1061.5,
        "promised_at": "2026-07-04T14:00:00",
        "state": "delivered",
        "cancel_reason": None,
        "delivered_at": ARRIVES,
        "shipments": 1,
        "told_at": None,
        "ended_at": ARRIVES,
    },
    "decisions": [
        {
            "at": PLACED,
            "cause": "placed",
            "moves_from": None,
            "rule": "cheapest",
            "outcome": "full",
            "lines": [{"line": 0, "item": "tea", "units": 2}, {"line": 1, "item": "mug", "units": 1}],
            "rules": [
                {
                    "rule": "cheapest",
                    "lines": [0, 1],
                    "left": [],
                    "removed": [
                        {"filter": "sites", "warehouses": []},
                        {"filter": "is_up", "warehouses": ["drowned", "burnt"]},
                    ],
                    "dropped": ["soft"],
                    "comparisons": [
                        {
                            "lines": [0, 1],
                            "chosen": "near",
                            "keys": [key("landed_cost", 1.0), key("backlog", 0.01), key("sum")],
                            "candidates": [
                                candidate("near", 12.25, 30, 12.55),
                                candidate("far", 14.0, 5, 14.05, has=1),
                            ],
                        }
                    ],
                    "parts": [],
                    "holds": [],
                    "runner_up": ["far"],
                    "margin": 1.5,
                    "decided_by": "sum",
                    "outcome": "full",
                    "capped": False,
                    "soft": ["promise_can_be_met"],
                }
            ],
            "parts": [
                {
                    "warehouse": "near",
                    "service": "ground",
                    "lines": [{"line": 0, "units": 2}, {"line": 1, "units": 1}],
                }
            ],
            "holds": [],
        }
    ],
    "shipments": [
        {
            "shipment": 1,
            "warehouse": "near",
            "service": "ground",
            "allocated_at": PLACED,
            "ended_at": ARRIVES,
            "released_at": PLACED,
            "started_at": "2026-07-01T17:00:00",
            "packed_at": "2026-07-01T17:30:00",
            "picked_up_at": LEAVES,
            "delivered_at": ARRIVES,
            "state": "delivered",
            "replaces": None,
        }
    ],
    "returns": [],
    "ledger": [
        {"account": "revenue", "amount_cents": -106150},
        {"account": "refund", "amount_cents": 1150},
        {"account": "freight", "amount_cents": 900},
        {"account": "freight", "amount_cents": 100},
        {"account": "cash", "amount_cents": 104000},
    ],
}


@pytest.fixture
def content() -> Any:
    return copy.deepcopy(CONTENT)


def test_the_text_tells_the_life_and_the_reasons_line_by_line(content: Any) -> None:
    assert story_text(content).splitlines() == [
        'order 7 of "Two sites" (policy thrifty, replication 0)',
        "  2 tea and 1 mug for 1,061.50 USD; standard customer in boston",
        "  placed 2026-07-01 10:00:00, promised by 2026-07-04 10:00:00; delivered 2026-07-02 12:00:00, in 1 shipment",
        "  times are those of America/New_York",
        "",
        "2026-07-01 10:00:00  placed",
        "2026-07-01 10:00:00  decision 1, because the order was placed",
        '    rule "cheapest", asked about 2 tea and 1 mug',
        "      left out by is_up: drowned and burnt",
        "      soft promise_can_be_met: dropped, because nobody was left",
        "      compared for 2 tea and 1 mug:",
        "        warehouse  has     landed_cost  backlog    sum  service  expected",
        "                                   × 1   × 0.01",
        "        → near     2 of 2        12.25       30  12.55  ground   2026-07-02 12:00",
        "          far      1 of 2        14.00        5  14.05  ground   2026-07-02 12:00",
        "      next best: far; what was chosen is better by 1.5 (sum)",
        "      outcome: full",
        "    → 2 tea and 1 mug: leaves near by ground",
        "2026-07-01 10:00:00  shipment 1 waits at near, to be picked and packed",
        "2026-07-01 13:00:00  shipment 1: work begins at near",
        "2026-07-01 13:30:00  shipment 1 is packed",
        "2026-07-01 16:00:00  shipment 1 is picked up by ground",
        "2026-07-02 12:00:00  shipment 1 is delivered",
        "",
        "time, h     in the queue  packing  for pickup  on the way  in all",
        "shipment 1          3.00     0.50        2.50       20.00   26.00",
        "",
        "money, USD     amount",
        "revenue     +1,061.50",
        "refund         -11.50",
        "freight        -10.00",
        "left        +1,040.00",
    ]


def test_every_form_says_the_same(content: Any) -> None:
    text, markdown, page = story_text(content), story_markdown(content), words(story_page(content))
    said = telling(content)
    for event in said.events:
        for form in (text, markdown, page):
            assert event.when in form
            assert all(end in form for end in event.ends)
    for sentence in (
        "left out by is_up: drowned and burnt",
        "next best: far; what was chosen is better by 1.5 (sum)",
        "outcome: full",
    ):
        assert sentence in text
        assert sentence in markdown
        assert sentence[1:] in page
    for cell in ("12.25", "14.05", "× 0.01", "2 of 2", "2026-07-02 12:00"):
        assert all(cell in form for form in (text, markdown, page))


def words(page: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", page).split())


def test_markdown_is_headed_by_the_order_and_has_a_table_of_candidates(content: Any) -> None:
    lines = story_markdown(content).splitlines()
    assert lines[0] == '## Order 7 of "Two sites" (policy thrifty, replication 0)'
    rule = lines.index("| --- | --- | ---: | ---: | ---: | --- | --- |")
    assert (
        lines[rule - 1]
        == "| warehouse | has | landed_cost, × 1 | backlog, × 0.01 | sum | service | expected |"
    )


def test_csv_has_a_row_for_every_warehouse_that_was_looked_at(content: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(story_csv(content))))
    assert [(row["warehouse"], row["chosen"], row["runner_up"], row["removed_by"]) for row in rows] == [
        ("near", "1", "0", ""),
        ("far", "0", "1", ""),
        ("drowned", "0", "0", "is_up"),
        ("burnt", "0", "0", "is_up"),
    ]
    assert rows[0] | {"landed_cost": "12.25", "backlog": "30", "sum": "12.55", "has": "2"} == rows[0]
    assert rows[1]["has"] == "1"
    assert rows[2]["landed_cost"] == ""


def test_json_is_the_content_itself(content: Any) -> None:
    assert json.loads(as_json(content)) == CONTENT


def test_a_key_that_is_called_like_a_column_has_a_column_of_its_own(content: Any) -> None:
    (comparison,) = content["decisions"][0]["rules"][0]["comparisons"]
    for each in comparison["candidates"]:
        each["keys"][1]["key"] = "service"
    names = [column.name for column in candidates(content).columns]
    assert len(names) == len(set(names))
    assert "service_key" in names


def test_names_stay_text_on_the_page(content: Any) -> None:
    text = json.dumps(content).replace("near", SCRIPT).replace("Two sites", SCRIPT).replace("tea", SCRIPT)
    page = story_page(json.loads(text))
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in story_markdown(json.loads(text))


def test_names_cannot_steer_a_terminal(content: Any) -> None:
    content["title"] = "two\x1b[2Jsites"
    assert "\x1b" not in story_text(content)
    assert "\x1b" not in story_markdown(content)


def test_a_narrow_terminal_gets_the_columns_below_each_other(content: Any) -> None:
    lines = story_text(content, 60).splitlines()
    assert sum("→ near" in line for line in lines) == 2
    assert max(len(line) for line in lines if "near  " in line or "far   " in line) <= 60


def test_a_policy_that_gives_no_reasons_is_named(content: Any) -> None:
    (decision,) = content["decisions"]
    content |= {"file": "mine.py"}
    decision |= {"rules": [], "rule": "", "outcome": ""}
    assert "    mine.py gives no reasons\n    → 2 tea and 1 mug: leaves near by ground" in story_text(content)
    decision |= {"rule": "by guess", "outcome": "full"}
    assert "    mine.py gives no reasons; it names by guess (full)\n" in story_text(content)
    (row,) = csv.DictReader(io.StringIO(story_csv(content)))
    assert (row["warehouse"], row["chosen"], row["rule"]) == ("near", "1", "by guess")


def test_a_rule_set_of_which_no_rule_applies_says_that(content: Any) -> None:
    (decision,) = content["decisions"]
    decision |= {"rules": [], "rule": "", "outcome": "no rule applies", "parts": []}
    assert "    no rule applies\n    → 2 tea and 1 mug: waits\n" in story_text(content)


@pytest.mark.parametrize(
    ("hold", "end"),
    [
        ({"action": "wait", "until": None}, "waits"),
        ({"action": "wait", "until": LEAVES}, "waits, until 2026-07-01 16:00:00 at the latest"),
        (
            {"action": "backorder", "warehouse": "far", "until": None},
            "leaves far as soon as it has it",
        ),
        ({"action": "cancel", "reason": "no_stock"}, "cancelled, for want of stock"),
        ({"action": "care", "until": LEAVES}, "customer care, until 2026-07-01 16:00:00"),
    ],
)
def test_what_becomes_of_lines_that_do_not_leave_is_said(content: Any, hold: Any, end: str) -> None:
    (decision,) = content["decisions"]
    decision |= {"parts": [], "holds": [{"lines": [1], **hold}]}
    assert telling(content).events[1].ends == (f"1 mug: {end}", "2 tea: waits")


def test_a_move_that_was_not_made_says_where_the_goods_stay(content: Any) -> None:
    (decision,) = content["decisions"]
    decision |= {"moves_from": "near", "cause": "site_down", "outcome": "kept"}
    event = telling(content).events[1]
    assert event.text == "decision 1, because the warehouse was down: whether what waits at near moves"
    assert event.ends == ("it stays at near",)


@pytest.mark.parametrize("chosen", [3, MOST_SHOWN + 2])
def test_of_many_candidates_the_first_are_shown_and_the_chosen_one_in_any_case(
    content: Any, chosen: int
) -> None:
    (comparison,) = content["decisions"][0]["rules"][0]["comparisons"]
    comparison["candidates"] = [candidate(f"site{n}", n, n, n) for n in range(MOST_SHOWN + 5)]
    comparison["chosen"] = f"site{chosen}"
    text = story_text(content)
    assert f"→ site{chosen} " in text
    assert f"and {4 if chosen >= MOST_SHOWN else 5} warehouses more" in text
    assert len(candidates(content).rows) == MOST_SHOWN + 5 + 2


def test_what_a_decision_began_comes_before_the_next_one_of_the_same_second(content: Any) -> None:
    """All decisions of a second used to come first, and then what had caused them."""
    first, shipment = content["decisions"][0], content["shipments"][0]
    content["decisions"].append(first | {"cause": "short_pick"})
    none = dict.fromkeys(("packed_at", "picked_up_at", "delivered_at"))
    short = shipment | none | {"started_at": PLACED, "state": "cancelled", "ended_at": PLACED}
    content["shipments"] = [short, shipment | {"shipment": 2}]
    content["returns"] = [
        {"shipment": 2, "warehouse": "near", "item": "tea", "units": 1, "reason": "customer", "sent_at": ARRIVES,
         "inspected_at": None, "outcome": None}
    ]  # fmt: skip
    told = [event.text.partition(",")[0].partition(":")[0] for event in telling(content).events]
    assert told == [
        "placed", "decision 1", "shipment 1 waits at near", "shipment 1", "shipment 1 is called off", "decision 2",
        "shipment 2 waits at near", "shipment 2", "shipment 2 is packed", "shipment 2 is picked up by ground",
        "shipment 2 is delivered", "the customer sends 1 tea back",
    ]  # fmt: skip


def test_an_order_that_is_given_up_ends_with_that(content: Any) -> None:
    content |= {"shipments": [], "ledger": []}
    content["order"] |= {"state": "cancelled", "cancel_reason": "impatience", "delivered_at": None}
    assert telling(content).events[-1].text == "cancelled: the customer has lost patience"
    assert telling(content).events[-1].at == ARRIVES


def test_an_order_without_a_decision_and_without_money_is_told_too(content: Any) -> None:
    content |= {"goods": [], "decisions": [], "shipments": [], "ledger": []}
    content["order"] |= {"state": "cancelled", "cancel_reason": "declined", "delivered_at": None}
    text = story_text(content)
    assert "3 units in 2 lines for 1,061.50 USD" in text
    assert "cancelled: the payment was declined" in text
    assert "money" not in text
    assert story_csv(content).count("\n") == 1
    assert "Order 7" in story_page(content)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (key("a", -0.05), "× −0.05"),
        (key("a", 2.0, scaled=True, descending=True), "0 to 1, × 2, more is better"),
        (key("a", band=0.5), "equal within 0.5"),
        (key("a"), ""),
    ],
)
def test_the_heading_says_how_a_key_counts(content: Any, entry: Any, said: str) -> None:
    (comparison,) = content["decisions"][0]["rules"][0]["comparisons"]
    comparison["keys"][0] = entry
    table = next(each for each in telling(content).events[1].reasons[0].told if not isinstance(each, str))
    assert table.columns[2].unit == said


def test_numbers_below_each_other_have_the_same_decimals_and_tell_apart_what_differs(content: Any) -> None:
    (comparison,) = content["decisions"][0]["rules"][0]["comparisons"]
    comparison["candidates"] = [
        candidate("a", 1234.56789, 12.341, 0.5),
        candidate("b", None, 12.3412, 2),
        candidate("c", 3.0, 7.0, -0.25),
    ]
    table = next(each for each in telling(content).events[1].reasons[0].told if not isinstance(each, str))
    assert [row[2:5] for row in table.shown()] == [
        ["1,234.57", "12.3410", "0.50"],
        ["–", "12.3412", "2.00"],
        ["3.00", "7.0000", "−0.25"],
    ]
    assert (number(1.5), number(3.827009), number(2e18), number(-0.00001)) == ("1.5", "3.827", "2e+18", "0")


def test_the_hours_of_a_shipment_add_up_and_what_has_not_ended_is_missing(content: Any) -> None:
    (first,) = content["shipments"]
    second = first | {"shipment": 2, "allocated_at": LEAVES, "released_at": ARRIVES, "delivered_at": None}
    second |= {"started_at": None, "packed_at": None, "picked_up_at": None}
    content["shipments"] = [second, first, first | {"shipment": 3, "state": "cancelled"}]
    times = telling(content).times
    assert times is not None
    assert [column.name for column in times.columns] == [
        "time, h", "undecided", "for stock", "in the queue", "packing", "for pickup", "on the way", "in all",
    ]  # fmt: skip
    assert list(times.rows) == [
        ("shipment 1", 0.0, 0.0, 3.0, 0.5, 2.5, 20.0, 26.0),
        ("shipment 2", 6.0, 20.0, None, None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("promised", "scale"), [("2026-07-04T14:00:00", 72), ("2026-07-02T14:00:00", 52), (None, 52)]
)
def test_bars_on_the_page_have_one_scale_that_ends_with_the_promise_or_later(
    content: Any, promised: str | None, scale: int
) -> None:
    (first,) = content["shipments"]
    content["shipments"] = [first, first | {"shipment": 2, "delivered_at": "2026-07-03T18:00:00"}]
    content["order"]["promised_at"] = promised
    page = story_page(content)
    assert (
        'aria-label="shipment 1: in the queue 3.00 h, packing 0.50 h, for pickup 2.50 h, on the way 20.00 h"'
        in page
    )
    ends = [[x + width for x, width in bar] for bar in bars(page)]
    if promised is not None:
        said = 72 if scale == 72 else 24
        assert f"Shipment 1, 26.00 h, of {said}.00 h promised" in words(page)
        assert [bar.pop() for bar in ends] == [pytest.approx(1000 * said / scale, abs=0.1)] * 2
    assert [max(bar) for bar in ends] == pytest.approx([1000 * 26 / scale, 1000 * 52 / scale], abs=0.2)


def bars(page: str) -> list[list[tuple[float, float]]]:
    """Return where the pieces of each bar begin and how long they are."""
    found = re.findall(r'<svg viewBox="0 0 1000 10".*?</svg>', page, re.DOTALL)
    pieces = [re.findall(r'<rect x="([\d.]+)".*?width="([\d.]+)"', bar) for bar in found]
    return [[(float(x), float(width)) for x, width in bar] for bar in pieces]


def test_of_many_keys_those_that_tell_nobody_apart_stand_below_the_table(content: Any) -> None:
    (comparison,) = content["decisions"][0]["rules"][0]["comparisons"]
    more = {"co2e_kg": (0.0, 0.0), "lateness_cost": (1.5, 1.5)}
    comparison["keys"] += [key(name, 1.0) for name in more]
    for name, values in more.items():
        for each, value in zip(comparison["candidates"], values, strict=True):
            each["keys"].append({"key": name, "value": value})
    text = story_text(content)
    assert "        warehouse  has     landed_cost  backlog    sum  service  expected\n" in text
    assert "      the same for all: co2e_kg 0 and lateness_cost 1.5 (× 1)\n" in text
    assert "lateness_cost" in story_csv(content).splitlines()[0]
    first, _ = comparison["candidates"]
    comparison["candidates"] = [first]
    assert "      and: co2e_kg 0\n" in story_text(content)
    comparison["candidates"] = [first, first | {"warehouse": "far"}]
    assert "the same for all" not in story_text(content)


def test_a_soft_filter_that_leaves_somebody_out_is_named(content: Any) -> None:
    (rule,) = content["decisions"][0]["rules"]
    rule |= {
        "removed": [{"filter": name, "warehouses": [site]} for name, site in (("soft", "a"), ("soft", "b"))],
        "dropped": [],
        "soft": ["within", "not_tried"],
    }
    text = story_text(content)
    assert "left out by soft within: a\n" in text
    assert "left out by soft not_tried: b\n" in text


@pytest.mark.parametrize(
    ("promised", "said"), [("2026-07-02T10:30:00", "in 1 shipment, 5.50 h late"), (ARRIVES, "in 1 shipment")]
)
def test_an_order_that_came_late_says_by_how_much(content: Any, promised: str, said: str) -> None:
    content["order"]["promised_at"] = promised
    assert telling(content).facts[1].endswith(said)
