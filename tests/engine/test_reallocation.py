"""Shipments that are committed to a warehouse and not begun there move to others, or stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from sim.clock import HOUR
from sim.errors import PolicyError
from sim.occasions import Reallocation
from sim.policy import Allocation, Backorder, Part, Request, Wait, Why
from sim.view.network import Network

# Each warehouse has one station, and a shipment takes two hours there.
WORLD = """\
start: 2026-01-05T00:00
days: 2
drain_days: 2
items: [{{id: mug, cost: 2}}, {{id: tin, cost: 1}}]
regions: [{{id: here}}]
segments: [{{id: standard}}, {{id: whole, split: never}}, {{id: hasty, impatience_days: 0.125}}]
demand: {{replay: orders.csv}}
warehouses: [{sites}]
{more}
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""
SITES = ("a", "b", "c")
MINUTE = 60


def down(begins: str, hours: float) -> str:
    return f"{{begins: 2026-01-{begins}, hours: {hours}, announced_hours: 0}}"


class FirstThatCan:
    """Ships each line from the first warehouse that is up and has it, or all from one; waits or commits the rest."""

    def __init__(self, *, backorder: int | None = None, splits: bool = False, **wishes: Any) -> None:
        self.reallocation = Reallocation(**wishes) if wishes else None
        self.backorder = backorder
        self.splits = splits
        self.requests: list[Request] = []

    def allocate(self, order: Request, network: Network) -> Allocation:
        self.requests.append(order)
        why = Why("first that can", "full")

        def site_for(lines: Sequence[int]) -> int | None:
            for site in range(len(network.warehouses)):
                enough = all(network.available[order.items[n], site] >= order.units[n] for n in lines)
                if network.up[site] and site not in order.tried and enough:
                    return site
            return None

        whole = site_for(order.open)
        if whole is not None:
            return Allocation((Part(whole, tuple((n, order.units[n]) for n in order.open)),), (), why)
        found = {n: site_for([n]) for n in order.open} if self.splits and order.split else {}
        parts = tuple(Part(site, ((n, order.units[n]),)) for n, site in found.items() if site is not None)
        rest = tuple(n for n in order.open if found.get(n) is None)
        if self.backorder is not None and rest:
            return Allocation(parts, (Backorder(rest, self.backorder),), why)
        return Allocation(parts, (Wait(rest),) if rest else (), why)


class Played:
    """What became of the orders."""

    def __init__(self, journal: Any, frame: Any) -> None:
        self.journal = journal
        self.orders = frame(journal, "orders").set_index("order")
        self.shipments = frame(journal, "shipments")
        self.decisions = frame(journal, "decisions")

    @property
    def moves(self) -> list[str]:
        """Return when, why, what and to where of each decision after the first."""
        rows = self.decisions[self.decisions["cause"] != "placed"]
        return [
            f"{row.order} {row.at:%dT%H:%M:%S} {row.cause}: {row.outcome} {row.chosen}"
            for row in rows.itertuples()
        ]

    def left_from(self, order: str) -> list[tuple[str, str]]:
        """Return warehouse and state of the shipments of an order, by their number."""
        rows = self.shipments[self.shipments["order"] == order].sort_values("shipment")
        return list(zip(rows["warehouse"], rows["state"], strict=True))


@pytest.fixture(name="play")
def play_(stage: Any, frame: Any) -> Any:
    def play(
        policy: Any,
        orders: Sequence[str],
        downtime: dict[str, str] | None = None,
        more: str = "",
        **keys: str,
    ) -> Played:
        """Play orders given as `A 05T10:00:00 standard mug:1,tin:2`; `downtime` and other keys are by warehouse."""
        rows = ["order,placed_at,segment,region,item,units"]
        for order in orders:
            name, at, segment, lines = order.split()
            rows += [
                f"{name},2026-01-{at},{segment},here,{item},{units}"
                for item, units in (line.split(":") for line in lines.split(","))
            ]
        sites = [
            f"{{id: {id_}, stations: 1, work_minutes: 120, costs: {{per_shipment: 1}}, {keys.get(id_, '')} "
            f"downtime: [{(downtime or {}).get(id_, '')}]}}"
            for id_ in SITES
        ]
        world = WORLD.format(sites=", ".join(sites), more=more)
        scenario = stage.scenario(world, orders="\n".join(rows) + "\n")
        return Played(stage.play(scenario, policy), frame)

    return play


