"""The page of results does what it says: its commands and questions are played, and it names all that there is."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from reports.exports.meanings import journal_tables
from sim.document.manual import rewritten
from sim.journal import TABLES

PATH = "reports/README.md"


def test_results_leave_and_are_asked_as_told(follower: Any) -> None:
    reader = follower(PATH)
    reader.follow("Take a result elsewhere")
    reader.follow("Ask the tables")
    result = reader.folder / "result"
    assert {path.name for path in (result / "exports").iterdir()} == {
        "nearest-0.xlsx", "cheapest-0", "nearest-0-events.csv",
    }  # fmt: skip
    named = set(re.findall(r"`([\w.]+)/?[^`]*`", reader.page.sections["What a result folder holds"]))
    assert {path.name for path in result.iterdir()} <= named
    log = pd.read_csv(result / "exports" / "nearest-0-events.csv")
    told = " ".join(reader.page.sections["Take a result elsewhere"].split())
    for column in log.columns:
        assert column in told, column
    for activity in log["activity"].unique():
        assert activity in told, activity


def test_no_section_is_left_out_and_every_link_leads_somewhere(page: Any) -> None:
    assert page(PATH).played == ["Take a result elsewhere", "Ask the tables"]
    assert page(PATH).broken_links == []


def test_the_tables_of_the_page_are_what_is_generated() -> None:
    text = (Path(str(resources.files("reports"))) / "README.md").read_text(encoding="utf-8")
    assert rewritten(text, journal_tables()) == text  # else: make docs
    for table, columns in TABLES.items():
        section = text.split(f"### {table}\n")[1].split("\n### ")[0]
        assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(columns)
