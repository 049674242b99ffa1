"""A policy that goes wrong late, or never answers: what was played is kept, one line says why, and Ctrl-C works."""

from __future__ import annotations

import signal
from typing import Any

import pytest

LATE = """\
import sys
import time

from sim import Allocation, Part


class Late:
    \"\"\"Ships from the first warehouse, until some order comes.\"\"\"

    def __init__(self, fault="raises", order=10_000):
        self.fault = fault
        self.order = order

    def allocate(self, order, network):
        if order.order + 1 == self.order:
            if self.fault == "raises":
                return {}["no such thing"]
            if self.fault == "exits":
                sys.exit(0)
            if self.fault == "answers nan":
                return Allocation((Part(float("nan"), ((0, 1),)),))
            open(self.fault, "w").close()
            while self.fault == "never answers":
                time.sleep(0.01)
            while self.fault == "cannot be interrupted":
                try:
                    time.sleep(0.01)
                except BaseException:
                    pass
        return Allocation((Part(0, tuple((line, order.units[line]) for line in order.open)),))
"""
SAID = {
    "raises": "raised KeyError: 'no such thing'",
    "exits": "raised SystemExit: 0",
    "answers nan": "warehouse nan, must be an int",
}


@pytest.fixture(scope="module")
def late(place: Any) -> str:
    """Return how a policy is named that goes wrong."""
    (place.folder / "late.py").write_text(LATE)
    return "late.py:Late"


@pytest.mark.parametrize(
    ("order", "fault", "jobs"),
    [(70, fault, "1") for fault in SAID]
    + [pytest.param(10_000, fault, jobs, marks=pytest.mark.theory) for fault in SAID for jobs in ("1", "2")],
)
def test_what_a_policy_does_at_an_order_spoils_nothing_before(
    place: Any, late: str, order: int, fault: str, jobs: str
) -> None:
    out = f"{fault}-{order}-{jobs}".replace(" ", "_")
    command = ["run", "small.yaml", "-p", "nearest", "-p", late, "-n", "2", "--out", out, "--jobs", jobs]
    text = LATE.replace('fault="raises", order=10_000', f'fault="{fault}", order={order}')
    (place.folder / "late.py").write_text(text)
    code, output, errors = place.begin(*command, "--set", f"demand.orders_per_day={order + 300}").told()
    assert (code, output) == (2, "")
    assert errors == f"policy Late, order {order}: {SAID[fault]}\n"
    if jobs == "1":  # of two, the other may be quicker
        assert ("nearest", 0) in place.kept(out)
    code, _, errors = place.begin("resume", out, "--jobs", "1").told()  # it does the same again
    assert (code, errors) == (2, f"policy Late, order {order}: {SAID[fault]}\n")


@pytest.mark.parametrize(
    ("number", "jobs"),
    [
        (signal.SIGINT, "1"),
        *(
            pytest.param(number, jobs, marks=pytest.mark.theory)
            for number, jobs in ((signal.SIGTERM, "1"), (signal.SIGINT, "2"), (signal.SIGTERM, "2"))
        ),
    ],
)
def test_a_policy_that_never_answers_is_ended_by_hand(
    place: Any, late: str, number: signal.Signals, jobs: str
) -> None:
    out = f"never-{number.name}-{jobs}"
    (place.folder / "late.py").write_text(
        LATE.replace('fault="raises", order=10_000', 'fault="never answers", order=7')
    )
    run = place.begin("run", "small.yaml", "-p", late, "-n", "2", "--out", out, "--jobs", jobs)
    place.until_there("never answers")
    run.send_all(number)
    code, output, errors = run.told()
    assert (code, output) == (128 + number, "")
    assert errors == f"stopped\n0 replications kept: orderlab resume {out}\n"
    run.until_nothing_is_left()
    (place.folder / "never answers").unlink()


@pytest.mark.theory
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_policy_that_catches_everything_is_ended_by_a_third_signal(
    place: Any, late: str, jobs: str
) -> None:
    out = f"stubborn-{jobs}"
    (place.folder / "late.py").write_text(
        LATE.replace('fault="raises", order=10_000', 'fault="cannot be interrupted", order=7')
    )
    run = place.begin("run", "small.yaml", "-p", late, "-n", "2", "--out", out, "--jobs", jobs)
    place.until_there("cannot be interrupted")
    for _ in range(3):
        run.send_all(signal.SIGINT)
        run.waits(0.5)
    assert run.told()[0] == 130
    run.until_nothing_is_left()
    (place.folder / "cannot be interrupted").unlink()
