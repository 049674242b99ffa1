"""Designs that look at what was found, interrupted and resumed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reports import Precision, Selection
from sim import Experiment
from sim.cli.lab.repetition import differing_files

DESIGNS = [
    Precision({"cost_per_order": 0.02}, at_least=3, at_most=15),
    Selection("cost_per_order", 0.002, first_stage=3, at_most=12),
]


@pytest.mark.theory
@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_an_interrupted_design_goes_on_to_the_same_bytes(tmp_path: Path, design: Any) -> None:
    def stop(done: int, asked: int) -> None:
        assert done <= asked
        if done == 11:
            raise KeyboardInterrupt

    experiment = Experiment("hello", ["nearest", "cheapest"], changes=["days=0.2"], design=design)
    whole = experiment.run(tmp_path / "whole", jobs=1)
    assert whole.summary["replications"] > 6  # it was stopped after the first round
    with pytest.raises(KeyboardInterrupt):
        experiment.run(tmp_path / "stopped", jobs=1, told=stop)
    Experiment.read(tmp_path / "stopped").resume(tmp_path / "stopped", jobs=1)
    assert differing_files(tmp_path / "whole", tmp_path / "stopped") == []
