"""From what a user names to a policy: files, shipped ids, `file.py:Class`; names for results."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from policies import build_policy, load_policy, read_policies, shipped_rule_sets
from policies.load import find_rule_set
from sim.errors import OrderlabError, PolicyError, RuleSetError

RULES = "rules:\n  - {}\n"
NEAREST = """\
from __future__ import annotations

from dataclasses import dataclass

from sim import Allocation, Part, Wait


@dataclass
class Nearest:
    \"\"\"Annotations as text, and a dataclass: both look their module up.\"\"\"

    enough: int = 1

    def allocate(self, order, network):
        for site in network.distance_m(order.region).argsort():
            if all(network.available[order.items[line], site] >= order.units[line] for line in order.open):
                return Allocation((Part(site, tuple((line, order.units[line]) for line in order.open)),))
        return Allocation((), (Wait(order.open),))
"""


@pytest.fixture
def scenario(counter: Any) -> Any:
    return counter.scenario("A 05T10:00 mug\nB 05T11:00 tea")


# -- names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["rules.yaml"], ["rules"]),
        (["rules.yaml", "rules.yaml", "rules.yaml"], ["rules", "rules-2", "rules-3"]),
        (["rules.yaml", "rules-2.yaml", "rules.yaml"], ["rules", "rules-2", "rules-3"]),
        (
            ["a/rules.yaml", "b/rules.yaml", "nearest", "nearest"],
            ["rules", "rules-2", "nearest", "nearest-2"],
        ),
        (["plan B (final).yaml"], ["plan_B__final_"]),
        (["Zürich.yaml", "Z=rich.yaml"], ["Z_rich", "Z_rich-2"]),
        (["v1.2_x-y.yaml"], ["v1.2_x-y"]),
        (["<script>.yaml", "a:b.yaml", "a\\b.yaml"], ["_script_", "a_b", "a_b-2"]),
        (["...yaml", "..yaml"], ["_", "_-2"]),  # `..` is a way out of the result folder
        (["rules.yml", "rules"], ["rules", "rules-2"]),
    ],
)
def test_a_policy_is_called_after_its_file(
    stage: Any, scenario: Any, files: list[str], names: list[str]
) -> None:
    paths = []
    for file in files:
        path = stage.folder / file
        if file not in shipped_rule_sets():
            path.parent.mkdir(exist_ok=True)
            path.write_text(RULES)
        paths.append(str(path) if path.exists() else file)
    sources = read_policies(paths, scenario)
    assert [source.name for source in sources] == names
    assert len({source.file_name for source in sources}) == len(names)


def test_a_python_policy_is_called_after_its_class(stage: Any, scenario: Any) -> None:
    path = stage.write("mine.py", NEAREST + "\n\nclass Größe(Nearest):\n    pass\n")
    sources = read_policies([f"{path}:Nearest", f"{path}:Nearest", f"{path}:Größe"], scenario)
    assert [source.file_name for source in sources] == ["Nearest.py", "Nearest-2.py", "Gr__e.py"]


# -- one policy by its name ------------------------------------------------------------------------------------


def test_one_policy_is_loaded_by_id_by_file_and_by_class(stage: Any, scenario: Any) -> None:
    path = stage.write("mine.py", NEAREST)
    (source,) = read_policies(["nearest"], scenario)
    assert load_policy("nearest") == load_policy("nearest", scenario) == build_policy(source, scenario)
    assert load_policy(shipped_rule_sets()["nearest"]) == load_policy("nearest")
    assert load_policy(f"{path}:Nearest", changes=["enough=4"]).enough == 4  # type: ignore[attr-defined]


def test_ids_are_looked_up_where_there_is_a_scenario(stage: Any, scenario: Any) -> None:
    path = stage.write("mine.yaml", "rules:\n  - {sites: [nowhere]}\n")
    assert load_policy(path).rules[0].sites == ("nowhere",)  # type: ignore[attr-defined]
    with pytest.raises(RuleSetError, match="nowhere"):
        load_policy(path, scenario)


# -- files -----------------------------------------------------------------------------------------------------


def test_a_file_comes_before_a_shipped_rule_set(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stage.folder)
    assert find_rule_set("nearest") == shipped_rule_sets()["nearest"]
    (stage.folder / "nearest").mkdir()  # a folder is no rule set
    assert find_rule_set("nearest") == shipped_rule_sets()["nearest"]
    (stage.folder / "nearest").rmdir()
    stage.write("nearest", RULES)
    assert str(find_rule_set("nearest")) == "nearest"


def test_the_copy_for_the_result_is_the_file_as_it_is_with_its_comments(stage: Any, scenario: Any) -> None:
    text = "# why\nrules:\n  - {name: a}   # because\n"
    path = stage.folder / "commented.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    (source,) = read_policies([str(path)], scenario)
    assert source.text.splitlines() == text.splitlines()
    build_policy(source, scenario)


def test_changes_reach_every_rule_set(stage: Any, scenario: Any) -> None:
    path = stage.write("mine.yaml", "rules:\n  - {name: first, split: {max_shipments: 2}}\n  - {}\n")
    changes = [
        "rules.first.split.max_shipments=4",
        "rules.1.otherwise={cancel: 3}",
        "attempts.every_minutes=5",
    ]
    (source,) = read_policies([str(path)], scenario, changes)
    rules: Any = build_policy(source, scenario)
    assert [rule.split.max_shipments for rule in rules.rules] == [4, 1]
    assert rules.rules[1].otherwise.after_hours == 3
    assert rules.attempts.every_minutes == 5


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("rules.frist.service=fastest", "rules.frist: is not in the list; did you mean 'first'?"),
        ("rules.0.servcie=fastest", "rules.first.servcie: is not a key here; did you mean 'service'?"),
        ("rules.0.service=quick", "rules.first.service: value 'quick': must be 'cheapest_in_time' or 'cheapest' or "
         "'fastest' or a list of service ids"),
        ("ruls=1", "ruls: is not a key here; did you mean 'rules'?"),
    ],
)  # fmt: skip
def test_a_change_that_leads_nowhere_is_told(stage: Any, scenario: Any, change: str, says: str) -> None:
    path = stage.write("mine.yaml", "rules:\n  - {name: first}\n")
    with pytest.raises(RuleSetError) as caught:
        read_policies([str(path)], scenario, [change])
    assert str(caught.value) == f"--set policy.{change} (policy mine): {says}"


TUNED = """
from sim import Allocation, Part

