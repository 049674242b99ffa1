"""A thousand stores and ten thousand items: writes the tables of large.yaml, from the ZIP areas of us_parcel.

    python tests/benchmarks/large.py FOLDER
    orderlab run FOLDER/large.yaml -p balanced -n 1 --journal none

A store stands in each ZIP area of the mainland, and a second one in the most populous, until there are a thousand.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
STORES = 1_000
COLUMNS = (
    "id,kind,lat,lon,timezone,stations,work_minutes,hours.mon-sat,hours.sun,costs.per_shipment,costs.per_line"
)
_ZONES = ((-86, "America/New_York"), (-101, "America/Chicago"), (-114, "America/Denver"))
"""Roughly: each holds east of a longitude."""


def write_large(folder: Path) -> Path:
    """Write the scenario and its tables into a folder, and return the path of the scenario."""
    regions = ROOT / "scenarios" / "us_parcel" / "regions.csv"
    with regions.open(encoding="utf-8", newline="") as file:
        areas = [area for area in csv.DictReader(file) if area["zone"] != "offshore"]
    areas.sort(key=lambda area: -int(area["share"]))
    rows = [COLUMNS]
    for number in range(STORES):
        second, place = divmod(number, len(areas))
        area = areas[place]
        lat, lon = (float(area[key]) + 0.06 * second for key in ("lat", "lon"))
        zone = next((zone for west, zone in _ZONES if lon > west), "America/Los_Angeles")
        name = f"store-{area['id']}" + "-b" * second
        rows.append(f"{name},store,{lat:.4f},{lon:.4f},{zone},1,5,09:00-21:00,10:00-18:00,3.60,0.60")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stores.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    shutil.copy(regions, folder / "regions.csv")
    return Path(shutil.copy(Path(__file__).with_name("large.yaml"), folder / "large.yaml"))


def main() -> None:
    """Write it where the user says, and tell its path."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    print(write_large(parser.parse_args().folder))


if __name__ == "__main__":
    main()
