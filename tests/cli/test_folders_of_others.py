"""Result folders and scenarios that somebody else made: data, but for the Python of a policy, which is said before it runs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from tests.cli.conftest import Desk
from tests.conftest import Outcome

pytestmark = pytest.mark.xdist_group("folders_of_others")  # what its fixture plays is played once

POLICY = """\
from pathlib import Path
from sim import Allocation

Path("ran").touch()

class Idle:
    def allocate(self, order, network):
        return Allocation()
"""

COMMAND = ["run", "small.yaml", "-n", "1", "--set", "days=0.1", "--set", "drain_days=0.1"]


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory, small: str) -> Desk:
    """A desk with a result in which a policy in Python was played."""
    desk = Desk(tmp_path_factory.mktemp("theirs"))
    desk.write("small.yaml", small)
    desk.write("idle.py", POLICY)
    outcome = desk.orderlab(*COMMAND, "-p", "nearest", "-p", "idle.py:Idle", "--out", "theirs", "--jobs", "1")
    assert outcome.code == 0, outcome.errors
    return desk


class Here:
    """A desk at which commands run in this process: a hundred of them take no time to start."""

    def __init__(self, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.write, self.names = desk.folder, desk.write, desk.names
        self._capsys = capsys

    def orderlab(self, *arguments: str) -> Outcome:
        """Run a command."""
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        self._capsys.readouterr()
        try:
            with contextlib.chdir(self.folder), pytest.raises(SystemExit) as left:
                main([*arguments])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        said = self._capsys.readouterr()
        return Outcome(int(left.value.code or 0), said.out, said.err)


@pytest.fixture
def desk(theirs: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Here:
    """A desk of one's own with a copy of that result, and nothing beside it."""
    shutil.copytree(theirs.folder / "theirs", tmp_path / "theirs")
    return Here(Desk(tmp_path), capsys)


NOTE = f"note: this runs the code of {Path('theirs', 'policies', 'Idle.py')}"


@pytest.mark.parametrize(
    "command",
    [
        ["again", "theirs", "--out", "ours", "--quiet", "--jobs", "1"],
        ["explain", "theirs", "1", "-p", "Idle"],
        ["diff", "theirs", "nearest", "Idle", "--told", "1"],
    ],
)
def test_a_command_that_runs_the_code_of_a_folder_says_so_first(desk: Any, command: list[str]) -> None:
    outcome = desk.orderlab(*command)
    assert outcome.code == 0, outcome.errors
    assert outcome.errors.splitlines()[0] == NOTE
    assert (desk.folder / "ran").exists()


@pytest.mark.parametrize("log", [True, False])
def test_what_is_left_to_play_of_a_folder_says_so_too(desk: Any, log: bool) -> None:
    if log:
        (desk.folder / "theirs" / "tasks.jsonl").touch()
    else:
        (desk.folder / "theirs" / "kpis.csv").unlink()
    outcome = desk.orderlab("resume", "theirs", "--quiet", "--jobs", "1")
    assert outcome.code == 0, outcome.errors
    assert outcome.errors.splitlines()[0] == NOTE


@pytest.mark.parametrize(
    "command",
    [
        ["report", "theirs"],
        ["check", "theirs", "--save", "baseline.json"],
        ["export", "theirs", "tables", "-p", "Idle"],
        ["explain", "theirs", "1", "-p", "nearest"],
        ["validate", "theirs/scenario.yaml"],
        ["validate", "theirs/policies/nearest.yaml"],
    ],
)
def test_other_commands_run_nothing_of_a_folder(desk: Any, command: list[str]) -> None:
    outcome = desk.orderlab(*command)
    assert (outcome.code, outcome.errors) == (0, "")
    assert not (desk.folder / "ran").exists()


