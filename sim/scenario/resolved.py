"""A copy of a scenario that can be run as it is: changes of the command line written in, tables beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from sim.document import Map, Node, Scalar, Seq, write
from sim.scenario.model import Scenario
from sim.scenario.tables import path_key
from sim.writing import copy_file, write_file

FILE_NAME = "scenario.yaml"


def write_resolved(scenario: Scenario, folder: Path, taken: Collection[str] = (FILE_NAME,)) -> Path:
    """Write `scenario.yaml` and the tables that it names into a folder, and return the file.

    Loading it gives an equal scenario. Tables keep their place below the scenario; one from elsewhere goes
    into `tables/`, and so does one whose name, or that of its folder, is taken by something else.

    Example:
        >>> from pathlib import Path
        >>> from sim.scenario import load_scenario, write_resolved
        >>> changed = load_scenario("hello", ["days=2"])
        >>> load_scenario(write_resolved(changed, Path("copy"))) == changed
        True

    """
    renamed = table_places(scenario, taken)
    for written, path in scenario.tables.items():
        copy_file(path, folder / renamed[written])
    tree = _with_files(scenario.tree, renamed)
    assert isinstance(tree, Map)
    if tree.get("name") != scenario.name:  # it was the stem of the file, and that of the copy is another
        unnamed = tree
        tree = Map()
        tree[Scalar("name")] = Scalar(scenario.name, "quoted")
        tree.update({key: value for key, value in unnamed.items() if key != "name"})
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE_NAME
    write_file(file, write(tree))
    return file


def table_places(scenario: Scenario, taken: Collection[str]) -> dict[str, str]:
    """Return where a resolved copy keeps each table, below its folder, by the table's name in the scenario."""
    places: dict[str, str] = {}
    for written in scenario.tables:
        places[written] = _place(written, taken, set(places.values()))
    return places


def _place(written: str, taken: Collection[str], places: Collection[str]) -> str:
    path = Path(written)
    if (
        not path.is_absolute()
        and ".." not in path.parts
        and path.parts[0].lower() not in taken
        and written not in places
    ):
        return written
    number, place = 1, f"tables/{path.name}"
    while place in places:
        number += 1
        place = f"tables/{path.stem}-{number}{path.suffix}"
    return place


def _with_files(node: Node, renamed: Mapping[str, str], key: str = "") -> Node:
    """Return the tree with the files under `file` and `replay` named as they are now."""
    if isinstance(node, Scalar):
        place = renamed.get(path_key(node)) if key in ("file", "replay") and node else None
        return node if place is None else Scalar(place, "quoted")
    copy = node.like()
    if isinstance(copy, Seq):
        copy[:] = [_with_files(child, renamed) for child in copy]
    else:
        for name, child in copy.items():
            copy[name] = _with_files(child, renamed, name)
    return copy
