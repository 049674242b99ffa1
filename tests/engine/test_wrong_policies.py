"""A wrong answer changes nothing: it is refused with the names of policy, order, line, warehouse and rule.

The world has three warehouses. `full` has 5 of each item and may ship everything everywhere; `cold` may not keep the
ambient `tin`; `local` serves the south only. The parcel service does not collect at `local`, and `sled` carries only
what is cold.
"""

from __future__ import annotations

import pickle
import sys
from asyncio import CancelledError
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.clock import NEVER
from sim.decision.answer import MOST_CENTS
from sim.errors import PolicyError
from sim.occasions import Attempts
from sim.policy import Allocation, Backorder, Cancel, Care, Part, Request, Wait, Why
from sim.probes.remedies import ANY, remedy
from sim.view.network import Network

WORLD = """\
start: 2026-01-05T00:00
days: 1
drain_days: 1
items: [{id: tin}, {id: ice, handling: [cold]}]
regions: [{id: north}, {id: south, share: 0}]
segments: [{id: easy, share: 0}, {id: strict, split: never}]
demand: {replay: orders.csv}
warehouses:
  - {id: full, handling: [ambient, cold]}
  - {id: cold, handling: [cold]}
  - {id: local, serves: [south]}
stock: {opening: {units: 5}}
carriers:
  - id: post
    services:
      - {id: parcel, sites: [full, cold]}
      - {id: sled, carries: [cold]}
"""
ORDERS = """\
order,placed_at,region,segment,item,units
A-17,2026-01-05T10:00:00,north,easy,tin,4
A-17,2026-01-05T10:00:00,north,easy,ice,2
"""
STRICT = ORDERS.replace("easy", "strict")

Answer = Callable[[Request, Network], Any]
TIN, ICE = 0, 1
FULL, COLD, LOCAL = 0, 1, 2
PARCEL, SLED = 0, 1