TWO = ["A 05T10:00:00 standard mug:1", "B 05T10:00:00 standard mug:1"]

# -- a warehouse goes down ---------------------------------------------------------------------------------------


def test_what_is_queued_where_a_warehouse_goes_down_moves_and_what_is_begun_stays(play: Any) -> None:
    policy = FirstThatCan(after=("site_down",), wait_seconds=30 * MINUTE)
    found = play(policy, TWO, {"a": down("05T11:00", 24)})
    assert found.moves == ["B 05T11:30:00 site_down: moved, full b"]
    assert found.left_from("A") == [("a", "delivered")]
    assert found.left_from("B") == [("a", "cancelled"), ("b", "delivered")]
    assert found.orders["reallocations"].to_dict() == {"A": 0, "B": 1}
    assert found.orders["shipments"].to_dict() == {"A": 1, "B": 1}
    assert f"{found.orders.loc['B', 'delivered_at']:%dT%H:%M:%S}" == "05T13:30:00"


def test_the_policy_sees_a_shipment_as_if_it_did_not_exist(play: Any) -> None:
    policy = FirstThatCan(after=("site_down",))
    play(policy, [TWO[0], "B 05T10:00:00 standard mug:2,tin:1"], {"a": down("05T11:00", 24)})
    (request,) = policy.requests[2:]
    assert (request.order, request.units, request.open, request.ordered) == (1, (2, 1), (0, 1), (2, 1))
    assert (request.shipments, request.attempt, request.tried) == (0, 1, frozenset({0}))
    assert [request.moves_from for request in policy.requests] == [-1, -1, 0]


@pytest.mark.parametrize(("seconds", "moves"), [(1800, 0), (1801, 1)])
def test_a_warehouse_that_is_back_when_the_wait_is_over_keeps_its_shipments(
    play: Any, seconds: int, moves: int
) -> None:
    policy = FirstThatCan(after=("site_down",), wait_seconds=1800)
    found = play(policy, TWO, {"a": down("05T11:00", seconds / HOUR)})
    assert len(found.moves) == moves


def test_the_wait_begins_anew_when_a_warehouse_goes_down_again(play: Any) -> None:
    policy = FirstThatCan(after=("site_down",), wait_seconds=1800)
    downs = f"{down('05T11:00', 0.25)}, {down('05T11:20', 5)}"
    assert play(policy, TWO, {"a": downs}).moves == ["B 05T11:50:00 site_down: moved, full b"]


def test_a_shipment_stays_where_no_other_warehouse_can_have_it_and_that_changes_nothing(play: Any) -> None:
    stock = "stock: {opening: [{warehouses: [a], units: 9}, {warehouses: [b, c], units: 0}]}"
    asked = play(FirstThatCan(after=("site_down",)), TWO, {"a": down("05T11:00", 5)}, stock)
    silent = play(FirstThatCan(), TWO, {"a": down("05T11:00", 5)}, stock)
    assert asked.moves == ["B 05T11:00:00 site_down: kept a"]
    assert asked.orders.equals(silent.orders)
    assert asked.shipments.equals(silent.shipments)


def test_what_moves_goes_in_the_order_of_the_queue(play: Any) -> None:
    """The queue is by priority; one unit lies at b."""
    stock = "stock: {opening: [{warehouses: [a], units: 9}, {warehouses: [b], units: 1}, {warehouses: [c], units: 0}]}"
    orders = [*TWO, "C 05T10:00:00 whole mug:1"]
    policy = FirstThatCan(after=("site_down",))
    found = play(policy, orders, {"a": down("05T11:00", 24)}, stock)
    assert found.moves == ["B 05T11:00:00 site_down: moved, full b", "C 05T11:00:00 site_down: kept a"]


