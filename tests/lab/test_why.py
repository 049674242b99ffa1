"""What a result folder says of why its policies differ: told once, by whoever plays, and only read by its page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reports import write_report
from reports.diffs.why import FILE_NAME
from sim import Experiment
from sim.errors import InputError

pytestmark = pytest.mark.xdist_group("why")

QUICK = ["days=0.3", "warm_up_days=0"]
POLICIES = ["nearest", "cheapest", "balanced"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> Any:
    """Return a finished result of three policies."""
    folder = tmp_path_factory.mktemp("why") / "result"
    Experiment("hello", POLICIES, replications=2, changes=QUICK, baseline="cheapest").run(folder, jobs=1)
    return folder


def explanations(folder: Path) -> Any:
    return json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))


def test_every_policy_is_compared_with_the_baseline_and_every_pair_has_a_share(folder: Path) -> None:
    content = explanations(folder)
    assert [(pair["baseline"], pair["policy"]) for pair in content["pairs"]] == [
        ("cheapest", "nearest"),
        ("cheapest", "balanced"),
    ]
    shares = {(row["one"], row["other"]): row["share"] for row in content["shares"]}
    assert list(shares) == [("cheapest", "nearest"), ("cheapest", "balanced"), ("nearest", "balanced")]
    for pair in content["pairs"]:
        assert shares["cheapest", pair["policy"]] == pair["differently"] / pair["orders"] > 0
        assert len(pair["told"]) == 4
        for told in pair["told"]:
            assert [story["policy"] for story in told["stories"]] == ["cheapest", pair["policy"]]
            assert all(story["decisions"][0]["rules"] for story in told["stories"])


def test_the_page_tells_what_the_file_says(folder: Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    content = explanations(folder)
    assert '<h2 id="why">' in page
    for pair in content["pairs"]:
        assert f"{pair['policy']} decided {pair['differently']:,} of {pair['orders']:,} orders" in page
        for told in pair["told"]:
            assert f"<summary>Order {told['order']}, {told['because']}</summary>" in page
    before = page
    write_report(folder)
    assert (folder / "report.html").read_text(encoding="utf-8") == before


@pytest.mark.theory
def test_workers_tell_the_same_as_this_process(folder: Path, tmp_path: Path) -> None:
    experiment = Experiment("hello", POLICIES, replications=2, changes=QUICK, baseline="cheapest")
    experiment.run(tmp_path / "other", jobs=2)
    assert (tmp_path / "other" / FILE_NAME).read_bytes() == (folder / FILE_NAME).read_bytes()
    assert not (tmp_path / "other" / "digests").exists()


def test_nothing_is_said_without_journals_or_of_one_policy(tmp_path: Path) -> None:
    Experiment("hello", ["nearest", "cheapest"], replications=1, changes=QUICK).run(
        tmp_path / "none", journal="none", jobs=1
    )
    Experiment("hello", ["nearest"], replications=1, changes=QUICK).run(tmp_path / "one", jobs=1)
    pages = {name: (tmp_path / name / "report.html").read_text(encoding="utf-8") for name in ("none", "one")}
    assert not any((tmp_path / name / FILE_NAME).exists() for name in pages)
    assert "orderlab diff compares two policies all the same: it plays both again." in pages["none"]
    assert 'id="why"' not in pages["one"]


def test_of_policies_that_met_other_customers_the_page_says_so(tmp_path: Path) -> None:
    experiment = Experiment(
        "hello", ["nearest", "cheapest"], replications=2, changes=QUICK, common_random_numbers=False
    )
    experiment.run(tmp_path / "r", jobs=1)
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert "Each policy met customers of its own: their orders cannot be compared one by one." in page


def test_policies_that_decide_alike_have_nothing_to_tell(tmp_path: Path) -> None:
    Experiment("hello", ["nearest", "nearest"], replications=1, changes=QUICK).run(tmp_path / "r", jobs=2)
    (pair,) = explanations(tmp_path / "r")["pairs"]
    assert (pair["differently"], pair["told"]) == (0, [])
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert f"nearest-2 decided all of {pair['orders']:,} orders as nearest did." in page


def test_a_result_that_replaces_another_keeps_none_of_its_explanations(tmp_path: Path) -> None:
    place = tmp_path / "result"
    for policies in (["nearest", "cheapest"], ["nearest"]):
        Experiment("hello", policies, replications=1, changes=QUICK).run(place, overwrite=True, jobs=1)
    assert not (place / FILE_NAME).exists()


MOODY = """\
from pathlib import Path
from sim import Allocation, Part, Wait

class Moody:
    def prepare(self, network):
        self.waits = not Path(MARK).exists()
        Path(MARK).touch()

    def allocate(self, order, network):
        if self.waits and order.attempt == 1:
            return Allocation(holds=(Wait(order.open, again_at=order.placed_at + 600),))
        return Allocation((Part(0, tuple((line, order.units[line]) for line in order.open)),))
"""
"""A policy that knows whether it has been there already."""

MUTE = """\
from sim import Allocation, Part

class Mute:
    def allocate(self, order, network):
        return Allocation((Part(0, tuple((line, order.units[line]) for line in order.open)),))

    def explain(self, order, network):
        return {}["why"]
"""


def test_a_policy_that_decides_otherwise_the_second_time_is_said_to_be_untold(tmp_path: Path) -> None:
    (tmp_path / "moody.py").write_text(MOODY.replace("MARK", repr(str(tmp_path / "mark"))))
    moody = f"{tmp_path / 'moody.py'}:Moody"
    Experiment("hello", ["nearest", moody], replications=1, changes=QUICK).run(tmp_path / "result", jobs=1)
    (pair,) = explanations(tmp_path / "result")["pairs"]
    assert pair["differently"] > 0
    for told in pair["told"]:
        nearest, again = told["stories"]
        assert nearest["decisions"]
        assert "played again, a policy must give the same answers" in again
    page = (tmp_path / "result" / "report.html").read_text(encoding="utf-8")
    assert page.count("Not told: policy Moody, order ") == len(pair["told"])


def test_a_policy_that_fails_to_explain_itself_loses_its_story_alone(tmp_path: Path) -> None:
    (tmp_path / "mute.py").write_text(MUTE)
    mute = f"{tmp_path / 'mute.py'}:Mute"
    result = Experiment("hello", ["nearest", mute], replications=1, changes=QUICK).run(tmp_path / "r", jobs=1)
    assert len(result.kpis) > 0
    (pair,) = explanations(tmp_path / "r")["pairs"]
    assert [type(story) for story in pair["told"][0]["stories"]] == [dict, str]
    assert pair["told"][0]["stories"][1] == "policy Mute: explain raised KeyError: 'why'"


@pytest.mark.parametrize("text", ["{", "[]", '{"pairs": [{}], "shares": []}', '{"pairs": 3}'])
def test_a_damaged_file_is_told_in_one_line(folder: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    for name in ("kpis.csv", "comparison.csv", "summary.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(InputError, match=r"explanations\.json: is not what a run wrote"):
        write_report(tmp_path)
