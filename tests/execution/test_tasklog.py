"""The log of an experiment that is not complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.execution.experiment import Task
from sim.execution.tasklog import FILE_NAME, TaskLog


@pytest.mark.parametrize("damage", [b"garbage\n", b"7\n", b"\xff\xfe\x00\n", b'["near", 1, {"co'])
def test_what_comes_after_a_damaged_line_is_played_again(tmp_path: Path, damage: bytes) -> None:
    log = TaskLog(tmp_path)
    log.begin()
    log.append(Task("near", 0), {"cost": 0.1})
    with (tmp_path / FILE_NAME).open("ab") as file:
        file.write(damage)
    log.append(Task("near", 2), {"cost": 0.3})
    assert log.read() == {Task("near", 0): {"cost": 0.1}}
    log.append(Task("near", 1), {"cost": 0.2})
    assert log.read() == {Task("near", 0): {"cost": 0.1}, Task("near", 1): {"cost": 0.2}}


@pytest.mark.parametrize(
    ("was", "now"), [(b"0.2", b"0.3"), (b"cost", b"cosu"), (b"near", b"neat"), (b"1,", b"2,")]
)
def test_a_line_in_which_one_byte_was_changed_is_played_again(tmp_path: Path, was: bytes, now: bytes) -> None:
    log = TaskLog(tmp_path)
    log.begin()
    for replication, cost in enumerate((0.1, 0.2)):
        log.append(Task("near", replication), {"cost": cost, "share": float("nan")})
    first, second = (tmp_path / FILE_NAME).read_bytes().splitlines(keepends=True)
    (tmp_path / FILE_NAME).write_bytes(first + second.replace(was, now, 1))
    assert list(log.read()) == [Task("near", 0)]
    assert (tmp_path / FILE_NAME).read_bytes() == first