def test_an_order_never_comes_back_to_where_it_was(play: Any) -> None:
    policy = FirstThatCan(after=("site_down",))
    orders = ["A 05T10:00:00 standard mug:1", "B 05T10:00:00 standard mug:1", "D 05T10:30:00 standard mug:1"]
    stock = "stock: {opening: [{warehouses: [a, b], units: 9}, {warehouses: [c], units: 0}]}"
    downs = {"a": down("05T11:00", 0.5), "b": f"{down('05T12:00', 24)}"}
    found = play(policy, orders, downs, stock)
    assert found.moves == [
        "B 05T11:00:00 site_down: moved, full b",
        "D 05T11:00:00 site_down: moved, full b",
        "D 05T12:00:00 site_down: kept b",
    ]


def test_a_policy_that_would_send_an_order_back_is_not_heard(play: Any) -> None:
    class ToA(FirstThatCan):
        def allocate(self, order: Request, network: Network) -> Allocation:
            return super().allocate(order._replace(tried=frozenset()), network)

    found = play(ToA(after=("timer",), every_seconds=HOUR), TWO)
    assert found.moves == ["B 05T11:00:00 timer: kept a"]


def test_at_most_so_many_moves_an_order(play: Any) -> None:
    orders = [*TWO, "D 05T10:00:00 standard mug:1", "E 05T10:00:00 standard mug:1"]
    downs = {"a": down("05T11:00", 40), "b": down("05T11:30", 40)}
    stock = "stock: {opening: {units: 9}}"
    free = play(FirstThatCan(after=("site_down",)), orders, downs, stock)
    assert free.orders["reallocations"].to_dict() == {"A": 0, "B": 1, "D": 2, "E": 2}
    once = play(FirstThatCan(after=("site_down",), at_most=1), orders, downs, stock)
    assert once.orders["reallocations"].to_dict() == {"A": 0, "B": 1, "D": 1, "E": 1}
    assert len(once.moves) == 3


def test_a_move_costs_what_it_costs_as_handling(play: Any) -> None:
    found = play(FirstThatCan(after=("site_down",), cents=250), TWO, {"a": down("05T11:00", 24)})
    assert found.orders["cost_handling"].to_dict() == {"A": 1.0, "B": 3.5}
    ledger = found.journal.table("ledger").to_pandas()
    assert ledger["amount_cents"].sum() == 0
    assert found.shipments["cost_handling"].sum() == 2  # of the work; the move is the order's


def test_limits_get_back_what_is_moved(play: Any) -> None:
    class Counts(FirstThatCan):
        def prepare(self, network: Network) -> None:
            self.usage = network.usage("orders", "day")
            self.used: list[list[float]] = []

        def allocate(self, order: Request, network: Network) -> Allocation:
            self.used.append(self.usage.used().tolist())
            return super().allocate(order, network)

    policy = Counts(after=("site_down",))
    play(policy, [*TWO, "D 05T12:00:00 standard mug:1"], {"a": down("05T11:00", 24)})
    assert policy.used[2:] == [[2, 0, 0], [1, 1, 0]]


def test_the_stock_that_a_shipment_gives_up_goes_to_who_waits_there(play: Any) -> None:
    """C is committed to a, which is out of stock until B leaves it a unit."""
    stock = "stock: {opening: [{warehouses: [a], units: 2}, {warehouses: [b], units: 1}, {warehouses: [c], units: 0}]}"
    orders = [*TWO, "C 05T10:30:00 standard mug:2"]
    policy = FirstThatCan(after=("site_down",), backorder=0)
    found = play(policy, orders, {"a": down("05T11:00", 2)}, stock)
    (row,) = found.shipments[found.shipments["order"] == "C"].to_dict("records")
    assert (row["warehouse"], row["state"]) == ("a", "backordered")
    assert found.left_from("B")[-1] == ("b", "delivered")


