"""The page of the rule sets does what it says: its tutorial is played, and its links lead somewhere."""

from __future__ import annotations

from typing import Any

import pytest

TUTORIAL, TABLES = SECTIONS = ("From nearest to a rule of your own", "Every key and every part")


@pytest.mark.parametrize("section", [pytest.param(TUTORIAL, marks=pytest.mark.theory), TABLES])
def test_a_section_is_as_told(follower: Any, section: str) -> None:
    follower("policies/README.md").follow(section)


def test_no_section_is_left_out(page: Any) -> None:
    assert page("policies/README.md").played == list(SECTIONS)


def test_every_link_leads_somewhere(page: Any) -> None:
    assert page("policies/README.md").broken_links == []
