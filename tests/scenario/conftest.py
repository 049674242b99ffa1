"""A small world that is right, and a desk at which tests change it and read what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.scenario import Scenario, load_scenario

TOWNS = """\
name: two towns
start: 2026-01-05T00:00
days: 2
items:
  - {id: mug, weight_kg: 0.5, price: 12.00, popularity: 6}
  - {id: tin, weight_kg: 0.4, price: 3.00, popularity: 9}
regions:
  - {id: north, at: [52.5, 13.4], share: 3}
  - {id: south, at: [48.1, 11.6], share: 2}
demand:
  orders_per_day: 100
warehouses:
  - id: hub
    at: [50.1, 8.7]
    stations: 3
    work_minutes: 4
    hours: {mon-fri: "06:00-22:00"}
carriers:
  - id: post
    services:
      - id: parcel
        zones_km: [200, 500]
        transit_days: [1, 2, 3]
        rates: {base: [4, 5, 6], per_kg: 1}
"""


class Desk:
    """Writes scenarios into a folder, and loads them."""

    towns = TOWNS

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, text: str | bytes, **tables: str | bytes) -> Path:
        """Write a scenario and tables: `items="id\\n..."` becomes items.csv."""
        for name, content in {"towns.yaml": text, **{f"{n}.csv": t for n, t in tables.items()}}.items():
            (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return self.folder / "towns.yaml"

    def load(self, text: str | bytes = TOWNS, changes: Sequence[str] = (), **tables: str | bytes) -> Scenario:
        """Load a scenario that must be right."""
        return load_scenario(self.file(text, **tables), changes)

    def wrong(
        self, text: str | bytes = TOWNS, changes: Sequence[str] = (), **tables: str | bytes
    ) -> list[str]:
        """Load a scenario that must be wrong; return what is said of it, one line a problem."""
        path = self.file(text, **tables)
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path, changes)
        return str(caught.value).replace(f"{self.folder}/", "").splitlines()

    def changed(self, old: str, new: str) -> str:
        """Return the right scenario with one thing replaced."""
        assert TOWNS.count(old) >= 1, old
        return TOWNS.replace(old, new, 1)

    def with_section(self, text: str) -> str:
        """Return the right scenario with a section more."""
        return TOWNS + text


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk in a folder of its own."""
    return Desk(tmp_path)
