"""The page of one order as its reader meets it: `orderlab explain --format html`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner

from sim.cli.explain import explain_command

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def pages(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages of an order of a plain run, and of one in which every name is hostile."""
    at, found = tmp_path_factory.mktemp("orders"), {}
    for name in ("plain", "hostile"):
        told = CliRunner().invoke(explain_command, [str(folders[name]), "2", "--format", "html"])
        assert told.exit_code == 0
        found[name] = at / f"{name}.html"
        found[name].write_text(told.output, encoding="utf-8")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["plain", "hostile"])
def test_the_page_fits_asks_for_nothing_and_is_open_to_everybody(
    pages: dict[str, Path], opened: Any, name: str, width: int, scheme: str
) -> None:
    with opened(pages[name], width, scheme) as reader:
        page = reader.page
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page).response["violations"]
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
        pictures = page.evaluate(
            "() => [...document.querySelectorAll('svg')].map(p => [p.getAttribute('role'), p.ariaLabel])"
        )
        assert pictures or name == "hostile"  # where nothing takes any time
        assert all(role == "img" and label.startswith("shipment ") for role, label in pictures)
        assert (reader.asked, reader.complaints) == ([], [])


def test_names_show_as_text(pages: dict[str, Path], opened: Any, hostile_name: str) -> None:
    with opened(pages["hostile"]) as reader:
        page = reader.page
        assert hostile_name in page.title()
        assert hostile_name in page.locator("h1").inner_text()
        assert hostile_name in page.locator(".reasons table").first.inner_text()
        assert hostile_name in page.locator(".facts").inner_text()
        assert page.locator("main script").count() == 0
