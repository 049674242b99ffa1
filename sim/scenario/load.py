"""From the name of a scenario to a checked one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

from sim.document import Checking, Document, in_order, read
from sim.document.files import nearest_file
from sim.errors import Problem, ScenarioError
from sim.scenario.contradictions import contradictions
from sim.scenario.doubts import doubts
from sim.scenario.expand import expand
from sim.scenario.model import Origin, Scenario
from sim.scenario.places import Places
from sim.scenario.tables import Files


def load_scenario(
    source: str | Path, changes: Sequence[str] = (), *, anywhere: bool = False, called: str = ""
) -> Scenario:
    """Read and check a scenario, with its tables.

    Args:
        source: a file, or the id of a shipped scenario.
        changes: `KEY=VALUE`, where KEY is a dotted path into the file.
        anywhere: its tables may lie outside its folder.
        called: its id; by default the stem of the file.

    Raises ScenarioError with every problem at once.

    Example:
        >>> from sim import load_scenario
        >>> world = load_scenario("hello", ["days=2", "warehouses.newark.stations=3"])
        >>> world.days, [site.stations for site in world.warehouses]
        (2.0, [3, 2])
        >>> load_scenario("hello", ["dayz=2"])
        Traceback (most recent call last):
        sim.errors.ScenarioError: ...

    """
    path = find_scenario(source)
    document = read(path, ScenarioError).changed(changes)
    return check_scenario(document, anywhere=anywhere, called=called)


def check_scenario(document: Document, *, anywhere: bool = False, called: str = "") -> Scenario:
    """Return the scenario that a document describes. Raises ScenarioError with every problem at once.

    Example:
        >>> from sim.document import read
        >>> from sim.errors import ScenarioError
        >>> from sim.scenario import check_scenario, find_scenario
        >>> check_scenario(read(find_scenario("hello"), ScenarioError)).id
        'hello'

    """
    if "rules" in document.tree and "warehouses" not in document.tree:
        raise ScenarioError([Problem(document.name, "is a rule set, and not a scenario: it is named by -p")])
    files = Files(document.path.parent, anywhere)
    expansion = expand(document.tree, files)
    checking = Checking(expansion.names, expansion.zone, expansion.tables)
    scenario = document.check(Scenario, checking, tree=expansion.tree, known=expansion.problems)
    if not scenario.name:
        scenario = scenario.model_copy(update={"name": document.path.stem})
    origin = Origin(
        document.path,
        document.tree,
        files.used,
        recorded=expansion.recorded,
        called=called,
        anywhere=anywhere,
    )
    scenario._origin = origin
    places = Places(expansion.tree)
    if wrong := contradictions(scenario, places):
        raise ScenarioError(in_order(wrong, document.name))
    warnings = tuple([str(doubt) for doubt in doubts(scenario, places)])
    scenario._origin = replace(origin, warnings=warnings, unlocated=_unlocated(scenario, places))
    return scenario


def _unlocated(scenario: Scenario, places: Places) -> tuple[Problem, ...]:
    rule = "is missing: the policy asks for distances"
    missing = [("regions", number) for number, region in enumerate(scenario.regions) if region.at is None]
    missing += [("warehouses", number) for number, site in enumerate(scenario.warehouses) if site.at is None]
    return tuple([places.problem((*place, "at"), rule) for place in missing])


def shipped_scenarios() -> dict[str, Path]:
    """Return the files of the scenarios that come with the package, by id, sorted.

    Example:
        >>> from sim.scenario import shipped_scenarios
        >>> shipped_scenarios()["hello"].name
        'hello.yaml'

    """
    folder = Path(str(resources.files("scenarios")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def find_scenario(source: str | Path) -> Path:
    """Return the file of a scenario. Raises ScenarioError when it is neither a file nor a shipped id.

    Example:
        >>> from sim.scenario import find_scenario
        >>> find_scenario("hello").name
        'hello.yaml'
        >>> find_scenario("helo")
        Traceback (most recent call last):
        sim.errors.ScenarioError: helo: is neither a file nor a shipped scenario; did you mean 'hello'?

    """
    path = Path(source)
    shipped = shipped_scenarios()
    within: list[Path] = []
    try:
        if path.exists() and not path.is_dir():
            return path
        within = sorted(path.glob("*.yaml"), key=lambda file: file.name != "scenario.yaml")
    except (OSError, ValueError):  # no name of a file can look like that
        pass
    if str(source) in shipped:
        return shipped[str(source)]
    if within:
        raise ScenarioError([Problem(str(source), "is a folder", nearest=str(within[0]))])
    rule = "is neither a file nor a shipped scenario"
    close = nearest_file(str(source), shipped)
    rule = rule if close else f"{rule} (orderlab list scenarios)"
    raise ScenarioError([Problem(str(source), rule, nearest=close)])
