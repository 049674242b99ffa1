"""`check_policy` tells the author of a policy everything that is wrong with it, each with what to do about it."""

from __future__ import annotations

import pickle
import random
import re
import threading
from typing import Any

import numpy as np
import pytest
import simpy

from policies import build_policy, read_policies, shipped_rule_sets
from sim import check_policy
from sim.errors import Fault, PolicyError, UnfitPolicyError
from sim.policy import Allocation, Part, Request, Wait
from sim.probes.check import MOST_EVENTS
from sim.probes.small_worlds import small_worlds
from sim.view.network import Network


class Sound:
    """Whole orders leave the first warehouse that can ship them."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        return Allocation(self.parts(order, self.able(order, network)))

    def able(self, order: Request, network: Network) -> Any:
        able = network.up & network.may_serve(order.region, order.tags)
        able = able & network.reachable(order.region, network.parcel(order, order.open))
        if network.room is not None:
            able = able & network.room
        for line in order.open:
            able = able & (network.available[order.items[line]] >= order.units[line])
        return able

    def parts(self, order: Request, able: Any) -> tuple[Part, ...]:
        lines = tuple((line, order.units[line]) for line in order.open)
        return (Part(int(able.argmax()), lines),) if able.any() else ()


# -- twelve that are wrong, and more ----------------------------------------------------------------------


class Greedy(Sound):
    """Promises what is not there."""

    def able(self, order: Request, network: Network) -> Any:
        return (
            network.up & network.may_serve(order.region, order.tags) & (network.backlog < network.queue_limit)
        )


class Blind(Sound):
    """Looks at stock alone: not at downtime, tags, regions, services, or the queue limit."""

    def able(self, order: Request, network: Network) -> Any:
        units = [network.available[order.items[line]] >= order.units[line] for line in order.open]
        return np.all(units, axis=0)


class Sure(Sound):
    """Is sure that somebody can always ship."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        able = self.able(order, network)
        best = next(iter(np.flatnonzero(able).tolist()))
        lines = tuple((line, order.units[line]) for line in order.open)
        return Allocation((Part(best, lines),))


class Splitter(Sound):
    """Splits what must stay whole."""

    def parts(self, order: Request, able: Any) -> tuple[Part, ...]:
        return tuple(
            part._replace(lines=(pair,)) for part in super().parts(order, able) for pair in part.lines
        )


class Forgetful(Sound):
    """Places lines that are placed already, and one that is not in the order."""

    def parts(self, order: Request, able: Any) -> tuple[Part, ...]:
        return tuple(
            part._replace(lines=(*part.lines, (len(order.items), 1))) for part in super().parts(order, able)
        )


class Generous(Sound):
    """Ships one unit more than was ordered."""

    def parts(self, order: Request, able: Any) -> tuple[Part, ...]:
        lines = tuple((line, order.units[line] + 1) for line in order.open)
        return tuple(part._replace(lines=lines) for part in super().parts(order, able))


class Wordy(Sound):
    """Names warehouses by their ids."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        parts = self.parts(order, self.able(order, network))
        return Allocation(
            tuple(part._replace(warehouse=network.warehouses[part.warehouse]) for part in parts)
        )  # type: ignore[arg-type]


class Silent:
    """Returns nothing."""

    def allocate(self, order: Request, network: Network) -> None:
        return None


class Idle:
    """Lets everything wait."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        return Allocation()


class Dice(Sound):
    """Takes any of those that can."""

    def parts(self, order: Request, able: Any) -> tuple[Part, ...]:
        sites = np.flatnonzero(able).tolist()
        lines = tuple((line, order.units[line]) for line in order.open)
        return (Part(random.choice(sites), lines),) if sites else ()


class Shared(Sound):
    """Remembers in the class which instance saw an order first; another one answers otherwise."""

    first: dict[int, Shared] = {}  # noqa: RUF012

    def parts(self, order: Request, able: Any) -> tuple[Part, ...]:
        found = super().parts(order, able)
        if self.first.setdefault(order.order, self) is not self:
            return tuple(part._replace(warehouse=int(np.flatnonzero(able)[-1])) for part in found)
        return found


class Diary(Sound):
    """Remembers orders of the run before."""

    def __init__(self) -> None:
        self.last = -1
        self.runs = 0

    def parts(self, order: Request, able: Any) -> tuple[Part, ...]:
        if order.order < self.last:
            self.runs += 1
        self.last = order.order
        found = super().parts(order, able)
        return (
            tuple(part._replace(warehouse=int(np.flatnonzero(able)[-1])) for part in found)
            if self.runs
            else found
        )


