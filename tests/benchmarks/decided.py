"""The most that quicker decisions can bring: what an order costs when all answers of the policy are known beforehand.

    python tests/benchmarks/decided.py [--scenario us_parcel] [--policy balanced] [--set days=0.1] [--runs 3]

The answers of one run are kept. Runs of the policy take turns with runs in which a list gives the same answers in no
time, and in which everything else is as it was: the journals must be equal, row by row.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bare import TIMEOUTS, Beside
from bench import found_from_here

from policies import build_policy, read_policies
from sim import Allocation, Journal, Network, load_scenario, simulate
from sim.errors import OrderlabError
from sim.journal import TABLES
from sim.policy import Policy, Request


class Noted:
    """A policy whose answers are kept."""

    def __init__(self, policy: Policy) -> None:
        self.answers: list[Allocation] = []
        self.words: dict[str, Any] = {}
        self._policy = policy

    def prepare(self, network: Network) -> Noted:
        """Have the policy prepare itself, and note when it wants to be asked."""
        prepare = getattr(self._policy, "prepare", None)
        self._policy = (None if prepare is None else prepare(network)) or self._policy
        for word in ("attempts", "batches", "reallocation"):
            self.words[word] = getattr(self._policy, word, None)
            setattr(self, word, self.words[word])
        return self

    def allocate(self, order: Request, network: Network) -> Allocation:
        """Answer as the policy does."""
        answer = self._policy.allocate(order, network)
        self.answers.append(answer)
        return answer


class Decided:
    """Answers that are known, in the order in which they are asked for."""

    def __init__(self, noted: Noted) -> None:
        self.__dict__.update(noted.words)
        self._next = iter(noted.answers).__next__

    def allocate(self, order: Request, network: Network) -> Allocation:
        """Answer without looking."""
        return self._next()


def main() -> None:
    """Print microseconds an order and the ratio to bare SimPy, with and without decisions."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenario", default="us_parcel")
    parser.add_argument("--policy", default="balanced")
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    try:
        compare(arguments)
    except OrderlabError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def compare(arguments: argparse.Namespace) -> None:
    """Play both in turn. Raises OrderlabError for a scenario or a policy that is none."""
    scenario = load_scenario(found_from_here(arguments.scenario), arguments.changes or ["days=0.1"])
    (source,) = read_policies([found_from_here(arguments.policy)], scenario)
    with tempfile.TemporaryDirectory() as scratch:

        def play(policy: object) -> Journal:
            return simulate(scenario, policy, folder=Path(scratch) / "journal")

        noted = Noted(build_policy(source, scenario))
        first = tables(play(noted))
        ways: dict[str, Callable[[], object]] = {
            arguments.policy: lambda: build_policy(source, scenario),
            "decided": lambda: Decided(noted),
        }
        costs: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for _ in range(arguments.runs):
            for name, made in ways.items():
                policy, beside = made(), Beside()
                with beside.measured():
                    journal = play(policy)
                if tables(journal) != first:
                    sys.exit(
                        f"{name}: the journal is another: its answers depend on more than on what is simulated"
                    )
                us = beside.seconds / first["orders"].num_rows * 1e6
                costs[name].append((us, us / (beside.bare_s / TIMEOUTS * 1e6)))
    print(f"{'':20}{'µs an order':>14}{'ratio':>8}{'least':>8}{'largest':>9}")
    for name, found in costs.items():
        ratios = [ratio for _, ratio in found]
        us = statistics.median(us for us, _ in found)
        print(
            f"{name:20}{us:14.1f}{statistics.median(ratios):8.0f}{min(ratios):8.0f}{max(ratios):9.0f}",
        )


def tables(journal: Journal) -> dict[str, Any]:
    """Return all tables of a journal."""
    return {name: journal.table(name) for name in TABLES}


if __name__ == "__main__":
    main()
