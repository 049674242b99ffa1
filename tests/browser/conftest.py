"""A real browser, and the reports of small runs to open in it.

The browser is Debian's Chromium, or what CHROMIUM names. Where there is none the tests are skipped, and say so; with
ORDERLAB_BROWSER=required, which `.ci/run` sets, that is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sim import Experiment, sweep

HOSTILE = "<script>alert(1)</script>"

_HOSTILE_WORLD = f"""
name: '{HOSTILE}'
timezone: UTC
start: 2026-03-02T00:00
days: 1
items: [{{id: '{HOSTILE}', price: 10.00, cost: 5.00}}]
regions:
  - {{id: '{HOSTILE}', at: [40.71, -74.01], share: 1}}
  - {{id: '"&amp;$x_1$', at: [34.05, -118.24], share: 1}}
demand: {{orders_per_day: 60}}
warehouses:
  - {{id: '{HOSTILE}', at: [40.73, -74.17]}}
  - {{id: '=1+1 & <b>', at: [39.53, -119.81]}}
carriers:
  - {{id: '{HOSTILE}', services: [{{id: '{HOSTILE}'}}]}}
"""
_RULES = "name: {name}\nrules:\n  - name: '{rule}'\n    rank: {{by: [{key}]}}\n"


@dataclass
class Reader:
    """A page as it was opened, and what it did that it should not.

    Attributes:
        page: of Playwright.
        asked: addresses that it asked for, but for its own.
        complaints: what the browser's console said, and errors and dialogues of scripts.

    """

    page: Any
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests of a module."""
    named = os.environ.get("CHROMIUM")
    found = next(
        filter(None, map(shutil.which, [named] if named else ["chromium", "chromium-browser"])), None
    )
    if found is None:
        reason = "no Chromium is installed: apt-get install chromium, or name one in CHROMIUM"
        if os.environ.get("ORDERLAB_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-quic"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def opened(browser: Any) -> Any:
    """Return the function that opens a file as somebody reads it; used with `with`."""

    @contextmanager
    def opened_(
        path: Path, width: int = 1280, scheme: str = "light", media: str = "screen"
    ) -> Iterator[Reader]:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        page.emulate_media(media=media, color_scheme=scheme)
        reader = Reader(page)
        page.on("request", lambda request: reader.asked.append(request.url))
        page.on("console", lambda message: reader.complaints.append(message.text))
        page.on("pageerror", lambda error: reader.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (reader.complaints.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        reader.asked.remove(path.as_uri())
        yield reader
        context.close()

    return opened_


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Results with their pages: a plain run, one in which every name is hostile, and a sweep."""
    at = tmp_path_factory.mktemp("reports")
    policies = ["nearest", "cheapest", "balanced"]
    short = ["days=1"]
    Experiment("hello", policies, replications=3, changes=short).run(at / "plain", jobs=1)
    world = at / "world.yaml"
    world.write_text(_HOSTILE_WORLD, encoding="utf-8")
    rules = [at / "first.yaml", at / "whole_orders_from_the_first_site.yaml"]
    for path, key in zip(rules, ("distance_km", "site_id"), strict=True):
        path.write_text(_RULES.format(name=path.stem, rule=HOSTILE, key=key), encoding="utf-8")
    Experiment(world, [str(path) for path in rules], replications=2).run(at / "hostile", jobs=1)
    varied = {"warehouses.newark.stations": [1, 2]}
    sweep("hello", ["nearest"], varied, replications=2, changes=short).run(at / "sweep", jobs=1)
    return {name: at / name for name in ("plain", "hostile", "sweep")}


@pytest.fixture(scope="session")
def hostile_name() -> str:
    """Return what a warehouse is called in the hostile world."""
    return HOSTILE