class Tuned:
    def __init__(self, sites=(0,), weight: float = 1.0):
        self.sites, self.weight = sites, weight

    def allocate(self, order, network):
        lines = tuple((line, order.units[line]) for line in order.open)
        return Allocation((Part(self.sites[-1], lines),))
"""


def test_a_change_is_an_argument_of_a_python_policy(stage: Any, scenario: Any) -> None:
    path = stage.write("mine.py", TUNED)
    (source,) = read_policies([f"{path}:Tuned"], scenario, ["sites=[0, 1]", "weight=0.25"])
    assert source.parameters == (("sites", [0, 1]), ("weight", 0.25))
    policy: Any = build_policy(source, scenario)
    assert (policy.sites, policy.weight) == ([0, 1], 0.25)


def test_a_change_that_a_python_policy_cannot_take_is_told(stage: Any, scenario: Any) -> None:
    path = stage.write("mine.py", TUNED)
    with pytest.raises(RuleSetError) as caught:
        read_policies([f"{path}:Tuned"], scenario, ["wieght=2"])
    assert str(caught.value) == "--set policy.wieght: is no parameter of Tuned; did you mean 'weight'?"
    path = stage.write("mine.py", NEAREST)
    with pytest.raises(RuleSetError) as caught:
        read_policies(["nearest", f"{path}:Nearest"], scenario, ["match=all"])
    assert str(caught.value) == "--set policy.match: is no parameter of Nearest"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "nearst",
            "nearst: is neither a file, nor a shipped rule set, nor file.py:Class; did you mean 'nearest'?",
        ),
        ("x" * 5000, "is neither a file"),
        ("a\0b", "is neither a file"),
        ("", "is neither a file"),
        ("no.py:Such", "no.py: cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_policy_is_told(scenario: Any, name: str, says: str) -> None:
    with pytest.raises(RuleSetError) as caught:
        read_policies([name], scenario)
    assert says in str(caught.value)
    assert str(caught.value).isprintable()


# -- Python ----------------------------------------------------------------------------------------------------


def test_a_class_of_a_file_decides(stage: Any, counter: Any, scenario: Any) -> None:
    path = stage.write("mine.py", NEAREST)
    (source,) = read_policies([f"{path}:Nearest"], scenario)
    answers = counter.answers(stage.play(scenario, build_policy(source, scenario)))
    assert (answers.sites("A"), answers.sites("B")) == (["near"], ["near"])


def test_a_policy_is_built_from_its_source_not_from_its_file(stage: Any, scenario: Any) -> None:
    """Workers get the text: the file may be gone, or changed, by then."""
    path = stage.write("mine.py", NEAREST)
    (source,) = read_policies([f"{path}:Nearest"], scenario)
    path.unlink()
    first, second = build_policy(source, scenario), build_policy(source, scenario)
    assert type(first).__name__ == "Nearest"
    assert type(first) is not type(second)  # each has a module of its own


def test_a_policy_file_may_have_the_name_of_a_module(stage: Any, scenario: Any) -> None:
    path = stage.write("random.py", NEAREST)
    read_policies([f"{path}:Nearest"], scenario)
    assert not hasattr(sys.modules["random"], "Nearest")


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        (b"class Broken\n", "Broken",
         "policy Broken: mine.py cannot be run: SyntaxError: expected ':' (mine.py, line 1)"),
        (b"import nothing_like_it\n", "X",
         "policy X: mine.py cannot be run: ModuleNotFoundError: No module named 'nothing_like_it'"),
        (b"1 / 0\n", "X", "policy X: mine.py cannot be run: ZeroDivisionError: division by zero"),
        (b"import sys; sys.exit(0)\n", "X", "policy X: mine.py cannot be run: SystemExit: 0"),
        (b"", "X", "policy X: mine.py has no class X"),
        (b"class Nearest: pass\n", "Nearst", "policy Nearst: mine.py has no class Nearst; did you mean 'Nearest'?"),
        (b"Nearest = 3\n", "Nearest", "policy Nearest: mine.py has no class Nearest"),
        (b"class Nearest: pass\n", "Nearest", "policy Nearest: Nearest has no allocate(order, network)"),
        (b"class N:\n    def __init__(self, x): pass\n", "N", "policy N: N() raised TypeError: N.__init__() missing 1 "
         "required positional argument: 'x'"),
        (b"class N:\n    def __init__(self): raise ValueError('no')\n", "N", "policy N: N() raised ValueError: no"),
        (b"x = '\xff'\n", "N", "mine.py:1:6: must be text in UTF-8: byte 0xff is not; save it again as UTF-8"),
        (b"x = '\0'\n", "N", "policy N: mine.py cannot be run: "),
    ],
)  # fmt: skip
def test_a_python_policy_that_cannot_be_made_is_told(
    stage: Any, scenario: Any, text: bytes, name: str, says: str
) -> None:
    (stage.folder / "mine.py").write_bytes(text)
    with pytest.raises(OrderlabError) as caught:
        read_policies([f"{stage.folder / 'mine.py'}:{name}"], scenario)
    said = str(caught.value).replace(f"{stage.folder}/", "")
    assert said.startswith(says)
    assert isinstance(caught.value, (PolicyError, RuleSetError))


def test_a_python_file_without_its_class_is_told_what_is_missing(stage: Any, scenario: Any) -> None:
    """It used to be read as YAML: "mapping values are not allowed in this context"."""
    stage.write("mine.py", NEAREST)
    with pytest.raises(
        RuleSetError, match=r"mine\.py: is Python, which needs the name of a class: .*:MyPolicy"
    ):
        read_policies([str(stage.folder / "mine.py")], scenario)
