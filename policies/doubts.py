"""What of a rule set can be played, and is probably not meant: told as warnings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policies.load import check_rule_set, shipped_rule_sets
from policies.when import LineTerms, When
from sim.document import nearest, read_text
from sim.errors import Problem, RuleSetError
from sim.execution.experiment import PolicySource
from sim.scenario import Scenario
from sim.scenario.places import Places


def policy_doubts(source: PolicySource, scenario: Scenario) -> list[str]:
    """Return what the author of a rule set should know before it is played, one line each.

    That is words of `when` that nothing in the scenario has: those that are like one that something has, and all of
    a term that can therefore never hold. Shipped rule sets speak of more goods than one scenario sells, and nobody is
    told of that. Ids are checked when a rule set is read.

    Example:
        >>> from policies import policy_doubts, read_policies
        >>> from sim import load_scenario
        >>> hello = load_scenario("hello", ["items.kettle.handling=[fragile]"])
        >>> (nearest,) = read_policies(["nearest"], hello)
        >>> policy_doubts(nearest, hello)
        []

    """
    if source.class_name:
        return []
    document = read_text(source.text, source.file, RuleSetError)
    places, is_ours = Places(document.tree), source.name in shipped_rule_sets()
    return [
        str(doubt)
        for number, rule in enumerate(check_rule_set(document, scenario).rules)
        if rule.when is not None
        for doubt in _unknown_words(("rules", number, "when"), rule.when, scenario, places)
        if doubt.nearest is not None or not is_ours
    ]


def _unknown_words(
    within: tuple[str | int, ...], when: When, scenario: Scenario, places: Places
) -> Iterator[Problem]:
    categories = {item.category for item in scenario.items}
    handling = {tag for item in scenario.items for tag in item.handling}
    customers = {tag for segment in scenario.segments for tag in segment.tags}
    lines: dict[str, LineTerms | None] = {
        "line": when.line, "any_line": when.any_line, "all_lines": when.all_lines,
    }  # fmt: skip
    terms = [
        ((key, word), getattr(line, word), known, what)
        for key, line in lines.items()
        if line is not None
        for word, known, what in (
            ("category", categories, "no item is of this category"),
            ("handling", handling, "no item has this handling tag"),
        )
    ]
    if when.order is not None:
        terms.append((("order", "tags"), when.order.tags, customers, "no segment has this tag"))
    for steps, words, known, what in terms:
        unknown = [word for word in words or () if word not in known]
        for word in unknown:
            close = nearest(word, known)
            if close is not None or len(unknown) == len(words or ()):
                yield replace(places.problem((*within, *steps), what), value=word, nearest=close)