# -- stock arrives somewhere else ----------------------------------------------------------------------------------

EMPTY_BUT_B = """\
suppliers: [{id: farm}]
stock:
  opening: {units: 0}
  replenish: [{items: [mug], warehouses: [b], arrivals: {every_days: 0.5, units: 1}}]
"""


def test_a_backorder_moves_when_another_warehouse_receives_what_it_waits_for(play: Any) -> None:
    """b receives a mug at noon and at midnight; whoever was committed first goes first."""
    policy = FirstThatCan(after=("receipt",), backorder=0)
    found = play(policy, TWO, more=EMPTY_BUT_B)
    assert found.moves == ["A 05T12:00:00 receipt: moved, full b", "B 06T00:00:00 receipt: moved, full b"]
    assert found.left_from("A") == [("a", "cancelled"), ("b", "delivered")]
    assert found.left_from("B") == [("a", "cancelled"), ("b", "delivered")]


def test_an_order_that_waits_and_is_committed_nowhere_goes_first(play: Any) -> None:
    class OnlyACommits(FirstThatCan):
        def allocate(self, order: Request, network: Network) -> Allocation:
            self.backorder = 0 if order.order == 0 else None
            return super().allocate(order, network)

    found = play(OnlyACommits(after=("receipt",)), TWO, more=EMPTY_BUT_B)
    assert found.moves == ["B 05T12:00:00 receipt: full b", "A 06T00:00:00 receipt: moved, full b"]


def test_a_receipt_that_is_not_enough_leaves_a_backorder_where_it_is(play: Any) -> None:
    policy = FirstThatCan(after=("receipt",), backorder=0)
    found = play(policy, ["A 05T10:00:00 standard mug:2"], more=EMPTY_BUT_B)
    assert found.moves[:2] == ["A 05T12:00:00 receipt: kept a", "A 06T00:00:00 receipt: moved, full b"]


def test_a_receipt_of_what_a_backorder_has_already_does_not_concern_it(play: Any) -> None:
    """It has the mug, and waits for the tin, which nobody receives."""
    more = EMPTY_BUT_B.replace(
        "opening: {units: 0}", "opening: [{units: 0}, {items: [mug], warehouses: [a], units: 1}]"
    )
    policy = FirstThatCan(after=("receipt",), backorder=0)
    assert play(policy, ["A 05T10:00:00 standard mug:1,tin:1"], more=more).moves == []


def test_a_backorder_that_moved_does_not_lapse(play: Any) -> None:
    class Lapses(FirstThatCan):
        def allocate(self, order: Request, network: Network) -> Allocation:
            answer = super().allocate(order, network)
            holds = tuple(hold._replace(until=13 * HOUR) for hold in answer.holds)
            return answer._replace(holds=holds)

    found = play(Lapses(after=("receipt",), backorder=0), TWO[:1], more=EMPTY_BUT_B)
    assert found.orders.loc["A", "state"] == "delivered"


# -- a timer ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("every", "moves"), [(7200, []), (7199, ["B 05T11:59:59 timer: moved, full b"])])
def test_what_is_not_begun_when_the_timer_ends_moves(play: Any, every: int, moves: list[str]) -> None:
    """A is done, and B begun, at 12:00:00."""
    assert play(FirstThatCan(after=("timer",), every_seconds=every), TWO).moves == moves


def test_the_timer_begins_anew_for_what_stays(play: Any) -> None:
    stock = "stock: {opening: [{warehouses: [a], units: 9}, {warehouses: [b, c], units: 0}]}"
    policy = FirstThatCan(after=("timer",), every_seconds=2700)
    assert play(policy, TWO, more=stock).moves == [
        "B 05T10:45:00 timer: kept a",
        "B 05T11:30:00 timer: kept a",
    ]