def test_code_runs_only_by_file_and_class(desk: Any, small: str) -> None:
    desk.write("small.yaml", small)
    desk.write("idle.py", POLICY)
    desk.write("named.yaml", "name: idle.py:Idle\nrules: [{name: idle.py:Idle}]\n")
    desk.write("classed.yaml", "class: Idle\nfile: idle.py\nrules: [{}]\n")
    for policy in (
        "idle.py",
        "./idle.py",
        "idle",
        "idle.py:",
        "idle.py:Idle.allocate",
        "classed.yaml",
        "idle:Idle",
    ):
        desk.orderlab(*COMMAND, "-p", policy).refuses()
    desk.orderlab("validate", "idle.py").refuses()
    assert desk.orderlab("validate", "named.yaml").code == 0
    assert not (desk.folder / "ran").exists()


def _say(*path: str | int, value: Any) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = value

    return change


def _called(name: str) -> Callable[[Any], None]:
    """Return a change after which a policy of the folder has another name, wherever it is said."""

    def change(content: Any) -> None:
        settings = content["settings"]
        settings["policies"][1] = settings["variants"][1]["name"] = settings["variants"][1]["policy"] = name
        settings["classes"] = {name: "Idle"}
        content["hashes"] = {}

    return change


@pytest.mark.parametrize(
    "change",
    [
        _called("../../evil"),
        _called("/evil"),
        _called(".."),
        _called("a\\b"),
        _called(""),
        _called("e" * 300),
        _say("settings", "scenario", value="../../evil"),
        _say("settings", "variants", 0, "policy", value="../nearest"),
        _say("settings", "variants", 0, "books", value=[-1, 0]),
        _say("settings", "variants", 0, "changes", value=[3]),
        _say("settings", "journal", value="everything"),
        _say("settings", "classes", value=["Idle"]),
        _say("settings", "baseline", value="nobody"),
        _say("settings", "family", value="cost_per_order"),
        _say("hashes", value={"../outside": "sha256:0"}),
        _say("hashes", value={"/etc/passwd": "sha256:0"}),
        _say("hashes", value=None),
        _say("versions", value=3),
    ],
)
def test_a_folder_does_not_lead_out_of_itself(desk: Any, change: Callable[[Any], None]) -> None:
    place = desk.folder / "theirs" / "provenance.json"
    content = json.loads(place.read_text())
    change(content)
    place.write_text(json.dumps(content))
    for command in (["again", "theirs", "--out", "ours"], ["explain", "theirs", "1", "-p", "nearest"]):
        (line,) = desk.orderlab(*command).refuses()
        assert line.startswith(f"{Path('theirs', 'provenance.json')}: ")
        assert line.endswith("is not what a run wrote")
    assert desk.names() == {"theirs"}


def test_an_argument_that_a_folder_has_wrong_is_told_with_its_file(desk: Any) -> None:
    place = desk.folder / "theirs" / "provenance.json"
    content = json.loads(place.read_text())
    _say("settings", "family", value=["mead_time_mean_h"])(content)
    place.write_text(json.dumps(content))
    (line,) = desk.orderlab("again", "theirs", "--out", "ours").refuses()
    assert line.startswith(
        f"{Path('theirs', 'provenance.json')}: family: value 'mead_time_mean_h': is no KPI"
    )
    assert desk.names() == {"theirs"}


@pytest.mark.parametrize("replications", [10**12, -1, 0, "many", 1.5])
def test_a_folder_does_not_ask_for_replications_without_end(desk: Any, replications: Any) -> None:
    place = desk.folder / "theirs" / "provenance.json"
    content = json.loads(place.read_text())
    content["settings"]["design"]["replications"] = replications
    place.write_text(json.dumps(content))
    for command in (["again", "theirs"], ["explain", "theirs", "1"], ["diff", "theirs", "nearest", "Idle"]):
        assert desk.orderlab(*command).refuses() == [
            f"{Path('theirs', 'provenance.json')}: design: is not what a run wrote"
        ]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("kpis.csv", ["check", "theirs", "--save", "baseline.json"]),
        ("summary.json", ["report", "theirs"]),
        ("provenance.json", ["again", "theirs"]),
        ("tasks.jsonl", ["resume", "theirs"]),
        ("journal/nearest/0/orders.parquet", ["export", "theirs", "event-log"]),
    ],
)
def test_a_file_of_a_folder_that_says_nothing_is_not_waited_for(
    desk: Any, name: str, command: list[str]
) -> None:
    (desk.folder / "theirs" / name).unlink(missing_ok=True)
    os.mkfifo(desk.folder / "theirs" / name)
    assert len(desk.orderlab(*command).refuses()) == 1


