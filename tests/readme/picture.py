"""Take the README's pictures again, of the pages that its commands write.

    python tests/readme/picture.py          needs chromium and the extra [dev]

The first is the top of the report of its first result; what that answers is kept in the picture's Description, so
that a test can tell when it is out of date. The second is what sites had to do in the scenario `downtime`.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin
from playwright.sync_api import sync_playwright

from reports.sentences import answer
from sim import Experiment

AT = Path(__file__).parents[2] / "reports"
WIDTH, MARGIN = 1040, 24
COLOURS = 128


def main() -> None:
    """Play, open, take and store."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        first, second = Path(name) / "first", Path(name) / "second"
        result = Experiment("hello", ["nearest", "cheapest", "balanced"]).run(first)
        Experiment("downtime", ["nearest", "back_soon"], replications=5).run(second)
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.goto((first / "report.html").as_uri())
        store(
            taken(page, "h1", "section[aria-labelledby=headline]"),
            "first_result.png",
            "\n".join(answer(result.summary)),
        )
        page.goto((second / "report.html").as_uri())
        store(taken(page, "#sites", "section[aria-labelledby=sites]"), "downtime.png")
        browser.close()


def taken(page: Any, first: str, last: str) -> bytes:
    """Return a picture of all between the top of one element and the bottom of another."""
    page.wait_for_load_state()
    top = page.locator(first).bounding_box()
    end = page.locator(last).bounding_box()
    height = end["y"] + end["height"] - top["y"]
    clip = {"x": 0, "y": top["y"] - MARGIN, "width": WIDTH, "height": height + 2 * MARGIN}
    picture: bytes = page.screenshot(full_page=True, clip=clip)
    return picture


def store(picture: bytes, name: str, description: str = "") -> None:
    """Write a picture in few colours, with what it says in words."""
    told = PngImagePlugin.PngInfo()
    if description:
        told.add_itxt("Description", description)
    with Image.open(io.BytesIO(picture)) as image:
        # Few words are green or red: a palette of the most frequent colours would not have these.
        method, dither = Image.Quantize.MAXCOVERAGE, Image.Dither.NONE
        small = image.convert("RGB").quantize(COLOURS, method, kmeans=3, dither=dither)
        small.save(AT / name, optimize=True, pnginfo=told)


if __name__ == "__main__":
    main()
