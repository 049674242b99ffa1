"""Pages from templates: what a page says is text, and stays text whatever it is called."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reports import numbers
from reports.figures import whisker
from reports.figures.style import COLOURS
from reports.sentences import capital, verdict_text

_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)


def headings(main: Markup) -> list[tuple[Markup, str]]:
    """Return the id and the words of every heading of the second order in what a page says, for its contents."""
    return [(Markup(place), Markup(heading).striptags()) for place, heading in _HEADING.findall(main)]


def page(template: str, **context: Any) -> str:
    """Return a page: one HTML document without scripts, which asks nothing of the network.

    Args:
        template: name of a file in `reports/templates`, which extends `base.html`.
        context: what it needs.

    """
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "estimate": lambda found, unit: numbers.estimate(found["mean"], found["half_width"], unit),
        "difference": numbers.difference,
        "interval": numbers.interval,
        "probability": numbers.probability,
        "times": lambda factor: numbers.MISSING if factor is None else numbers.times(factor),
        "unit_of_difference": numbers.unit_of_difference,
        "verdict": verdict_text,
        "whisker": whisker,
        "breakable": lambda name: escape(name).replace("_", Markup("_<wbr>")).replace(".", Markup(".<wbr>")),
        "headings": headings,
        "hours": partial(numbers.fixed, places=2),
        "sentence": capital,
    }
    return environment.get_template(template).render(colours=COLOURS, **context)
