"""YAML files that are no documents at all, or mean to do harm: one clear message each."""

from __future__ import annotations

import pytest

from sim.document import read, read_text
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
    ("no text", b"a: \xff", "towns.yaml:1:4: must be text in UTF-8: byte 0xff is not"),
    ("UTF-16", "name: x".encode("utf-16"), "towns.yaml:1:1: must be text in UTF-8: byte 0xff is not"),
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
    ("a word merged", b"<<: hello\n", "towns.yaml:1:5: <<: must be a mapping, or a list of mappings, to be merged"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [row[1:] for row in HARMFUL], ids=[row[0] for row in HARMFUL])
def test_a_harmful_file_is_told_and_does_no_harm(desk, text, said):
    told = desk.wrong(text)
    if said is not None:
        assert said in told
    assert len(told) < 20


def test_a_key_of_ten_megabytes_is_told_in_a_short_line(desk):
    (told,) = (line for line in desk.wrong(f"? {'k' * 10_000_000}\n: 1\n") if "kkk" in line)
    assert len(told) < 1_000


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
