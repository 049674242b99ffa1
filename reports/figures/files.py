"""Pictures as files beside a page: each SVG stands alone, with its title and caption, in the house's light colours."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape, unescape

from reports.figures.inline_svg import Picture
from reports.figures.style import INK, MUTED, PAPER, Colour
from sim.writing import write_file

FOLDER = "figures"

_FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"
_VARIABLE = re.compile(r"var\(--[\w-]+, (#[0-9a-f]{6})\)")
_OPENED = re.compile(
    r'<svg viewBox="0 0 ([\d.]+) ([\d.]+)"([^>]*)>(<title.*?</title><desc.*?</desc>)', re.DOTALL
)
_NAME = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL)
_EDGE, _SCALE = 10.0, 2.0  # room around, in points; pixels a point when a picture is opened by itself
_TITLE, _CAPTION, _SOURCE = 11.0, 8.0, 6.5  # sizes of type, points
_LETTER = 0.56  # of the size of the type that a letter is wide


def write_pictures(folder: Path, pictures: Iterable[Picture]) -> None:
    """Write `figures/NAME.svg` of every picture into a result folder; those of an earlier page go.

    Args:
        folder: of the result.
        pictures: of a page; one that could not be drawn has no file.

    """
    files = {f"{picture.name}.svg": standalone(picture) for picture in pictures if picture.svg}
    place = folder / FOLDER
    if files:
        place.mkdir(exist_ok=True)
    for name, text in files.items():
        write_file(place / name, text)
    for old in place.glob("*.svg"):
        if old.name not in files:
            old.unlink()


def standalone(picture: Picture) -> str:
    """Return a picture of a page as a document of its own: what the page says around it stands in it."""
    opened = _OPENED.match(picture.svg)
    name = opened and _NAME.search(opened[4])
    assert opened is not None
    assert name is not None, "every picture of a page has a title"
    width, height = float(opened[1]), float(opened[2])
    head, title = _lines(unescape(name[1]), _TITLE, width, _EDGE, weight="600", colour=INK)
    top = head + 6
    below, caption = _lines(picture.caption, _CAPTION, width, top + height + 6)
    end, source = _lines(picture.source, _SOURCE, width, below + 2)
    inside = _VARIABLE.sub(lambda found: found[1], picture.svg[opened.end() :]).removesuffix("</svg>")
    whole, tall = width + 2 * _EDGE, end + _EDGE
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg viewBox="0 0 {whole:.1f} {tall:.1f}" width="{_SCALE * whole:.0f}" height="{_SCALE * tall:.0f}"'
        f' font-family="{_FONTS}"{opened[3]}>{opened[4]}\n'
        f'<rect width="100%" height="100%" fill="{PAPER.light}"/>\n{title}'
        f'<g transform="translate({_EDGE:g} {top:.1f})">{inside}</g>\n{caption}{source}</svg>\n'
    )


def _lines(
    text: str, size: float, width: float, top: float, weight: str = "400", colour: Colour = MUTED
) -> tuple[float, str]:
    """Return where a text that begins at the height `top` ends, and the text in lines of no more than `width`."""
    lines = [
        f'<text x="{_EDGE:g}" y="{top + size * (1 + 1.3 * place):.1f}">{escape(line)}</text>'
        for place, line in enumerate(textwrap.wrap(text, int(width / (_LETTER * size))))
    ]
    if not lines:
        return top, ""
    style = f'font-size="{size:g}" font-weight="{weight}" fill="{colour.light}"'
    return top + 1.3 * size * len(lines), f"<g {style}>{''.join(lines)}</g>\n"
