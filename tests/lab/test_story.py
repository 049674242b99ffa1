"""Stories of several orders, told by playing a replication again no longer than it takes."""

from __future__ import annotations

from typing import Any

import pytest

from policies import load_policy
from sim import load_scenario, simulate
from sim.errors import InputError, PolicyError
from sim.execution.story import rows_of, tell, tell_again
from sim.policy import Allocation, Part, Request, Wait
from sim.view.network import Network

pytestmark = pytest.mark.xdist_group("story")


@pytest.fixture(scope="module")
def played() -> Any:
    """Return a world and a journal of it."""
    scenario = load_scenario("hello", ["days=1", "warm_up_days=0"])
    return scenario, simulate(scenario, load_policy("balanced"))


class Counting:
    """Decides by a rule set, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def prepare(self, network: Network) -> None:
        self._decides: Any = load_policy("balanced").prepare(network)

    def allocate(self, order: Request, network: Network) -> Allocation:
        self.asked += 1
        answer: Allocation = self._decides.allocate(order, network)
        return answer


def test_orders_told_together_are_told_as_each_alone(played: Any) -> None:
    scenario, journal = played
    orders = ["30", "2", "17"]
    stories = tell_again(scenario, load_policy("balanced"), rows_of(journal, orders))
    for order, story in zip(orders, stories, strict=True):
        alone = tell(scenario, load_policy("balanced"), order)
        assert story.order == order
        assert story.decisions == alone.decisions
        assert len(story.decisions) > 0
        assert story.rows == alone.rows


def test_the_replay_ends_with_the_last_decision_about_any_of_them(played: Any) -> None:
    scenario, journal = played
    policy = Counting()
    tell_again(scenario, policy, rows_of(journal, ["5", "9"]))
    assert policy.asked == 9


def test_nothing_is_played_when_nothing_was_decided(played: Any) -> None:
    scenario, journal = played
    lives = rows_of(journal, ["4"])
    lives["4"]["decisions"] = []
    policy = Counting()
    (story,) = tell_again(scenario, policy, lives)
    assert (story.decisions, policy.asked) == ((), 0)
    assert tell_again(scenario, policy, {}) == []


def test_a_policy_that_decides_otherwise_the_second_time_is_told_so() -> None:
    class Moody:
        times = 0

        def prepare(self, network: Network) -> None:
            self.waits = Moody.times == 0
            Moody.times += 1

        def allocate(self, order: Request, network: Network) -> Allocation:
            if self.waits and order.attempt == 1:
                return Allocation(holds=(Wait(order.open, again_at=order.placed_at + 600),))
            return Allocation((Part(0, tuple((line, order.units[line]) for line in order.open)),))

    scenario = load_scenario("hello", ["days=0.2", "warm_up_days=0"])
    journal = simulate(scenario, Moody(), name="moody")
    waited = [row["order"] for row in journal.table("decisions").to_pylist() if row["attempt"] == 2]
    with pytest.raises(PolicyError, match=r"moody.*did not decide as in the run"):
        tell_again(scenario, Moody(), rows_of(journal, waited[:1]), name="moody")


@pytest.mark.parametrize("order", ["", "0", "-1", "١", "1.0", "9" * 16, "9" * 5_000])
def test_what_is_the_number_of_no_order_is_told_at_once(played: Any, order: str) -> None:
    with pytest.raises(InputError, match="is no order: drawn orders are numbered from 1"):
        tell(played[0], load_policy("balanced"), order)
