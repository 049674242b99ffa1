"""Pictures as files: each stands alone, and none of an earlier page is left."""

import xml.etree.ElementTree as ET

import pytest

from reports.figures import Picture
from reports.figures.files import standalone, write_pictures
from reports.figures.inline_svg import inline_svg
from reports.figures.style import PAPER, POLICIES, canvas, house_style

SPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn() -> str:
    """An SVG of a page, whose policy has a name that is markup elsewhere."""
    with house_style():
        figure = canvas(2.0)
        figure.add_subplot().plot([0, 1], [2, 3], color=POLICIES[0].light, marker="o")
        return inline_svg(figure, "one", "Flows: <b> & $x$", "A description")


def test_a_file_needs_no_page(drawn: str) -> None:
    text = standalone(Picture("one", "Flows", drawn, "Left < right.", "Outline: somebody & sons."))
    root = ET.fromstring(text)
    assert "var(" not in text
    assert f"stroke: {POLICIES[0].light}" in text
    assert root.find(f"{SPACE}rect").get("fill") == PAPER.light
    assert "sans-serif" in root.get("font-family")
    words = [element.text for element in root.iter(f"{SPACE}text")]
    # What the page says around a picture, it says itself.
    for line in ("Flows: <b> & $x$", "Left < right.", "Outline: somebody & sons."):
        assert line in words
    assert root.find(f"{SPACE}title").text == "Flows: <b> & $x$"
    assert root.find(f"{SPACE}desc").text == "A description"


def test_long_captions_go_on_in_the_next_line_and_all_lines_lie_inside(drawn: str) -> None:
    caption = " ".join(f"word{number}" for number in range(60))
    root = ET.fromstring(standalone(Picture("one", "Flows", drawn, caption, "source " * 40)))
    height = float(root.get("viewBox").split()[3])
    own = [text for group in root.findall(f"{SPACE}g") for text in group.findall(f"{SPACE}text")]
    assert " ".join(text.text for text in own if text.text.startswith("word")) == caption
    heights = [float(text.get("y")) for text in own]
    assert heights == sorted(set(heights))
    assert heights[-1] < height


def test_pictures_of_an_earlier_page_go_and_missing_ones_have_no_file(tmp_path, drawn: str) -> None:
    one, other = (Picture(name, "A title", drawn, "") for name in ("one", "other"))
    write_pictures(tmp_path, [one, other])
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == ["one.svg", "other.svg"]
    write_pictures(tmp_path, [other, Picture("one", "A title", "", "Nothing to draw.")])
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["other.svg"]


def test_a_page_without_pictures_makes_no_folder(tmp_path) -> None:
    write_pictures(tmp_path, [Picture("one", "A title", "", "Nothing to draw.")])
    assert list(tmp_path.iterdir()) == []
