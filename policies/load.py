"""From what a user names as a policy to the policy: a rule set file, a shipped rule set, or a Python class."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import types
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

import yaml

from policies.ruleset import RuleSet
from sim.carrier.carriers import service_ids
from sim.document import Checking, Document, nearest, plain, read_text, write
from sim.document.files import decoded, nearest_file, read_bytes
from sim.errors import Interruption, PolicyError, Problem, RuleSetError, blaming, named
from sim.execution.experiment import PolicySource
from sim.policy import Policy
from sim.scenario import Scenario, shipped_scenarios

_PYTHON = re.compile(r"(?P<file>.+\.py):(?P<name>\w+)")


def shipped_rule_sets() -> dict[str, Path]:
    """Return the files of the rule sets that come with the package, by id, sorted.

    Example:
        >>> from policies import shipped_rule_sets
        >>> shipped_rule_sets()["nearest"].name
        'nearest.yaml'

    """
    folder = Path(str(resources.files("policies")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def load_policy(name: str | Path, scenario: Scenario | None = None, changes: Sequence[str] = ()) -> Policy:
    """Return a policy by its name, ready for `sim.simulate`.

    Args:
        name: a file, the id of a shipped rule set, or `file.py:Class`.
        scenario: the world that it will decide in: what it names there is looked up now, and not when it is played.
        changes: `KEY=VALUE`: a value of a rule set by its dotted path, or an argument of a Python class.

    Raises:
        RuleSetError: with every problem of the rule set, and every change that it has no key for.
        PolicyError: a Python policy cannot be made.

    Example:
        >>> from policies import load_policy
        >>> from sim import load_scenario, simulate
        >>> hello = load_scenario("hello", ["days=0.1"])
        >>> dear_queue = load_policy("balanced", hello, ["rules.0.rank.cost.backlog=0.05"])
        >>> simulate(hello, dear_queue).table("orders").num_rows
        353
        >>> load_policy("nearset")
        Traceback (most recent call last):
        sim.errors.RuleSetError: nearset: is neither a file, ... nor file.py:Class; did you mean 'nearest'?

    """
    (source,) = read_policies([str(name)], scenario, changes)
    return build_policy(source, scenario)


def read_policies(
    policies: Sequence[str | Path | RuleSet], scenario: Scenario | None, changes: Sequence[str] = ()
) -> list[PolicySource]:
    """Read policies and check that each can be built for a scenario.

    Args:
        policies: files, shipped ids or `file.py:Class`; rule sets as objects.
        scenario: None leaves references to what a scenario has unchecked.
        changes: `KEY=VALUE`, applied to every policy: a value of a rule set, or an argument of a Python class.

    Returns:
        Sources with distinct names: the file's stem, the class's name, or the object's (`rules` if it has none); a
        repeated one gets `-2`.

    Raises:
        RuleSetError: with every problem of the first file that cannot be used, or change that it has no key for.
        PolicyError: a Python policy cannot be made.

    Example:
        >>> from policies import read_policies
        >>> from sim import load_scenario
        >>> [source.name for source in read_policies(["nearest", "cheapest", "nearest"], load_scenario("hello"))]
        ['nearest', 'cheapest', 'nearest-2']

    """
    sources: list[PolicySource] = []
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    for policy in policies:
        if not isinstance(policy, (str, Path, RuleSet)):
            rule = "is an object without a source: save its class as file.py, and name it file.py:Class"
            raise RuleSetError([Problem(f"{policy!r:.60}", rule)])
        source = _read(policy if isinstance(policy, RuleSet) else str(policy), scenario, changes)
        stem = re.sub(r"[^A-Za-z0-9._-]|^\.+$", "_", source.name)
        unique = stem
        while unique in taken:
            seen[stem] += 1
            unique = f"{stem}-{seen[stem] + 1}"
        taken.add(unique)
        sources.append(replace(source, name=unique))
    return sources


def _read(name: str | RuleSet, scenario: Scenario | None, changes: Sequence[str]) -> PolicySource:
    if isinstance(name, RuleSet):
        called = name.name or "rules"
        source = PolicySource(called, called, str(name))
    elif match := _PYTHON.fullmatch(name):
        file = match["file"]
        text = decoded(read_bytes(Path(file), file, RuleSetError), file, RuleSetError)
        source = PolicySource(match["name"], file, text, match["name"])
    else:
        path = find_rule_set(name)
        if path.suffix == ".py":
            raise RuleSetError(
                [Problem(name, f"is Python, which needs the name of a class: {name}:MyPolicy")]
            )
        text = decoded(read_bytes(path, str(path), RuleSetError), str(path), RuleSetError)
        source = PolicySource(path.stem, str(path), text)
    return change_policy(source, scenario, changes)


def change_policy(
    source: PolicySource, scenario: Scenario | None, changes: Sequence[str], *, option: str = "--set"
) -> PolicySource:
    """Return a policy with some values changed, after a check that it can be built for a scenario.

    Args:
        source: a rule set, or a Python class with its arguments.
        scenario: None leaves references to what a scenario has unchecked.
        changes: `KEY=VALUE`: a value of the rule set, or an argument of the class.
        option: by which messages name a change.

    Raises:
        RuleSetError: with every problem of the rule set; a change that it has no key for.
        PolicyError: a Python policy cannot be made.

    """
    of = f" (policy {source.name})"
    if source.class_name:
        given = read_text(yaml.safe_dump(dict(source.parameters), sort_keys=False), source.file, RuleSetError)
        tree = given.changed(changes, prefix="policy.", of=of, option=option).tree
        made = replace(source, parameters=tuple([(str(key), plain(value)) for key, value in tree.items()]))
        build_policy(made, scenario, option=option)
        return made
    document = read_text(source.text, source.file, RuleSetError)
    document = document.changed(changes, prefix="policy.", of=of, option=option)
    check_rule_set(document, scenario)
    return replace(source, text=write(document.tree)) if changes else source


def find_rule_set(name: str) -> Path:
    """Return the file of a rule set. Raises RuleSetError when it is neither a file nor a shipped id.

    Example:
        >>> from policies import find_rule_set
        >>> find_rule_set("nearest").name
        'nearest.yaml'
        >>> find_rule_set("nearset")
        Traceback (most recent call last):
        sim.errors.RuleSetError: nearset: is neither a file, ... nor file.py:Class; did you mean 'nearest'?

    """
    path = Path(name)
    try:
        if path.is_file():
            return path
    except (OSError, ValueError):  # no name of a file can look like that
        pass
    shipped = shipped_rule_sets()
    if name in shipped:
        return shipped[name]
    rule, close = "is neither a file, nor a shipped rule set, nor file.py:Class", nearest_file(name, shipped)
    if name in shipped_scenarios():
        rule, close = "is a scenario, which is named before the policies", None
    elif "," in name:
        rule, close = f"{rule}; every policy takes a -p of its own", None
    raise RuleSetError([Problem(name, rule, nearest=close)])


def check_rule_set(document: Document, scenario: Scenario | None = None) -> RuleSet:
    """Return the rule set that a document describes; with a scenario, its references are checked, too.

    Raises RuleSetError with every problem at once.

    Example:
        >>> from policies import check_rule_set
        >>> from sim import load_scenario
        >>> from sim.document import read_text
        >>> from sim.errors import RuleSetError
        >>> text = "rules: [{name: whole orders, filters: [is_up, {has_stock: all}]}]"
        >>> check_rule_set(read_text(text, "mine.yaml", RuleSetError), load_scenario("hello")).rules[0].name
        'whole orders'

    """
    if "rules" not in document.tree and "warehouses" in document.tree:
        rule = "is a scenario, and not a rule set: it is named before the policies"
        raise RuleSetError([Problem(document.name, rule)])
    names: dict[str, dict[str, int]] = {}
    if scenario is not None:
        zones = {region.zone for region in scenario.regions}
        lists = {
            "warehouse": [site.id for site in scenario.warehouses],
            "group": [group for site in scenario.warehouses for group in site.groups],
            "service": service_ids(scenario.carriers),
            "item": [item.id for item in scenario.items],
            "region": [region.id for region in scenario.regions],
            "segment": [segment.id for segment in scenario.segments],
            "shared zone": [site.zone for site in scenario.warehouses if site.zone and site.zone in zones],
        }
        names = {kind: {id_: number for number, id_ in enumerate(ids)} for kind, ids in lists.items()}
    return document.check(RuleSet, Checking(names, zone="UTC" if scenario is None else scenario.timezone))


def _parameters(made: type) -> Mapping[str, inspect.Parameter] | None:
    """Return what a class may be given; None where it does not tell, as one written in C."""
    try:
        return inspect.signature(made).parameters
    except (TypeError, ValueError):
        return None


def build_policy(source: PolicySource, scenario: Scenario | None, *, option: str = "--set") -> Policy:
    """Make a policy from its source; without a scenario, its references to one are not checked.

    Args:
        source: the policy.
        scenario: the world that it is for.
        option: by which messages name an argument of a class.

    Raises:
        RuleSetError: with every problem of a rule set; a Python class that has no such parameter.
        PolicyError: the Python file cannot be run, or has no such class, or the class is no policy.

    Example:
        >>> from policies import build_policy, read_policies
        >>> from sim import load_scenario
        >>> hello = load_scenario("hello")
        >>> (source,) = read_policies(["nearest"], hello)
        >>> build_policy(source, hello).name
        'every line from the nearest warehouse that has it'

    """
    if not source.class_name:
        return check_rule_set(read_text(source.text, source.file, RuleSetError), scenario)
    module = types.ModuleType(f"policy of {source.file}")
    module.__file__ = source.file
    sys.modules[module.__name__] = module  # dataclasses look their module up there
    try:
        exec(compile(source.text, source.file, "exec"), module.__dict__)
    except (KeyboardInterrupt, Interruption):
        raise
    except BaseException as error:
        raise PolicyError(f"{source.file} cannot be run: {named(error)}", policy=source.name) from error
    made = getattr(module, source.class_name, None)
    if not isinstance(made, type):
        classes = [node.name for node in ast.parse(source.text).body if isinstance(node, ast.ClassDef)]
        close = nearest(source.class_name, classes)
        hint = f"; did you mean '{close}'?" if close else ""
        raise PolicyError(f"{source.file} has no class {source.class_name}{hint}", policy=source.name)
    arguments = dict(source.parameters)
    accepted = _parameters(made)
    if accepted is not None and not any(
        parameter.kind is parameter.VAR_KEYWORD for parameter in accepted.values()
    ):
        unknown = next((name for name in arguments if name not in accepted), None)
        if unknown is not None:
            rule = f"is no parameter of {source.class_name}"
            raise RuleSetError(
                [Problem(f"{option} policy.{unknown}", rule, nearest=nearest(unknown, accepted))]
            )
    with blaming(source.name, f"{source.class_name}()"):
        policy = made(**arguments)
    if not isinstance(policy, Policy):
        raise PolicyError(f"{source.class_name} has no allocate(order, network)", policy=source.name)
    return policy
