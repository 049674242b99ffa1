"""The page as its reader meets it: on a phone and on a desk, by day and by night, and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.xdist_group("browser")

PHONE, DESK, PAPER = 390, 1280, 690  # px; A4 without its margins
WIDTHS = [PHONE, DESK]
PAGES = ["plain", "hostile", "sweep"]

# Words of pictures that are cut off at its edge, as {picture: words}. Rounding moves them by a pixel.
CUT_OFF = """() => [...document.querySelectorAll("svg text")].filter(words => {
    const word = words.getBoundingClientRect(), picture = words.closest("svg").getBoundingClientRect();
    return word.left < picture.left - 1.5 || word.right > picture.right + 1.5
        || word.top < picture.top - 1.5 || word.bottom > picture.bottom + 1.5;
}).map(words => `${words.closest("figure")?.id}: ${words.textContent}`)"""

# The size on the screen of the smallest words of each picture.
SMALLEST = """() => Object.fromEntries([...document.querySelectorAll("figure svg")].map(picture => {
    const scale = picture.getBoundingClientRect().width / picture.viewBox.baseVal.width;
    const sizes = [...picture.querySelectorAll("text")].map(words => parseFloat(getComputedStyle(words).fontSize));
    return [picture.closest("figure").id, scale * Math.min(...sizes)];
}))"""

# What stands for each picture where it is not seen.
ALTERNATIVES = """() => [...document.querySelectorAll("svg, img, canvas")].map(picture => [
    picture.getAttribute("role"),
    picture.getAttribute("aria-label") ?? (picture.getAttribute("aria-labelledby") ?? "").split(" ")
        .map(id => document.getElementById(id)?.textContent ?? "").join(" ").trim(),
])"""

UNFOLD = "() => document.querySelectorAll('details').forEach(part => { part.open = true; })"

# Letters that are printed over other letters, outside of pictures: cells of a row, and cards beside each other.
COVERED = """() => [...document.querySelectorAll("tr")].flatMap(row => {
    const cells = [...row.cells].filter(cell => cell.textContent.trim());
    return cells.slice(1).filter((cell, place) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        const before = document.createRange();
        before.selectNodeContents(cells[place]);
        return range.getBoundingClientRect().left < before.getBoundingClientRect().right - 1
            && range.getBoundingClientRect().top < before.getBoundingClientRect().bottom;
    }).map(cell => row.textContent);
})"""


def overflow(page: Any) -> int:
    """Return by how many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_window_and_keeps_to_itself(
    opened: Any, folders: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    with opened(folders[name] / "report.html", width, scheme) as reader:
        assert overflow(reader.page) == 0
        reader.page.evaluate(UNFOLD)
        assert overflow(reader.page) == 0
        assert reader.page.evaluate(CUT_OFF) == []
        assert reader.page.evaluate(COVERED) == []
    assert reader.asked == []
    assert reader.complaints == []


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("plain", PHONE, "dark"),
        ("plain", DESK, "light"),
        ("hostile", DESK, "dark"),
        ("sweep", PHONE, "light"),
    ],
)
def test_nobody_is_shut_out(
    opened: Any, folders: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    """axe-core finds nothing serious or critical; moderate and minor are matters of taste."""
    with opened(folders[name] / "report.html", width, scheme) as reader:
        found = Axe().run(reader.page, options={"resultTypes": ["violations"]}).response["violations"]
    told = [
        f"{broken['id']}: {node['html']}"
        for broken in found
        if broken["impact"] in ("serious", "critical")
        for node in broken["nodes"]
    ]
    assert told == []


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_is_told_in_words(opened: Any, folders: dict[str, Path], name: str) -> None:
    with opened(folders[name] / "report.html") as reader:
        found = reader.page.evaluate(ALTERNATIVES)
    assert len(found) >= 6  # a whisker for each headline KPI
    assert all(role == "img" and len(words.split()) >= 2 for role, words in found)


def test_pictures_are_read_on_a_phone(opened: Any, folders: dict[str, Path]) -> None:
    with opened(folders["plain"] / "report.html", PHONE) as reader:
        sizes = reader.page.evaluate(SMALLEST)
    assert len(sizes) >= 3
    assert {name: size for name, size in sizes.items() if size < 8} == {}


def test_names_that_look_like_programs_are_text(
    opened: Any, folders: dict[str, Path], hostile_name: str
) -> None:
    with opened(folders["hostile"] / "report.html") as reader:
        page = reader.page
        assert page.evaluate("document.scripts.length") == 0
        assert page.evaluate("document.querySelectorAll('b, [onload], [onerror]').length") == 0
        assert page.title().startswith(hostile_name)
        assert page.locator("h1").inner_text() == hostile_name
        labels = page.locator("svg text").all_text_contents()
        assert hostile_name in labels
        assert "=1+1 & <b>" in labels
    assert reader.complaints == []


def test_the_question_the_answer_and_the_first_numbers_are_on_the_first_screen(
    opened: Any, folders: dict[str, Path]
) -> None:
    with opened(folders["plain"] / "report.html", DESK) as reader:
        page = reader.page
        seen = [".question", ".answer", ".limits", ".card >> nth=0", ".card >> nth=2"]
        boxes = [page.locator(part).bounding_box() for part in seen]
        assert all(box["y"] + box["height"] <= 900 for box in boxes)
        assert [box["y"] for box in boxes] == sorted(box["y"] for box in boxes)
        assert page.locator(".card >> nth=0").locator("svg").count() == 2  # whiskers of two policies


def test_the_contents_lead_to_every_part(opened: Any, folders: dict[str, Path]) -> None:
    with opened(folders["plain"] / "report.html", PHONE) as reader:
        page = reader.page
        links = page.locator("nav a")
        assert links.all_inner_texts() == page.locator("main h2").all_inner_texts()
        links.last.click()
        assert page.locator("main h2").last.bounding_box()["y"] < 900
    assert reader.asked == []


def test_what_is_too_wide_scrolls_by_itself_and_with_the_keyboard(
    opened: Any, folders: dict[str, Path]
) -> None:
    with opened(folders["plain"] / "report.html", PHONE) as reader:
        page = reader.page
        table = page.locator(".scroll").last
        assert table.evaluate("part => part.scrollWidth > part.clientWidth")
        table.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("part => part.scrollLeft > 0", arg=table.element_handle())
        name = table.locator("th[scope=row]").first
        assert name.bounding_box()["x"] >= 0  # the name of a row stays in sight


@pytest.mark.parametrize("name", PAGES)
def test_it_is_printed_dark_on_light_whatever_the_screen_is(
    opened: Any, folders: dict[str, Path], name: str
) -> None:
    with opened(folders[name] / "report.html", PAPER, "dark", media="print") as reader:
        page = reader.page
        assert overflow(page) == 0
        colours = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert colours == ["rgb(27, 31, 36)", "rgb(255, 255, 254)"]
        assert not page.locator("nav").is_visible()
        hidden = (
            "[...document.querySelectorAll('.scroll')].filter(part => part.scrollWidth > innerWidth).length"
        )
        assert page.evaluate(hidden) == 0
