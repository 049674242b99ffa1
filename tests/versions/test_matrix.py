"""`make versions`: what it says where it cannot do what it is asked for. What it can do is run by hand: it takes minutes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_python_that_is_not_there_is_told_and_is_no_success() -> None:
    command = [sys.executable, str(Path(__file__).with_name("matrix.py")), "python9.99"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == ""
    assert "python9.99, oldest: not there\n  error: No interpreter found" in done.stdout
    assert [line.split() for line in done.stdout.splitlines()[-2:]] == [
        ["python9.99", "oldest", "not", "there"],
        ["python9.99", "newest", "not", "there"],
    ]
