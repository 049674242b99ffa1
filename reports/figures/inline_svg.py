"""SVG that can stand in a page: deterministic, told in words, and coloured by the page.

What matplotlib writes is a document of its own: several in one page would share ids, its style sheet would
reach all of them, and its colours are fixed.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from matplotlib.figure import Figure

from reports.figures.style import COLOURS, lay_out
from reports.notes import Topic

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT = re.compile(r"\s*font-family: [^;]*;?")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a result, or why there is none.

    Attributes:
        name: its id in the page.
        title: what it shows, in a few words.
        svg: the picture; empty where there is none.
        caption: how to read it, or why it is missing.
        source: whose work is in it, where that must be said.
        policy: the one that it is about, if it is about one alone.
        rests_on: what of a result must be sound for it; a limit of that stands below the picture.

    """

    name: str
    title: str
    svg: str
    caption: str
    source: str = ""
    policy: str = ""
    rests_on: tuple[Topic, ...] = ()


def inline_svg(figure: Figure, name: str, title: str, description: str) -> str:
    """Render a figure as an SVG element for a page.

    Args:
        figure: drawn in the house's style, which must still hold.
        name: prefix of all ids inside, so that no two pictures of a page share one.
        title: read out in the picture's place.
        description: the same at more length: what a reader would see.

    """
    lay_out(figure)
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    root = ET.fromstring(text.getvalue())
    _strip(root)
    used = _used_ids(root)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        link = element.attrib.pop(_LINK, None)
        if link is not None:
            element.set("href", f"#{name}-{link[1:]}")
        for attribute, content in list(element.attrib.items()):
            element.set(attribute, _attribute(attribute, content, name))
        if element.get("id", "").removeprefix(f"{name}-") not in used:
            element.attrib.pop("id", None)
        element.tail = None
        if element.tag != "text" and element.text is not None and not element.text.strip():
            element.text = None
    _describe(root, name, title, description)
    return ET.tostring(root, encoding="unicode")


def _strip(root: ET.Element) -> None:
    """Remove what speaks to the whole page (style sheets) or to nobody (metadata)."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{_SVG}metadata", f"{_SVG}style"):
                parent.remove(child)


def _used_ids(root: ET.Element) -> set[str]:
    used = set()
    for element in root.iter():
        used.update(_REFERENCE.findall(" ".join(element.attrib.values())))
        link = element.get(_LINK)
        if link is not None:
            used.add(link[1:])
    return used


def _attribute(attribute: str, content: str, name: str) -> str:
    if attribute == "id":
        return f"{name}-{content}"
    if attribute == "style":
        content = _FONT.sub("", content)  # the page's own type
        for colour in COLOURS:
            content = content.replace(colour.light, f"var({colour.variable}, {colour.light})")
    elif attribute in ("d", "x", "y", "transform", "points"):
        content = _NUMBER.sub(_rounded, " ".join(content.split()))
    return _REFERENCE.sub(lambda found: f"url(#{name}-{found[1]})", content)


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _describe(root: ET.Element, name: str, title: str, description: str) -> None:
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    root.set("xmlns", "http://www.w3.org/2000/svg")
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-description")
    for place, (tag, part, words) in enumerate(
        (("title", "title", title), ("desc", "description", description))
    ):
        element = ET.Element(tag, {"id": f"{name}-{part}"})
        element.text = words
        root.insert(place, element)
