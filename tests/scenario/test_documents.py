"""YAML files that are no documents at all, or mean to do harm: one clear message each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.document import read, read_text
from sim.document.bounds import LARGEST_FILE
from sim.errors import InputError, PolicyError, Problem, RuleSetError

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

HARMFUL = [
    ("nothing", b"", "towns.yaml:1:1: is empty: it must be a mapping of keys to values"),
    ("only a comment", b"# hello\n", "towns.yaml:1:1: is empty: it must be a mapping of keys to values"),
    ("a list", b"- a\n", "towns.yaml:1:1: must be a mapping of keys to values"),
    ("a word", b"hello", "towns.yaml:1:1: must be a mapping of keys to values"),
    ("no text", b"a: \xff", "towns.yaml:1:4: must be text in UTF-8: byte 0xff is not; save it again as UTF-8"),
    ("UTF-16", "name: x".encode("utf-16"), "towns.yaml:1:1: must be text in UTF-8: byte 0xff is not; save it again as UTF-8"),
    ("a null character", b"a: 1\nb: \x00", "towns.yaml:2:4: must be text: there is a character U+0000"),
    ("tabs", b"items:\n\t- a\n", "towns.yaml:2:1: is not YAML: a line must be indented with spaces, not with tabs"),
    ("an open bracket", b"a: [1, 2\nb: 3\n", None),
    ("two documents", b"a: 1\n---\nb: 2\n", "towns.yaml:2:1: must hold one YAML document; a second one begins here"),
    ("a list as a key", b"? [a]\n: 3\n", "towns.yaml:1:3: must be a single word: a list or mapping cannot be a key"),
    ("code", b"name: !!python/object/apply:os.system [ls]\n",
     "towns.yaml:1:7: name: must have no tag: !!python/object/apply:os.system is not data"),
    ("an unknown alias", b"name: *b\n", "towns.yaml:1:7: name: there is no anchor &b before this"),
    ("a list that holds itself", b"name: &a [*a]\n", "towns.yaml:1:11: name.0: must not hold itself: *a is in &a"),
    ("a billion laughs", LAUGHS.encode(), None),
    ("a thousand brackets", b"[" * 100_000, None),
    ("a thousand braces", b"{a: " * 100_000, None),
    ("code that makes an object", b"days: !!python/object:sim.Scenario {days: 2}\n",
     "towns.yaml:1:7: days: must have no tag: !!python/object:sim.Scenario is not data"),
    ("bytes", b"name: !!binary aGVsbG8=\n", "towns.yaml:1:7: name: must have no tag: !!binary is not data"),
    ("a tag of one's own", b"days: !mine 2\n", "towns.yaml:1:7: days: must have no tag: !mine is not data"),
    ("a number that says so", b"days: !!int 2\n", "towns.yaml:1:7: days: must have no tag: !!int is not data"),
    ("a mapping that merges itself", b"a: &a\n  <<: *a\n",
     "towns.yaml:2:7: a.<<: must not hold itself: *a is in &a"),
    ("an anchor of a megabyte", b"a: *" + b"a" * 1_000_000,
     f"towns.yaml:1:4: a: there is no anchor &{'a' * 60} before this"),
    ("directives", b"%TAG !a! x\n" * 101 + b"--- {}\n", "towns.yaml: must not hold more than 100 lines that begin with %"),
    ("a key a hundred thousand times", b"a: 1\n" * 100_000,
     "... and 9,801 more problems"),
    ("a word merged", b"<<: hello\n", "towns.yaml:1:5: <<: must be a mapping, or a list of mappings, to be merged"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [row[1:] for row in HARMFUL], ids=[row[0] for row in HARMFUL])
def test_a_harmful_file_is_told_and_does_no_harm(desk, text, said):
    told = desk.wrong(text)
    if said is not None:
        assert said in told
    assert len(told) <= 201


def test_a_key_of_ten_megabytes_is_told_in_a_short_line(desk):
    (told,) = (line for line in desk.wrong(f"? {'k' * 10_000_000}\n: 1\n") if "kkk" in line)
    assert len(told) < 1_000


def test_more_values_than_memory_is_there_for_are_told(desk, monkeypatch):
    monkeypatch.setattr("sim.document.parse.MOST_VALUES", 200)
    assert desk.load()  # every key, value, list and mapping counts
    monkeypatch.setattr("sim.document.parse.MOST_VALUES", 80)
    (told,) = desk.wrong()
    assert told.endswith("must not hold more than 80 values")


def test_a_file_that_never_ends_or_never_begins_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    for path in (tmp_path / "pipe.yaml", Path("/dev/zero")):
        with pytest.raises(InputError, match=f"^{path}: must be a file, and no pipe or device$"):
            read(path)
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    with pytest.raises(InputError, match=r"loop\.yaml: cannot be read: Too many levels of symbolic links"):
        read(tmp_path / "loop.yaml")
    with (tmp_path / "hole.yaml").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)  # takes no place on the disk
    with pytest.raises(InputError, match=r"hole\.yaml: must not be larger than 64 MB"):
        read(tmp_path / "hole.yaml")


def test_numbers_that_nobody_means_are_no_numbers(desk):
    for number in ("1.0e-10", "1.0e-300", "-1.0e-300"):
        (told,) = desk.wrong(desk.changed("popularity: 6", f"popularity: {number}"))
        assert "must be" in told
    assert desk.load(desk.changed("popularity: 6", "popularity: 1.0e-9")).items[0].popularity == 1e-9


def test_a_path_of_a_thousand_words_is_told(desk):
    (told,) = desk.wrong(changes=[f"protocols{'.x' * 60_000}=1"])
    assert told.endswith("must be a path of at most 100 words")
    assert len(told) < 300


@pytest.mark.parametrize(
    ("written", "value"),
    [("NO", False), ("on", True), ("12", 12), ("1_000", 1000), ("1.5e+3", 1500.0), ("1e5", "1e5"), ("17:00", "17:00"),
     ("010", "010"), ("~", None), ("", None), ("'12'", "12"), ("2026-01-05", "2026-01-05")],
)  # fmt: skip
def test_a_scalar_knows_what_yaml_would_make_of_it(written, value):
    assert read_text(f"a: {written}", "a.yaml").tree["a"].value == value  # type: ignore[union-attr]


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file or directory"):
        read(tmp_path / "nothing.yaml")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_a_document_raises_the_error_of_its_kind():
    with pytest.raises(RuleSetError, match="is empty"):
        read_text("", "rules.yaml", RuleSetError)


def test_a_problem_says_what_it_knows_and_no_more():
    assert str(Problem("a.yaml", "is wrong")) == "a.yaml: is wrong"
    problem = Problem("a.yaml", "is wrong", "x.y", "v" * 100, 3, 4, "z")
    assert str(problem) == f"a.yaml:3:4: x.y: value '{'v' * 59}…': is wrong; did you mean 'z'?"
    assert str(Problem("a.yaml", "is wrong", value="a\n\x1b[0m")) == r"a.yaml: value 'a\n\x1b[0m': is wrong"


def test_a_policy_error_names_what_it_is_about():
    error = PolicyError("must be up", policy="mine", order="17", line=0, warehouse="hub")
    assert str(error) == "policy mine, order 17, line 0, warehouse hub: must be up"
    assert str(PolicyError("must be up")) == "must be up"


@pytest.mark.parametrize(
    "error", [InputError([Problem("a", "b")]), PolicyError("must be up", policy="mine", line=3)]
)
def test_an_error_comes_back_whole_from_a_worker(error):
    import pickle

    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (type(error), str(error))
