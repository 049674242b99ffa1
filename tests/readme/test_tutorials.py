"""The tutorials do what they say: each is followed from end to end, and every number of its text was there to see."""

from __future__ import annotations

from typing import Any

import pytest

TUTORIALS = ("student", "analyst", "pipeline")


@pytest.mark.theory
@pytest.mark.parametrize("name", TUTORIALS)
def test_a_tutorial_is_as_told_and_its_numbers_were_seen(follower: Any, name: str) -> None:
    reader = follower(f"tutorials/{name}.md")
    reader.follow_all()
    assert reader.page.numbers - reader.numbers == set()


@pytest.mark.parametrize("name", TUTORIALS)
def test_every_link_leads_somewhere(page: Any, name: str) -> None:
    assert page(f"tutorials/{name}.md").broken_links == []


def test_the_readme_names_every_tutorial(page: Any) -> None:
    readme = page("README.md").text
    assert [name for name in TUTORIALS if f"](tutorials/{name}.md)" not in readme] == []
