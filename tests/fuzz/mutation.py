"""Documents as trees of text, and everything that can be done to one of them: the inputs of the tests beside this file."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from hypothesis import strategies as st

from sim.document import Map, Node, Scalar, Seq

Tree: TypeAlias = Any
"""A scalar is the text that is written, a list is a list, and a mapping is `Pairs`."""


class Pairs(list[list[Any]]):
    """A mapping as [key, value], in order: unlike a dict it may have a key twice."""


HOSTILE = [
    "0", "-0", "-1", "1", "2", "0.5", "1e9", "1000000000", "1" + "0" * 30, "-" + "9" * 400, "1.0e-300", "1.0e+300",
    "1e400", "1.0e-9", "0.00001", "0.999999999", ".nan", ".inf", "-.inf", "nan", "Infinity", "0x10", "0o17", "010",
    "1_000", "190:20:30", "17:00", '"17:00"', '"22:00-06:00"', '"00:00-24:00"', "null", "~", "true", "no", "", '""',
    "' '", "all", "none", "unlimited", "origin", "nearest", "NO", '"006"', "2026-01-05", "2026-01-05T00:00",
    "9999-12-31", "0001-01-01", "2026-02-30", "1969-12-31T23:59:59Z", "2199-12-31T23:59:59-23:59", "UTC",
    "Pacific/Apia", "../../etc/passwd", "/etc/passwd", "/dev/zero", ".", "orders.csv", "stock.csv", "rates.csv",
    "x" * 201, "x" * 50_000, '"\\u0000"', '"\\u2028\\u0085"', '"a\\nb"', "é", '"\U0001f600"', "&a x", "*a", "&a [*a]",
    "!!python/object/apply:os.system [id]", "!!binary aGk=", "!mine 1", "!!int '5'", "!!float 1", "{<<: *a}",
    "{<<: 3}", "[", "]", "{", "}", "[]", "{}", "[[]]", "[null]", "[1, 2]", "{a: 1, a: 2}", "{? [a] : b}", "|", "# x",
    "%", "@", "`", "\t", "\x00", "\ufeff", "\ud800", "a: b", "- a", "{file: x.csv}", "{file: .}", "{generate: {count: 3}}",
    "{generate: {count: 1000000000}}", "{exponential: {mean: 0}}", "{gamma: {mean: 1, cv: 100}}", "{units: 1}",
    "{lognormal: {mean: 1000000, cv: 100}}", "{days_of_demand: 36525}", "{empirical: {values: [0, 1000000]}}",
    "{" * 60 + "}" * 60, "[" * 100_000, "{every_minutes: 0.001}", "{1: 1, 1000: 1}", "{mon-sun: '00:00-24:00'}",
]  # fmt: skip
"""Scalars, and what else may stand where one is expected."""

WORDS = [
    "", "id", "name", "file", "generate", "at", "days", "begins", "<<", "1", "-1", "null", "x" * 3_000, "NO", "é", "a.b",
    "[key]", "<exponential>", "mean", "units", "items", "{}", "\t", "\x00", "? ", "rules", "every_days", "0",
]  # fmt: skip
"""What a key may become."""


def tree_of(node: Node) -> Tree:
    """Return what was read from a file as a tree of text."""
    if isinstance(node, Map):
        return Pairs(
            [tree_of(key if isinstance(key, Scalar) else Scalar(key)), tree_of(value)]
            for key, value in node.items()
        )
    if isinstance(node, Seq):
        return [tree_of(child) for child in node]
    plain = node.style == "plain" and not set(node) & set(",[]{}#&*!|>'\"%@`") and ": " not in node
    return str(node) if plain else json.dumps(str(node), ensure_ascii=False)


def tree_of_json(value: Any) -> Tree:
    """Return what JSON holds as a tree of text."""
    if isinstance(value, dict):
        return Pairs([json.dumps(key), tree_of_json(child)] for key, child in value.items())
    if isinstance(value, list):
        return [tree_of_json(child) for child in value]
    return json.dumps(value)


def text_of(tree: Tree) -> str:
    """Return a tree as text: YAML in flow style, a line for each key at the top; of one that was JSON also JSON."""
    if isinstance(tree, Pairs):
        return "".join(f"{key}: {flow(value)}\n" for key, value in tree)
    return flow(tree)


def flow(tree: Tree) -> str:
    """Return a tree on one line."""
    if isinstance(tree, Pairs):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in tree) + "}"
    return f"[{', '.join(map(flow, tree))}]" if isinstance(tree, list) else tree


def slots(tree: Tree) -> list[tuple[Any, int]]:
    """Return every place of a value: the list that holds it (a pair, or a list), and where in it."""
    found: list[tuple[Any, int]] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        places: Iterator[tuple[Any, int]] = (
            ((pair, 1) for pair in node) if isinstance(node, Pairs) else ((node, i) for i in range(len(node)))
        )
        for place in places:
            found.append(place)
            if isinstance(place[0][place[1]], list):
                waiting.append(place[0][place[1]])
    return found


Change: TypeAlias = tuple[str, float, float, str]
"""What is done, to which value and with which other (as a share of all there are), and with which text."""


def mutated(tree: Tree, changes: Sequence[Change], donors: Sequence[Tree]) -> Tree:
    """Return a tree after some changes; other trees may give values to it."""
    tree = copy.deepcopy(tree)
    for what, at, other, text in changes:
        places = slots(tree)
        if not places:
            return text
        holder, position = places[int(at * len(places))]
        _DO[what](tree, holder, position, other, text, donors)
    return tree


def _parent(tree: Tree, holder: Any) -> Any:
    """Return the mapping that a pair is in, or the list itself."""
    if isinstance(tree, Pairs) and any(pair is holder for pair in tree):
        return tree
    for node, position in slots(tree):
        if isinstance(node[position], Pairs) and any(pair is holder for pair in node[position]):
            return node[position]
    return holder


def _delete(tree: Tree, holder: Any, position: int, *_: Any) -> None:
    mapping = _parent(tree, holder)
    if mapping is holder:
        del holder[position]
    else:
        mapping[:] = [pair for pair in mapping if pair is not holder]


def _repeat(tree: Tree, holder: Any, position: int, other: float, *_: Any) -> None:
    mapping = _parent(tree, holder)
    times = (1, 1, 2, 60)[int(other * 4)]
    if mapping is holder:
        holder[position:position] = [copy.deepcopy(holder[position]) for _ in range(times)]
    else:
        mapping += [copy.deepcopy(holder) for _ in range(times)]


def _rename(tree: Tree, holder: Any, position: int, other: float, text: str, donors: Sequence[Tree]) -> None:
    del tree, donors
    if position == 1 and len(holder) == 2 and isinstance(holder[0], str):
        key = holder[0]
        place = int(other * len(key)) if key else 0
        holder[0] = (WORDS[int(other * len(WORDS))], key[:place] + key[place + 1 :], key * 2, text)[
            int(other * 97) % 4
        ]


def _wrap(tree: Tree, holder: Any, position: int, other: float, *_: Any) -> None:
    del tree
    value, times = holder[position], (1, 1, 2, 50)[int(other * 4)]
    for _ in range(times):
        value = [value] if other * 97 % 2 < 1 else Pairs([[WORDS[int(other * len(WORDS))], value]])
    holder[position] = value


def _unwrap(tree: Tree, holder: Any, position: int, *_: Any) -> None:
    del tree
    value = holder[position]
    if isinstance(value, list) and value:
        holder[position] = value[0][1] if isinstance(value, Pairs) else value[0]


def _quote(tree: Tree, holder: Any, position: int, *_: Any) -> None:
    del tree
    if isinstance(holder[position], str):
        holder[position] = json.dumps(holder[position])


def _swap(tree: Tree, holder: Any, position: int, other: float, *_: Any) -> None:
    places = slots(tree)
    elsewhere, there = places[int(other * len(places))]
    if not isinstance(holder[position], list) and not isinstance(elsewhere[there], list):
        holder[position], elsewhere[there] = elsewhere[there], holder[position]


def _graft(tree: Tree, holder: Any, position: int, other: float, text: str, donors: Sequence[Tree]) -> None:
    del tree, text
    donor = donors[int(other * 7919) % len(donors)]
    places = slots(donor)
    elsewhere, there = places[int(other * len(places))]
    holder[position] = copy.deepcopy(elsewhere[there])


def _replace(tree: Tree, holder: Any, position: int, other: float, text: str, *_: Any) -> None:
    del tree, other
    holder[position] = text


_DO: dict[str, Callable[..., None]] = {
    "replace": _replace, "delete": _delete, "repeat": _repeat, "rename": _rename, "wrap": _wrap, "unwrap": _unwrap,
    "quote": _quote, "swap": _swap, "graft": _graft,
}  # fmt: skip

shares = st.integers(0, 999_999).map(lambda number: number / 1_000_000)
texts = st.one_of(
    st.sampled_from(HOSTILE), st.sampled_from(HOSTILE), st.text(max_size=8), st.integers().map(str)
)
changes = st.lists(
    st.tuples(st.sampled_from(["replace", *_DO]), shares, shares, texts), min_size=1, max_size=3
)
"""Of a tree. A value that is replaced is what most files are wrong in."""


def in_bytes(text: str) -> bytes:
    """Return a text as a file would hold it; half of a pair of surrogates too."""
    return text.encode("utf-8", "surrogatepass")


Cut: TypeAlias = tuple[str, float, int, bytes]
"""What is done to bytes, where (as a share of all), to how many, and with which others."""


def cut(content: bytes, cuts: Sequence[Cut]) -> bytes:
    """Return bytes after some cuts."""
    for what, at, many, instead in cuts:
        place = int(at * (len(content) + 1))
        if what == "truncate":
            content = content[:place]
        elif what == "flip":
            flipped = bytes([content[place] ^ (1 << many % 8)]) if place < len(content) else b""
            content = content[:place] + flipped + content[place + 1 :]
        elif what == "replace":
            content = content[:place] + instead + content[place + many :]
        elif what == "repeat":
            content = content[:place] + content[place : place + many] * 50 + content[place + many :]
        elif what == "lines":
            content = content.replace(b"\n", instead)
        elif what == "utf-16":
            content = content.decode("utf-8", "replace").encode("utf-16" if many % 2 else "utf-16-le")
        elif what == "latin-1":
            content = content.decode("utf-8", "replace").encode("latin-1", "replace") + b"\xe9"
        else:
            content = instead + content
    return content


PIECES = [
    b"\t", b"\x00", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\xe2\x80\xa8", b": ", b"- ", b"[", b"]", b"{", b"}",
    b"'", b'"', b'""', b",", b";", b",,,,", b"\n\n", b"# ", b"&a ", b"*a", b"!!int ", b"---\n", b"...\n", b"%YAML 1.1\n",
    b"%TAG ! x\n", b"? ", b"<<: ", b"| ", b"1e9", b"-1", b"nan", b"\x1f\x8b\x08", b"PK\x03\x04", b"PAR1", b"BZh9", b"x" * 200_000,
    b"a," * 2_000, b"[" * 5_000,
]  # fmt: skip

cuts = st.lists(
    st.tuples(
        st.sampled_from(["truncate", "flip", "flip", "replace", "replace", "replace", "repeat", "lines", "utf-16", "latin-1", "begin"]),
        shares,
        st.integers(0, 30),
        st.sampled_from(PIECES) | st.binary(max_size=4),
    ),
    min_size=1,
    max_size=3,
)  # fmt: skip
"""Of bytes."""

anything = st.binary(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)
"""Bytes that were never a document."""
