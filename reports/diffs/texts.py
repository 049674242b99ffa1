"""The difference of two policies in every form: as text, as Markdown and as a page. As JSON it is its content."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from reports import numbers, template
from reports.diffs.forms import READING, difference_sentences, difference_tables
from reports.forms import as_markdown, as_text, escaped, one_line
from reports.stories.story import telling
from reports.stories.texts import story_markdown, story_text


def difference_text(content: Mapping[str, Any], room: int) -> str:
    """Tell a difference as plain text.

    Args:
        content: from `reports.diffs.diff.difference_content`, with the orders that are told.
        room: columns of the terminal.

    """
    blocks = [textwrap.fill(one_line(_title(content)), room)]
    blocks += [textwrap.fill(one_line(sentence), room) for sentence in difference_sentences(content)]
    blocks += [as_text(table, room) for table in difference_tables(content)]
    blocks.append(textwrap.fill(READING, room))
    for heading, stories in _told(content):
        blocks.append(textwrap.fill(one_line(heading), room))
        blocks += [story if isinstance(story, str) else story_text(story, room) for story in stories]
    return numbers.plain("\n\n".join(blocks)) + "\n"


def difference_markdown(content: Mapping[str, Any]) -> str:
    """Tell the same as Markdown, to paste into a page or an issue."""
    blocks = [f"# {escaped(_title(content))}", *map(escaped, difference_sentences(content))]
    blocks += [as_markdown(table) for table in difference_tables(content)]
    blocks.append(READING)
    for heading, stories in _told(content):
        blocks.append(f"## {escaped(heading)}")
        blocks += [
            escaped(story) if isinstance(story, str) else f"#{story_markdown(story).rstrip()}"
            for story in stories
        ]
    return "\n\n".join(blocks) + "\n"


def difference_page(content: Mapping[str, Any]) -> str:
    """Tell the same as a page of its own: one HTML document, as `template.page` makes them."""
    return template.page("diff.html", title=_title(content), pair=shown(content), reading=READING)


def shown(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a difference as pages show it: sentences, tables, and orders with a heading and two tellings."""
    return {
        "baseline": content["baseline"],
        "policy": content["policy"],
        "sentences": difference_sentences(content),
        "tables": difference_tables(content),
        "told": [
            {
                "heading": heading,
                "stories": [story if isinstance(story, str) else telling(story) for story in stories],
            }
            for heading, stories in _told(content)
        ],
    }


def _title(content: Mapping[str, Any]) -> str:
    world = content["title"] or content["scenario"]
    return (
        f"{content['policy']} against {content['baseline']} in {world}, replication {content['replication']}"
    )


def _told(content: Mapping[str, Any]) -> Iterator[tuple[str, list[Mapping[str, Any] | str]]]:
    """Yield each order that is told: its heading, and its stories, or the reason why there is none."""
    for told in content["told"]:
        yield (
            f"Order {told['order']}, {told['because']}",
            [f"Not told: {story}" if isinstance(story, str) else story for story in told["stories"]],
        )