class Answers:
    """A policy that answers what it is told to."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def allocate(self, order: Request, network: Network) -> Any:
        return self.answer(order, network)


def part(site: Any = FULL, lines: Any = ((TIN, 4),), service: Any = None) -> Part:
    return Part(site, lines, service)


def parts(*found: Any) -> Answer:
    return lambda _order, _network: Allocation(found)


def holds(*found: Any) -> Answer:
    return lambda _order, _network: Allocation((), found)


def why(**reasons: Any) -> Answer:
    return lambda _order, _network: Allocation((part(),), (), Why(**reasons))


def raising(_order: Request, _network: Network) -> Any:
    raise ZeroDivisionError("division by zero")


class SilentError(Exception):
    def __str__(self) -> str:
        raise ZeroDivisionError


def leaving(_order: Request, _network: Network) -> Any:
    raise CancelledError("of another library")


def silent(_order: Request, _network: Network) -> Any:
    raise SilentError


def exiting(_order: Request, _network: Network) -> Any:
    sys.exit("enough")


def recursive(order: Request, network: Network) -> Any:
    return recursive(order, network)


def greedy(_order: Request, _network: Network) -> Any:
    return bytearray(1 << 62)


def writing(_order: Request, network: Network) -> Any:
    network.available[:] = 1_000


def renaming(_order: Request, network: Network) -> Any:
    network.warehouses[0] = "mine"  # type: ignore[index]


# What is answered, and the message after "policy mine, order A-17".
WRONG: dict[str, tuple[Answer, str]] = {
    "nothing": (lambda *_: None, ": answered NoneType, must be an Allocation"),
    "a word": (lambda *_: "full", ": answered str, must be an Allocation"),
    "an exception": (raising, ": raised ZeroDivisionError: division by zero"),
    "an exception that is no error": (leaving, ": raised CancelledError: of another library"),
    "an exception without a text": (silent, ": raised SilentError: (it has no text)"),
    "an exit": (exiting, ": raised SystemExit: enough"),
    "more memory than there is": (greedy, ": raised MemoryError: "),
    "a change of what there is": (writing, ": raised ValueError: assignment destination is read-only"),
    "a change of names": (renaming, ": raised TypeError: 'tuple' object does not support item assignment"),
    "more units than ordered": (
        parts(part(lines=((TIN, 5),))),
        ", line 0, warehouse full: 5 units, of 4 that are left to place",
    ),
    "units placed twice": (
        parts(part(lines=((TIN, 3),)), part(COLD, ((ICE, 2),)), part(lines=((TIN, 2),))),
        ", line 0, warehouse full: 2 units, of 1 that are left to place",
    ),
    "no units": (parts(part(lines=((TIN, 0),))), ", line 0, warehouse full: 0 units, of 4 that are left to place"),
    "negative units": (
        parts(part(lines=((TIN, -1),))),
        ", line 0, warehouse full: -1 units, of 4 that are left to place",
    ),
    "half a unit": (parts(part(lines=((TIN, 0.5),))), ": units 0.5, must be an int"),
    "what is no number": (parts(part(float("nan"))), ": warehouse nan, must be an int"),
    "no number of numpy's": (parts(part(lines=((TIN, np.float64("nan")),))), f": units {np.float64('nan')!r}, must be an int"),
    "an array for lines": (
        parts(part(lines=np.array([[TIN, 4]]))),
        ": lines of a part of type ndarray, must be a tuple",
    ),
    "a number beyond all bounds": (
        parts(part(lines=((TIN, 10**30),))),
        f", line 0, warehouse full: {10**30} units, of 4 that are left to place",
    ),
    "a truth for a number": (parts(part(lines=((TIN, True),))), ": units True, must be an int"),
    "a line that is not in the order": (
        parts(part(lines=((2, 1),))),
        ", line 2, warehouse full: the order has no line 2: lines count from 0 to 1",
    ),
    "a line before the first": (
        parts(part(lines=((-1, 1),))),
        ", line -1, warehouse full: the order has no line -1: lines count from 0 to 1",
    ),
    "a line twice in one part": (
        parts(part(lines=((TIN, 2), (TIN, 2)))),
        ", line 0, warehouse full: the line is named twice",
    ),
    "a part without lines": (parts(part(lines=())), ", warehouse full: a part without lines"),
    "a warehouse that does not exist": (parts(part(3)), ": there is no warehouse 3"),
    "a warehouse before the first": (parts(part(-1)), ": there is no warehouse -1"),
    "a warehouse by name": (parts(part("full")), ": warehouse 'full', must be an int"),
    "a warehouse that may not keep the goods": (
        parts(part(COLD)),
        ", warehouse cold: the warehouse may not keep the goods",
    ),
    "a warehouse that does not serve the region": (
        parts(part(LOCAL)),
        ", warehouse local: the warehouse does not serve north",
    ),
    "a service that does not exist": (parts(part(service=2)), ", warehouse full: there is no service 2"),
    "a service that does not carry the goods": (
        parts(part(service=SLED)),
        ", warehouse full: service sled does not take this parcel to north",
    ),
    "a service by name": (parts(part(service="parcel")), ": service 'parcel', must be an int"),
    "an order of issue that there is not": (
        parts(part()._replace(issue="filo")),
        ", warehouse full: issue 'filo', must be one of fifo, fefo, lifo",
    ),
    "an order of issue by number": (parts(part()._replace(issue=1)), ": issue 1, must be text or None"),
    "a life that is negative": (
        parts(part()._replace(least_life_s=-1)),
        ", warehouse full: least_life_s -1, must be at least 0",
    ),
    "a life beyond all bounds": (
        parts(part()._replace(least_life_s=10**30)),
        f", warehouse full: least_life_s {10**30}, must be at most {NEVER}",
    ),
    "a life in fractions": (parts(part()._replace(least_life_s=0.5)), ": least_life_s 0.5, must be an int"),
    "safety stock by number": (
        parts(part()._replace(safety_stock=1)),
        ": safety_stock 1, must be True or False",
    ),
    "a backorder of an order of issue that there is not": (
        holds(Backorder((TIN,), FULL, issue="old")),
        ", warehouse full: issue 'old', must be one of fifo, fefo, lifo",
    ),
    "parts that are no tuple": (lambda *_: Allocation(part()), ": parts of type Part, must be a tuple"),
    "a part that is a plain tuple": (parts((FULL, ((TIN, 4),))), ": a part of type tuple, must be Part"),
    "lines that are no pairs": (
        parts(part(lines=(TIN, 4))),
        ": lines of a part hold 0, must be pairs of line and units",
    ),
    "a hold of another kind": (holds("wait"), ": a hold of type str, must be Wait, Backorder, Cancel or Care"),
    "a hold without lines": (holds(Cancel(())), ": a Cancel without lines"),
    "a line that waits and is cancelled": (
        holds(Wait((TIN,)), Cancel((TIN,))),
        ", line 0: the line has no units left to place",
    ),
    "a line backordered twice in one": (holds(Backorder((ICE, ICE), FULL)), ", line 1: the line is named twice"),
    "a placed line that waits": (
        lambda *_: Allocation((part(),), (Wait((TIN,)),)),
        ", line 0: the line has no units left to place",
    ),
    "a backorder at a warehouse that may not keep the goods": (
        holds(Backorder((TIN,), COLD)),
        ", warehouse cold: the warehouse may not keep the goods",
    ),
    "a wait until now": (
        lambda _order, network: Allocation((), (Wait((TIN,), network.now),)),
        ": holds until second 36000, which is not in the future",
    ),
    "a wait until half a second": (holds(Wait((TIN,), 99_999.5)), ": until 99999.5, must be an int"),
    "customer care until now": (
        lambda _order, network: Allocation((), (Care((TIN,), network.now),)),
        ": holds until second 36000, which is not in the future",
    ),
    "customer care without an end": (holds(Care((TIN,), None)), ": until None, must be an int"),
    "customer care that pays": (
        holds(Care((TIN,), 99_999, -1)),
        ": customer care for -1 cents, must be 0 or more",
    ),
    "customer care for a fortune": (
        holds(Care((TIN,), 99_999, 10**30)),
        f": customer care for {10**30} cents, must be at most {MOST_CENTS}",
    ),
    "customer care for a fraction of a cent": (
        holds(Care((TIN,), 99_999, 0.5)),
        ": cents 0.5, must be an int",
    ),
    "a reason of its own": (
        holds(Cancel((TIN,), "because")),
        ": cancel reason 'because', must be one of policy, no_stock, gave_up",
    ),
    "a split reason of its own": (
        why(split="whim"),
        ": split reason 'whim', must be one of no_stock, capacity, downtime, cheaper, faster, policy",
    ),
    "no why": (lambda *_: Allocation((part(),), (), None), ": why of type NoneType, must be Why"),
    "a rule that is no text": (why(rule=7), ": why.rule 7, must be text"),
    "a search that is cut short by number": (why(capped=1), ": why.capped 1, must be True or False"),
    "a margin that is no number": (why(margin="much"), ": why.margin 'much', must be a number or None"),
    "a margin that is not finite": (why(margin=np.inf), ": why.margin inf, must be a number or None"),
    "a runner-up that does not exist": (why(runner_up=(9,)), ": there is no warehouse 9"),
}  # fmt: skip


def refused(stage: Any, policy: Any, orders: str = ORDERS) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        stage.play(stage.scenario(WORLD, orders=orders), policy, name="mine")
    return caught.value


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_refused(stage: Any, name: str) -> None:
    answer, message = WRONG[name]
    error = refused(stage, Answers(answer))
    assert str(error) == f"policy mine, order A-17{message}"
    assert remedy(error.message) != ANY  # `check_policy` knows what to do about it


def test_a_call_without_an_end_is_refused(stage: Any) -> None:
    error = refused(stage, Answers(recursive))
    assert str(error).startswith(
        "policy mine, order A-17: raised RecursionError: maximum recursion depth exceeded"
    )


def test_all_parts_together_must_fit_the_stock(stage: Any) -> None:
    # Of one item there is one line in an order, so only two parts of it can ask for more than there is.
    world = WORLD.replace("units: 5", "units: 3")
    with pytest.raises(PolicyError, match=r"line 0, warehouse full: 4 units of tin, of 3 available"):
        stage.play(stage.scenario(world, orders=ORDERS), Answers(parts(part())))
    twice = Answers(parts(part(lines=((TIN, 2),)), part(lines=((TIN, 2),))))
    with pytest.raises(
        PolicyError, match=r"warehouse full: 4 units of tin in all parts together, of 3 available"
    ):
        stage.play(stage.scenario(world, orders=ORDERS), twice)


@pytest.mark.parametrize(
    ("answer", "shipments"),
    [
        (parts(part(), part(COLD, ((ICE, 2),))), 2),
        (lambda *_: Allocation((part(),), (Backorder((ICE,), COLD),)), 2),
        (parts(part(lines=((TIN, 1),)), part(lines=((TIN, 1),)), part(COLD, ((ICE, 2),))), 3),
    ],
)
def test_an_order_that_may_not_be_split_leaves_together(stage: Any, answer: Answer, shipments: int) -> None:
    error = refused(stage, Answers(answer), STRICT)
    assert str(error) == f"policy mine, order A-17: {shipments} shipments; segment strict allows no split"


def test_an_order_that_may_not_be_split_may_not_be_split_later_either(stage: Any) -> None:
    def first_tin_then_ice(order: Request, network: Network) -> Allocation:
        if order.attempt == 1:
            return Allocation((part(),), (Wait((ICE,), network.now + 60),))
        return Allocation((part(COLD, ((ICE, 2),)),))

    error = refused(stage, Answers(first_tin_then_ice), STRICT)
    assert "2 shipments; segment strict allows no split" in str(error)


def test_the_error_carries_its_parts_and_survives_the_way_from_a_worker(stage: Any) -> None:
    error = refused(stage, Answers(parts(part(lines=((TIN, 5),)))))
    error.__context__ = error.__traceback__ = None  # a library that pickles these, too, may be at work
    for found in (error, pickle.loads(pickle.dumps(error))):
        assert (found.policy, found.order, found.line, found.warehouse) == ("mine", "A-17", 0, "full")
        assert found.message == "5 units, of 4 that are left to place"
        assert str(found) == str(error)


def test_what_was_raised_is_the_cause(stage: Any) -> None:
    assert isinstance(refused(stage, Answers(raising)).__cause__, ZeroDivisionError)


def test_a_wrong_answer_changes_nothing(stage: Any) -> None:
    networks = []

    def half_right(_order: Request, network: Network) -> Allocation:
        networks.append(network)
        return Allocation((part(), part(COLD, ((TIN, 1),))))

    refused(stage, Answers(half_right))
    (network,) = networks
    assert (
        network.available.tolist() == [[5, 0, 5], [5, 5, 5]] or (network.available == network.on_hand).all()
    )
    assert network.backlog.tolist() == [0, 0, 0]


def test_a_reason_that_is_no_text_is_kept_as_far_as_it_is(stage: Any, frame: Any) -> None:
    journal = stage.play(stage.scenario(WORLD, orders=ORDERS), Answers(why(rule="half \ud83d")))
    assert frame(journal, "decisions")["rule"].tolist()[0] == "half ?"


def test_numbers_of_numpy_are_taken_for_what_they_are(stage: Any, frame: Any) -> None:
    def numpy_minded(order: Request, network: Network) -> Allocation:
        site = np.argmax(network.available.sum(0))
        units = np.minimum(network.available[list(order.items), site], np.array(order.units))
        why = Why(margin=np.float64(0.5), runner_up=[np.int64(COLD)])
        return Allocation([Part(site, [(line, units[line]) for line in order.open])], [], why)

    journal = stage.play(stage.scenario(WORLD, orders=ORDERS), Answers(numpy_minded))
    (order,) = frame(journal, "orders").to_dict("records")
    assert (order["state"], order["units_shipped"]) == ("delivered", 6)
    (decision,) = frame(journal, "decisions").to_dict("records")
    assert (decision["margin"], decision["runner_up"]) == (0.5, "cold")


# -- before the first order -------------------------------------------------------------------------------


class Unprepared(Answers):
    def prepare(self, network: Network) -> Any:
        raise LookupError("no plan")


class Leaving(Answers):
    def prepare(self, network: Network) -> Any:
        sys.exit(0)


class Secretive(Answers):
    @property
    def batches(self) -> Any:
        raise LookupError("not now")


class Misprepared(Answers):
    def prepare(self, network: Network) -> Any:
        return network.warehouses


class Hasty(Answers):
    attempts = {"every_seconds": 5}  # noqa: RUF012


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (Unprepared, "policy mine: prepare raised LookupError: no plan"),
        (Leaving, "policy mine: prepare raised SystemExit: 0"),
        (Secretive, "policy mine: batches raised LookupError: not now"),
        (Misprepared, "policy mine: prepare returned tuple, which has no allocate(order, network)"),
        (Hasty, "policy mine: attempts of type dict, must be Attempts"),
    ],
)
def test_a_policy_that_cannot_begin(stage: Any, policy: Any, message: str) -> None:
    error = refused(stage, policy(parts(part())))
    assert str(error) == message
    assert remedy(error.message) != ANY


def test_a_policy_may_answer_by_what_it_prepared(stage: Any, frame: Any) -> None:
    class Planned(Answers):
        attempts = Attempts(every_seconds=60, at_most=3)

        def prepare(self, network: Network) -> Any:
            self.best = network.warehouses.index("full")

        def allocate(self, order: Request, network: Network) -> Allocation:
            lines = tuple((line, order.units[line]) for line in order.open)
            return Allocation((Part(self.best, lines),)) if order.attempt == 3 else Allocation()

    journal = stage.play(stage.scenario(WORLD, orders=ORDERS), Planned(parts()))
    (order,) = frame(journal, "orders").to_dict("records")
    assert (order["state"], order["attempts"], order["units_first_attempt"]) == ("delivered", 3, 0)
    assert (order["delivered_at"] - order["placed_at"]).total_seconds() == 120