class Meddler(Sound):
    """Takes what it promises off the stock that it sees."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        answer = super().allocate(order, network)
        stock: Any = network.available.base
        for part in answer.parts:
            for line, units in part.lines:
                stock[order.items[line], part.warehouse] -= units
        return answer


class Notebook(Sound):
    """Writes on the network what it wants to remember."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        network.last_order = order.order  # type: ignore[attr-defined]
        return super().allocate(order, network)


class Learner(Sound):
    """Changes its own parameters."""

    def __init__(self, weights: tuple[float, ...] = (1.0, 1.0, 1.0)) -> None:
        self.weights = weights

    def allocate(self, order: Request, network: Network) -> Allocation:
        self.weights = (*self.weights[1:], 2.0)
        return super().allocate(order, network)


class Secretive(Sound):
    """Keeps its parameters to itself."""

    def __init__(self, weight: float = 1.0, **others: float) -> None:
        self._weight = weight


class Slow(Sound):
    """Thinks too long about everything: for twice as many events as there may be, however fast they are here."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        clock = simpy.Environment()
        clock.process(clock.timeout(1) for _ in range(2 * MOST_EVENTS))
        clock.run()
        return super().allocate(order, network)


class Endless(Sound):
    """Never comes to an end where nobody has stock."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        while not self.able(order, network).any():
            pass
        return super().allocate(order, network)


