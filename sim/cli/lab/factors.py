"""What a sweep varies: keys of the scenario or of the policies, each with its values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import yaml

from sim.document import Map, find
from sim.document.bounds import DEEPEST
from sim.document.parse import LOADER
from sim.errors import InputError, Problem

_OF_POLICIES = "policy."

MOST_VALUES = 1_000
"""Of a key: far more than can be played."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A key that is varied.

    Attributes:
        key: a dotted path into the scenario; with `policy.` before it, into every policy.
        values: as they would stand in the file; distinct, at least one.

    """

    key: str
    values: tuple[str, ...]

    @property
    def of_policy(self) -> bool:
        """Whether it is a key of the policies."""
        return self.key.startswith(_OF_POLICIES)

    @property
    def path(self) -> str:
        """The key within the scenario, or within a policy."""
        return self.key.removeprefix(_OF_POLICIES)

    def change(self, value: str) -> str:
        """Return the change `KEY=VALUE` of the scenario, or of a policy."""
        return f"{self.path}={value}"


def read_factors(vary: Mapping[str, Iterable[object]] | Sequence[str]) -> list[Factor]:
    """Return what is to be varied.

    Args:
        vary: values by key, or texts `KEY=V1,V2,...`, in which values are separated by commas outside brackets and
            quotes. A value that is a text is read as in a file.

    Raises:
        InputError: with everything that is wrong: no list, no values, the same key or value twice.

    """
    if isinstance(vary, str):
        raise InputError([Problem("vary", f"must be a list: [{vary!r}]", value=vary)])
    given: list[tuple[str, list[str]]] = []
    wrong: list[Problem] = []
    if isinstance(vary, Mapping):
        for key, several in vary.items():
            if isinstance(several, str) or not isinstance(several, Iterable):
                wrong.append(Problem("vary", f"must be a list: [{several!r}]", key, str(several)))
                continue
            given.append((key, [as_written(value) for value in islice(several, MOST_VALUES + 1)]))
            if not given[-1][1]:
                wrong.append(Problem(f"--vary {key}", "has no values"))
    else:
        for text in vary:
            key, _, listed = text.partition("=")
            try:
                given.append((key.strip(), list(islice(_split(text, key, listed), MOST_VALUES + 1))))
            except InputError as error:
                wrong += error.problems
    keys = [key for key, _ in given]
    repeated = [key for key, times in Counter(keys).items() if times > 1]
    wrong += [Problem(f"--vary {key}", "stands twice: name all its values in one") for key in repeated]
    if "seed" in keys:
        wrong.append(
            Problem("--vary seed", "only changes what chance does, as each replication does: use -n")
        )
    for key, values in given:
        if len(values) > MOST_VALUES:
            wrong.append(Problem(f"--vary {key}"[:200], f"has more than {MOST_VALUES:,} values"))
            continue
        again = dict.fromkeys(value for value in values if values.count(value) > 1)
        wrong += [Problem(f"--vary {key}", "stands there twice", value=value) for value in again]
    if wrong:
        raise InputError(wrong)
    return [Factor(key, tuple(values)) for key, values in given]


def _split(text: str, key: str, values: str) -> Iterator[str]:
    """Yield the values of `KEY=V1,V2,...` as they are written."""
    named = f"--vary {text}"[:200]
    if not key.strip() or not values.strip():
        raise InputError([Problem(named, "must be KEY=V1,V2,...")])
    listed = f"[{values}]"
    depth = begin = 0
    try:
        # What YAML takes for the elements of a list: an empty one is an error, but for the last.
        for event in yaml.parse(listed, LOADER):
            if depth > DEEPEST:
                break
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth == 1 and isinstance(event, yaml.NodeEvent):
                begin = _index(event.start_mark)
            if depth == 1 and not isinstance(event, yaml.CollectionStartEvent):
                yield listed[begin : _index(event.end_mark)]
            depth += isinstance(event, yaml.CollectionStartEvent)
        ended = depth == 0 and not values.rstrip().endswith(",")
    except yaml.YAMLError:
        ended = False
    if not ended:
        rule = "must be values with commas between them, each one value, or a list or mapping in [ ] or { }"
        raise InputError([Problem(named, rule)])


def _index(mark: Any) -> int:
    return int(mark.index)


def as_written(value: object) -> str:
    """Return a value as it stands in a file, on one line."""
    if isinstance(value, str):
        return value
    python = value.item() if hasattr(value, "item") else value  # of numpy
    text = yaml.safe_dump(python, default_flow_style=True, width=10**6)
    return str(text).removesuffix("...\n").strip()


def short_keys(factors: Sequence[Factor]) -> dict[str, str]:
    """Return for each key its shortest end that tells it from the others, of at least two words if it has two.

    Positions in lists are left out, as they say nothing: `policy.rules.0.filters.below_limit.n` is `below_limit.n`.
    """
    words = {
        factor.key: [word for word in factor.path.split(".") if not word.isdecimal()] or [factor.key]
        for factor in factors
    }
    short: dict[str, str] = {}
    for key, parts in words.items():
        for length in range(2, len(parts) + 1):
            end = parts[-length:]
            if not any(other[-length:] == end for name, other in words.items() if name != key):
                break
        short[key] = ".".join(parts[-length:]) if len(parts) > 1 else parts[0]
    return short if len(set(short.values())) == len(short) else {key: key for key in words}


def overlapping(factors: Sequence[Factor], tree: Map) -> list[Problem]:
    """Return a problem for each key that leads, in a document, to what another one varies, or to a part of it."""
    ways = [find(tree, factor.path)[0] for factor in factors]
    found = []
    for place, factor in enumerate(factors):
        for earlier, way in zip(factors, ways[:place], strict=False):
            if all(step == other for step, other in zip(way, ways[place], strict=False)):
                rule = f"leads to what --vary {earlier.key} varies, or to a part of it"
                found.append(Problem(f"--vary {factor.key}", rule))
    return found
