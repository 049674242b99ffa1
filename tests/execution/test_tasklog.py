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
