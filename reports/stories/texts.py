"""One order told in every form: for the terminal, as Markdown, as CSV and as a page. As JSON it is its content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reports import numbers, template
from reports.forms import Table, as_csv, as_markdown, as_text, escaped, one_line
from reports.sentences import capital
from reports.stories.candidates import candidates
from reports.stories.story import Event, telling


def story_text(content: Mapping[str, Any], room: int | None = None) -> str:
    """Tell the life of an order and the reasons of each decision about it as plain text.

    Args:
        content: from `story_content`.
        room: columns of the terminal, for tables; what has no place continues below.

    """
    told = telling(content)
    lines = [told.title, *(f"  {fact}" for fact in told.facts), ""]
    for event in told.events:
        lines += _event_text(event, room)
    for table in (told.times, told.money):
        if table:
            lines += ["", *as_text(table, room).splitlines()]
    return numbers.plain("\n".join(map(one_line, lines)))


def _event_text(event: Event, room: int | None) -> Iterator[str]:
    yield f"{event.when}  {event.text}"
    for reasons in event.reasons:
        yield f"    {reasons.heading}"
        for told in reasons.told:
            if isinstance(told, str):
                yield f"      {told}"
                continue
            yield f"      {told.title}"
            table = as_text(told._replace(title=""), None if room is None else room - 8)
            yield from (f"        {line}".rstrip() for line in table.splitlines())
    yield from (f"    → {end}" for end in event.ends)


def story_markdown(content: Mapping[str, Any]) -> str:
    """Tell the same as Markdown, to paste into a page or an issue."""
    told = telling(content)
    blocks = [f"## {escaped(capital(told.title))}", "\n".join(f"- {escaped(fact)}" for fact in told.facts)]
    for event in told.events:
        blocks.append(f"**{event.when}** {escaped(event.text)}")
        for reasons in event.reasons:
            blocks.append(escaped(capital(reasons.heading)))
            blocks += [
                as_markdown(each) if isinstance(each, Table) else f"- {escaped(each)}"
                for each in reasons.told
            ]
        blocks += [f"→ {escaped(end)}" for end in event.ends]
    blocks += [as_markdown(table) for table in (told.times, told.money) if table]
    return "\n\n".join(blocks) + "\n"


def story_csv(content: Mapping[str, Any]) -> str:
    """Tell who was compared by what as CSV: a row for each warehouse that a rule looked at."""
    return as_csv(candidates(content))


def story_page(content: Mapping[str, Any]) -> str:
    """Tell the same as a page of its own: one HTML document, as `template.page` makes them."""
    told = telling(content)
    return template.page("order.html", title=capital(told.title), story=told)