@pytest.mark.parametrize(
    "content", ["[" * 100_000, '{"a": NaN}', '{"a": 1e999}', "{" * 60, "", "\x00", "9" * 5_000]
)
@pytest.mark.parametrize("name", ["summary.json", "provenance.json", "explanations.json"])
def test_json_that_no_run_writes_is_told(desk: Any, name: str, content: str) -> None:
    (desk.folder / "theirs" / name).write_text(content)
    (line,) = desk.orderlab("report", "theirs").refuses()
    assert line.startswith(str(Path("theirs", name)))


def test_a_name_that_is_no_text_is_told(desk: Any, small: str) -> None:
    strange = os.fsdecode(b"w\xff")
    for name, text in ((strange, small), ("small", small)):
        (desk.folder / f"{name}.yaml").write_text(text)
    (desk.folder / f"{strange}-rules.yaml").write_text("rules: [{}]\n")
    for command in (
        ["run", f"{strange}.yaml"],
        ["run", "small.yaml", "-p", f"{strange}-rules.yaml"],
        ["run", "small.yaml", "--out", strange],
        ["validate", f"{strange}.yaml"],
        ["report", strange],
    ):
        (line,) = desk.orderlab(*command).refuses()
        assert line.startswith("w\\udcff")
    assert not (desk.folder / "runs").exists()


@pytest.fixture
def scattered(desk: Any, small: str) -> Any:
    """A desk at which a scenario names a table in another folder."""
    (desk.folder / "world").mkdir()
    desk.write("items.csv", "id,weight_kg,price\ntin,0.5,3.00\n")
    text = small.replace("[{id: tin, weight_kg: 0.5, price: 3.00}]", "{file: ../items.csv}")
    desk.write("world/small.yaml", text)
    return desk


def test_tables_elsewhere_are_read_where_that_is_allowed(scattered: Any) -> None:
    run = ["run", "world/small.yaml", "-n", "1", "--set", "days=0.2", "--out", "ours"]
    sweep = [
        "sweep",
        "world/small.yaml",
        "-n",
        "1",
        "--vary",
        "warehouses.shop.stations=1,2",
        "--set",
        "days=0.1",
    ]
    select = ["select", "world/small.yaml", "-n", "2", "--at-most", "2", "-p", "nearest", "-p", "cheapest", "--indifference",
              "1", "--set", "days=0.1"]  # fmt: skip
    others = [["validate", "world/small.yaml"], ["check-policy", "nearest", "--scenario", "world/small.yaml"]]
    for command in (run, sweep, select, *others):
        (line,) = scattered.orderlab(*command).refuses()
        assert line.endswith("must lie in the folder of the scenario (--anywhere allows it elsewhere)")
        outcome = scattered.orderlab(*command, "--anywhere")
        assert outcome.code == 0, outcome.errors
    # The result holds a copy, and plays again without leave.
    assert (scattered.folder / "ours" / "tables" / "items.csv").exists()
    assert scattered.orderlab("again", "ours", "--out", "twice").code == 0


def test_a_table_called_like_one_of_the_result_is_kept_beside_it(desk: Any, small: str) -> None:
    desk.write("kpis.csv", "id,weight_kg,price\ntin,0.5,3.00\n")
    desk.write("small.yaml", small.replace("[{id: tin, weight_kg: 0.5, price: 3.00}]", "{file: kpis.csv}"))
    assert desk.orderlab(*COMMAND, "--out", "ours").code == 0
    assert (desk.folder / "ours" / "kpis.csv").read_text().startswith("policy,")
    assert desk.orderlab("again", "ours", "--out", "twice").code == 0


def test_names_of_a_result_folder_are_all_known(theirs: Any) -> None:
    from sim.cli.lab.contents import NAMES

    assert {path.name for path in (theirs.folder / "theirs").iterdir()} <= NAMES