class Nagging(Sound):
    """Wants to be asked again every second."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        parts = self.parts(order, self.able(order, network))
        return Allocation(parts, () if parts else (Wait(order.open, network.now + 1),))


class Unready(Sound):
    """Cannot get ready."""

    def prepare(self, network: Network) -> None:
        raise LookupError("no plan")


class Needy(Sound):
    """Cannot be made."""

    def __init__(self, plan: str) -> None:
        self.plan = plan


# For each wrong policy what is seen first, and a word of what to do, of each of its faults.
WRONG: list[tuple[type, list[tuple[str, str]]]] = [
    (Greedy, [
        ("world scarce, order 1, line 0, warehouse near: 2 units of lamp, of -2 available", "network.available"),
        ("world nowhere, order 1, warehouse near: service road does not take this parcel to south", "network.reachable"),
    ]),
    (Blind, [
        ("world storm, order 7, warehouse near: the warehouse is full: 4 in the building, its queue_limit is 4",
         "network.room"),
        ("world storm, order 20, warehouse near: the warehouse is in a downtime, whose end nobody knows", "network.up"),
        ("world nowhere, order 1, warehouse near: service road does not take this parcel to south", "network.offer"),
        ("world nowhere, order 2, warehouse near: the warehouse does not serve island", "network.may_serve"),
    ]),
    (Sure, [("world scarce, order 24: raised StopIteration: ", "Allocation() for an order that cannot be placed")]),
    (Splitter, [("world plenty, order 6: 3 shipments; segment whole allows no split", "request.split")]),
    (Forgetful, [
        ("world plenty, order 1, line 3, warehouse near: the order has no line 3: lines count from 0 to 2",
         "request.open"),
    ]),
    (Generous, [
        ("world plenty, order 1, line 0, warehouse near: 3 units, of 2 that are left to place", "request.units[line]"),
    ]),
    (Wordy, [("world plenty, order 1: warehouse 'near', must be an int", "the types of sim.policy")]),
    (Silent, [("world plenty, order 1: answered NoneType, must be an Allocation", "an empty one")]),
    (Idle, [("world plenty: ships nothing, where every warehouse has everything and is up", "answer with parts")]),
    (Dice, [("world plenty, order ", "network.key")]),
    (Shared, [("world plenty, order 1: another instance answers otherwise", "remember nothing in the class")]),
    (Diary, [("world plenty, order 1: one that has played before answers otherwise", "forget the run before")]),
    (Notebook, [("world plenty, order 1: changes network.last_order", "leave the network as it is")]),
    (Learner, [("world plenty: its parameter weights has changed", "leave the parameters as they are")]),
    (Secretive, [("its parameter weight is not stored as self.weight", "store each unchanged")]),
    (Endless, [("world scarce, order 24: gives no answer within 0.3 s", "a loop that does not end")]),
    (Nagging, [("world scarce, order 24: is asked 101 times within 100 s", "let lines wait longer")]),
    (Unready, [("world plenty: prepare raised LookupError: no plan", "prepare(network) gets ready")]),
    (Needy, [("cannot be made: raised TypeError: Needy.__init__() missing 1 required positional argument: 'plan'",
              "without arguments")]),
]  # fmt: skip


def faults(policy: Any, **options: Any) -> tuple[Fault, ...]:
    with pytest.raises(UnfitPolicyError) as caught:
        check_policy(policy, seconds=0.3, **options)
    return caught.value.faults


@pytest.mark.parametrize(("policy", "wanted"), WRONG, ids=[policy.__name__ for policy, _ in WRONG])
def test_everything_that_is_wrong_is_told_with_what_to_do(policy: Any, wanted: list[tuple[str, str]]) -> None:
    names = [world.id for world in small_worlds() if any(f"world {world.id}" in what for what, _ in wanted)]
    worlds = [world for world in small_worlds() if world.id in (names or ["one"])]
    found = faults(policy, worlds=worlds)
    assert len(found) == len(wanted)
    for fault, (what, remedy) in zip(found, wanted, strict=True):
        assert fault.what.startswith(what)
        assert remedy in fault.remedy


def test_who_changes_what_it_sees_is_found_and_the_play_goes_on() -> None:
    (meddled, *_) = faults(Meddler)
    assert meddled.what == "world plenty, order 1: changes network.available"


def test_who_thinks_too_long_is_told_after_the_first_world(stage: Any, small: str) -> None:
    world = stage.scenario(small, ["demand.orders_per_day=8"])
    (fault,) = faults(Slow, worlds=[world, world])
    assert re.fullmatch(r"a decision takes .* bare events of the clock; at most 20,000 will do", fault.what)
    assert fault.times == 1


def test_what_has_no_allocate_is_no_policy() -> None:
    (fault,) = faults(object())
    assert fault.what == "has no allocate(order, network)"


def test_a_message_names_all_and_counts() -> None:
    with pytest.raises(PolicyError) as caught:
        check_policy(Silent, name="mine", worlds=small_worlds()[-1:])
    assert str(caught.value).splitlines() == [
        "policy mine does not keep to the contract, in 1 way:",
        "1. world one, order 1: answered NoneType, must be an Allocation (19 times)",
        "    what to do: return an Allocation; an empty one, Allocation(), lets all lines wait",
    ]
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


# -- those that are right ---------------------------------------------------------------------------------


def test_a_sound_policy_passes_in_every_form() -> None:
    worlds = [world for world in small_worlds() if world.id in ("plenty", "one")]
    for policy in (Sound, Sound(), lambda: Sound()):
        found = check_policy(policy, worlds=worlds)
        assert (found.worlds, found.decisions) == (2, 84 + 19)
        assert 0 < found.events < 20_000


def test_a_sound_policy_passes_in_a_thread_which_cannot_be_interrupted() -> None:
    passed = []
    thread = threading.Thread(target=lambda: passed.append(check_policy(Sound, worlds=small_worlds()[-1:])))
    thread.start()
    thread.join()
    assert passed


@pytest.mark.parametrize(
    "name",
    [
        name if name in ("balanced", "everything") else pytest.param(name, marks=pytest.mark.theory)
        for name in shipped_rule_sets()
    ],
)
def test_shipped_rule_sets_pass(name: str) -> None:
    (source,) = read_policies([name], None)
    found = check_policy(lambda: build_policy(source, None), name=name)
    assert found.worlds == len(small_worlds())


def test_a_rule_set_that_names_a_warehouse_is_examined_in_its_own_scenario(stage: Any) -> None:
    path = str(stage.write("mine.yaml", "rules: [{sites: [newark]}]\n"))
    (source,) = read_policies([path], None)
    (fault,) = faults(lambda: build_policy(source, None))
    assert "there is no such warehouse as 'newark'" in fault.what
    assert "--scenario FILE" in fault.remedy
    world = stage.scenario("""\
start: 2026-01-05T00:00
days: 1
items: [{id: tin}]
regions: [{id: here}]
demand: {orders_per_day: 30}
warehouses: [{id: newark}]
carriers: [{id: post, services: [{id: parcel}]}]
""")
    assert check_policy(lambda: build_policy(source, world), worlds=[world]).worlds == 1
