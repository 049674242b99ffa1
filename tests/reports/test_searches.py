"""How often a search for splits was cut short is told below the results of a run."""

from __future__ import annotations

from reports.searches import cut_short


def counted(taken: int, greedy: int) -> dict[str, float]:
    return {"orders": 1.0, "orders.placed": taken, "decisions.all": taken, "decisions.greedy": greedy}


def test_a_policy_of_which_a_greedy_search_took_decisions_is_named_once() -> None:
    tasks = [
        ("split_control", 0, counted(3_000, 12)),
        ("nearest", 0, counted(3_000, 0)),
        ("split_control", 1, counted(2_000, 1)),
    ]
    assert cut_short(tasks) == [
        "split_control: 13 of 5,000 decisions used the greedy search, because there were more ways to split the order "
        "than are tried"
    ]


def test_where_every_way_was_tried_nothing_is_said() -> None:
    assert cut_short([("nearest", 0, counted(3_000, 0))]) == []
