"""A YAML document of a user: read, changed by `--set`, checked against a model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from sim.document.change import set_key
from sim.document.files import decoded, read_bytes
from sim.document.parse import parse
from sim.document.section import Checking, Section
from sim.document.translate import in_order, problems_of
from sim.document.tree import Map, Node, Source
from sim.errors import InputError, Problem

_Model = TypeVar("_Model", bound=Section)


@dataclass(frozen=True)
class Document:
    """What a file says.

    Attributes:
        path: the file.
        tree: its values, each with its place.
        error: what is raised when something is wrong.
        problems: what is wrong already before any model is known, such as duplicate keys.

    """

    path: Path
    tree: Map
    error: type[InputError] = InputError
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The file as messages name it."""
        return self.tree.source.name

    def changed(
        self, assignments: Iterable[str], *, prefix: str = "", of: str = "", option: str = "--set"
    ) -> Document:
        """Return the document after changes `KEY=VALUE`. Raises with all that cannot be applied.

        Messages name a change as it was typed: with its `option` and the `prefix` of its key, and `of` what it was to
        change.
        """
        tree, wrong = self.tree, []
        for assignment in assignments:
            key, equals, value = (part.strip() for part in assignment.partition("="))
            named = f"{option} {prefix}{assignment}"[:200] + of
            if not equals or not key:
                wrong.append(Problem(named, "must be KEY=VALUE"))
                continue
            try:
                tree = set_key(tree, key, value, named)
            except InputError as error:
                wrong.extend(error.problems)
        if wrong:
            raise self.error([*self.problems, *wrong])
        return replace(self, tree=tree)

    def check(
        self,
        model: type[_Model],
        checking: Checking | None = None,
        *,
        tree: Map | None = None,
        known: Iterable[Problem] = (),
    ) -> _Model:
        """Return the document as a model.

        Args:
            model: what it must be.
            checking: what fields may ask for, such as the ids that references may use.
            tree: the values to check, when tables were put into them.
            known: problems that were found beside, to be reported together.

        Raises the document's error with every problem at once.
        """
        checking = checking or Checking()
        wrong = [*self.problems, *known]
        values = self.tree if tree is None else tree
        try:
            checked = model.model_validate(values, context=checking)
        except ValidationError as error:
            wrong += problems_of(error, values, checking)
        if wrong:
            raise self.error(in_order(list(dict.fromkeys(wrong)), self.name))
        return checked


def read(path: str | Path, error: type[InputError] = InputError) -> Document:
    """Read a file. Raises `error` when it cannot be read as one YAML mapping in UTF-8."""
    path = Path(path)
    name = str(path)
    return read_text(decoded(read_bytes(path, name, error), name, error), name, error, path)


def read_text(
    text: str, name: str, error: type[InputError] = InputError, path: Path | None = None
) -> Document:
    """Read a text that is named as if it were a file."""
    tree, wrong = parse(text, Source(name))
    if not isinstance(tree, Map):
        raise error(wrong or [Problem(name, _why_no_mapping(tree), line=1, column=1)])
    return Document(path or Path(name), tree, error, tuple(wrong))


def _why_no_mapping(tree: Node | None) -> str:
    if tree is None or not tree:
        return "is empty: it must be a mapping of keys to values"
    return "must be a mapping of keys to values"