def test_a_customer_who_leaves_takes_the_order_from_the_timer(play: Any) -> None:
    orders = [TWO[0], "B 05T10:00:00 standard mug:1", "C 05T10:00:00 hasty mug:1"]
    policy = FirstThatCan(after=("timer",), every_seconds=3 * HOUR)
    found = play(policy, orders)
    assert found.orders.loc["C", "cancel_reason"] == "impatience"
    assert found.moves == []


# -- shipments move whole -----------------------------------------------------------------------------------------------

BOTH = ["A 05T10:00:00 standard mug:1", "B 05T10:00:00 standard mug:1,tin:1"]
MUG_AT_B = "stock: {opening: [{warehouses: [a], units: 9}, {warehouses: [c], units: 0}, {items: [mug], warehouses: [b], units: 9}, {items: [tin], warehouses: [b], units: 0}]}"


def test_a_shipment_of_which_one_line_could_move_stays(play: Any) -> None:
    policy = FirstThatCan(after=("site_down",), splits=True)
    found = play(policy, BOTH, {"a": down("05T11:00", 5)}, MUG_AT_B)
    assert found.moves == ["B 05T11:00:00 site_down: kept a"]
    assert found.left_from("B") == [("a", "delivered")]


def test_a_shipment_may_move_to_two_warehouses_where_the_order_may_be_split(play: Any) -> None:
    stock = MUG_AT_B + "\n"
    stock = stock.replace(
        "{warehouses: [c], units: 0}",
        "{items: [mug], warehouses: [c], units: 0}, {items: [tin], warehouses: [c], units: 9}",
    )
    downs = {"a": down("05T11:00", 5)}
    split = play(FirstThatCan(after=("site_down",), splits=True), BOTH, downs, stock)
    assert split.moves == ["B 05T11:00:00 site_down: moved, full b+c"]
    assert split.orders.loc["B", ["shipments", "reallocations", "split_reason"]].tolist() == [2, 1, "policy"]
    whole = [order.replace("standard", "whole") for order in BOTH]
    assert play(FirstThatCan(after=("site_down",), splits=True), whole, downs, stock).moves == [
        "B 05T11:00:00 site_down: kept a"
    ]


def test_stock_that_is_not_really_there_moves_nothing(play: Any) -> None:
    """The view is as of midnight, when b had a mug; C bought it since."""
    stock = "stock: {opening: [{warehouses: [a], units: 9}, {warehouses: [b], units: 1}, {warehouses: [c], units: 0}]}\nvisibility: {sync_minutes: 1440}"

    class FromB(FirstThatCan):
        def allocate(self, order: Request, network: Network) -> Allocation:
            if order.order == 0:
                return Allocation((Part(1, ((0, 1),)),))
            return super().allocate(order, network)

    orders = ["Z 05T09:00:00 standard mug:1", *TWO]
    found = play(FromB(after=("site_down",)), orders, {"a": down("05T11:00", 5)}, stock)
    assert found.moves == ["B 05T11:00:00 site_down: kept a"]
    assert found.left_from("B") == [("a", "delivered")]


# -- what a policy may ask for ----------------------------------------------------------------------------------------------


def test_wishes_that_do_not_fit_together_are_refused(play: Any) -> None:
    with pytest.raises(ValueError, match="after 'fire', must be one of site_down, receipt, timer"):
        Reallocation(after=("fire",))
    with pytest.raises(ValueError, match="on a timer needs every_seconds, 1 or more"):
        Reallocation(after=("timer",))
    with pytest.raises(ValueError, match="negative wait or cost"):
        Reallocation(cents=-1)
    policy = FirstThatCan()
    policy.reallocation = "often"  # type: ignore[assignment]
    with pytest.raises(PolicyError, match="reallocation of type str, must be Reallocation"):
        play(policy, TWO)
