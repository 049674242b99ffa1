"""Lists of a scenario that come from CSV tables: the same values, and wrong ones told by row."""

from __future__ import annotations

import bz2
import gzip
import os

import numpy as np
import pytest

from sim.scenario import load_scenario

ITEMS = """\
items:
  - {id: mug, weight_kg: 0.5, price: 12.00, popularity: 6}
  - {id: tin, weight_kg: 0.4, price: 3.00, popularity: 9}
"""
REGIONS = """\
regions:
  - {id: north, at: [52.5, 13.4], share: 3}
  - {id: south, at: [48.1, 11.6], share: 2}
"""
WAREHOUSES = """\
warehouses:
  - id: hub
    at: [50.1, 8.7]
    stations: 3
    work_minutes: 4
    hours: {mon-fri: "06:00-22:00"}
"""


def test_items_from_a_table_are_those_of_a_list(desk):
    text = desk.changed(ITEMS, "items: {file: items.csv}\n")
    table = "id,weight_kg,price,popularity\r\nmug,0.5,12.00,6\r\n\r\ntin,4e-1,3.00,9\r\n"
    assert desk.load(text, items=table).items == desk.load().items


def test_regions_from_a_table_have_lat_and_lon(desk):
    text = desk.changed(REGIONS, "regions: {file: regions.csv}\n")
    table = "id,lat,lon,share\nnorth,52.5,13.4,3\nsouth,48.1,11.6,2\n"
    assert desk.load(text, regions=table).regions == desk.load().regions


def test_warehouses_from_a_table_have_dotted_columns(desk):
    text = desk.changed(WAREHOUSES, "warehouses: {file: sites.csv}\n")
    table = "id,lat,lon,stations,work_minutes,hours.mon-fri\nhub,50.1,8.7,3,4,06:00-22:00\n"
    assert desk.load(text, sites=table).warehouses == desk.load().warehouses


def test_lists_in_a_cell_are_joined_by_semicolons_and_an_empty_cell_is_absent(desk):
    text = desk.changed(ITEMS, "items: {file: items.csv}\n")
    mug, tin = desk.load(text, items="id,handling,price\nNO,cold; frozen,\n006,,2\n").items
    assert (mug.id, mug.handling, mug.price) == ("NO", ("cold", "frozen"), 0)
    assert (tin.id, tin.handling, tin.price) == ("006", ("ambient",), 2)


def test_a_list_may_hold_tables_beside_its_own_elements(desk):
    text = desk.changed("warehouses:\n", "warehouses:\n  - {file: stores.csv}\n")
    sites = desk.load(text, stores="id,lat,lon\nnorth_store,52.5,13.4\nsouth_store,48.1,11.6\n").warehouses
    assert [site.id for site in sites] == ["north_store", "south_store", "hub"]


def test_items_may_be_generated(desk):
    scenario = desk.load(desk.changed(ITEMS, "items: {generate: {count: 12}}\n"))
    assert len(scenario.items) == 12


TABLE_MISTAKES = [
    ("misspelt a column", "id,weigth_kg\nmug,1\n",
     ["items.csv:1:2: weigth_kg: is not a column here; did you mean 'weight_kg'?"]),
    ("named a column twice", "id,price,id\nmug,1,mug\n",
     ["items.csv:1:3: id: is a column twice: the first is column 1"]),
    ("forgot the ids", "price\n1\n", ["items.csv:1: id: is missing among the columns"]),
    ("wrote wrong values in two rows", "id,price\nmug,x\n\ntin,-1\n",
     ["items.csv:2:2: items.mug.price: value 'x': must be an amount of money (row 1 of the table)",
      "items.csv:4:2: items.tin.price: value '-1': must be at least 0 (row 2 of the table)"]),
    ("wrote a number beyond all bounds", "id,price\nmug,1e999999999999999999999\n",
     ["items.csv:2:2: items.mug.price: value '1e999999999999999999999': must be an amount of money (row 1 of the "
      "table)"]),
    ("named a column and others below it", "id,price,price.net\nmug,1,1\n",
     ["items.csv:1:2: price: must not be a column beside others below it"]),
    ("gave two items one id", "id\nmug\nmug\n",
     ["items.csv:3:1: items.1.id: value 'mug': must be the id of one of the items only: line 2 has it "
      "(row 2 of the table)"]),
    ("wrote a cell too many", "id,price\nmug,1,2\n",
     ["items.csv:2: must hold 2 cells, as the header does; row 1 has 3"]),
    ("separated by semicolons", "id;price\nmug;1,40\n",
     ["items.csv:1: must be separated by commas, not by semicolons"]),
    ("never closed a quote", 'id,price\n"mug,1\n', ["items.csv: is not a CSV table: unexpected end of data"]),
    ("left it empty", "", ["items.csv:1: is empty: it must begin with a line of column names"]),
    ("left it without rows", "id\n", ["towns.yaml:4:1: items: must not be empty"]),
    ("saved it in another encoding", "id\nÄpfel\n".encode("latin-1"),
     ["items.csv:2:1: must be text in UTF-8: byte 0xc4 is not; save it again as UTF-8"]),
    ("made a million columns", ",".join(["id"] * 1_000_000) + "\n",
     ["items.csv:1: must not have more than 1,000 columns; there are 1,000,000"]),
    ("wrote a cell of a megabyte", f"id\n{'x' * 1_000_000}\n",
     ["items.csv: is not a CSV table: field larger than field limit (131072)"]),
    ("named a column of ten thousand words", f"id,price{'.x' * 10_000}\nmug,1\n", None),
    ("saved it in UTF-16", "id\nmug\n".encode("utf-16"),
     ["items.csv:1:1: must be text in UTF-8: byte 0xff is not; save it again as UTF-8"]),
    ("packed it", gzip.compress(b"id\nmug\n"),
     ["items.csv:1:2: must be text in UTF-8: byte 0x8b is not; save it again as UTF-8"]),
    ("gave a workbook its name", b"PK\x03\x04\x14\x00\xff",
     ["items.csv: is a workbook, and tables are CSV files: save it as CSV UTF-8, with commas"]),
    ("wrote numbers as people do", 'id,weight_kg,volume_l,price,cost\nmug,"1,4",3 l,$12,"1 026,00"\n',
     [f"items.csv:2:{column}: items.mug.{key}: value '{value}': must be {what}, in digits and a decimal point only "
      "(row 1 of the table)"
      for column, key, value, what in (
          (2, "weight_kg", "1,4", "a number"), (3, "volume_l", "3 l", "a number"),
          (4, "price", "$12", "an amount of money"), (5, "cost", "1 026,00", "an amount of money"))]),
    ("used a place where there is none", "id,lat,lon\nmug,1,2\n",
     ["items.csv:1:2: lat: is not a column here; valid are id, category, weight_kg, volume_l, price, cost, "
      "popularity, handling, shelf_life_days, min_life_at_delivery_days, return_share",
      "items.csv:1:3: lon: is not a column here; valid are id, category, weight_kg, volume_l, price, "
      "cost, popularity, handling, shelf_life_days, min_life_at_delivery_days, return_share"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "said"), [row[1:] for row in TABLE_MISTAKES], ids=[row[0] for row in TABLE_MISTAKES]
)
def test_a_mistake_in_a_table_is_told_with_its_row(desk, table, said):
    text = desk.changed(ITEMS, "items: {file: items.csv}\n")
    told = desk.wrong(text, items=table)
    assert told == said or (said is None and len(told) == 1 and len(told[0]) < 400)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{file: itmes.csv}", "towns.yaml:4:15: items.file: value 'itmes.csv': there is no such file"),
        ("{file: ../items.csv}", "towns.yaml:4:15: items.file: value '../items.csv': must lie in the folder "
         "of the scenario (--anywhere allows it elsewhere)"),
        ("{file: /etc/hostname}", "towns.yaml:4:15: items.file: value '/etc/hostname': must lie in the "
         "folder of the scenario (--anywhere allows it elsewhere)"),
        ("{file: .}", "towns.yaml:4:15: items.file: value '.': must be a file"),
        ("{file: }", "towns.yaml:4:8: items.file: must name a file"),
        ("{generate: {count: 1000000000}}", "towns.yaml:4:27: items.generate.count: value '1000000000': "
         "must be at most 100,000"),
        ("{generate: {count: 5, sead: 2}}", "towns.yaml:4:30: items.generate.sead: is not a key here; did "
         "you mean 'seed'?"),
    ],
)  # fmt: skip
def test_a_table_must_be_a_file_beside_the_scenario(desk, written, said):
    assert desk.wrong(desk.changed(ITEMS, f"items: {written}\n")) == [said]


def test_a_link_does_not_lead_out_of_the_folder(desk, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "items.csv"
    outside.write_text("id\nmug\n")
    (desk.folder / "items.csv").symlink_to(outside)
    said = "towns.yaml:4:15: items.file: value 'items.csv': must lie in the folder of the scenario (--anywhere allows it elsewhere)"
    assert desk.wrong(desk.changed(ITEMS, "items: {file: items.csv}\n")) == [said]


def test_tables_may_lie_elsewhere_where_that_is_allowed(desk, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "items.csv"
    outside.write_text("id\nmug\n")
    (desk.folder / "items.csv").symlink_to(outside)
    for written in ("items.csv", str(outside), f"../{outside.parent.name}/items.csv"):
        path = desk.file(desk.changed(ITEMS, f"items: {{file: {written}}}\n"))
        scenario = load_scenario(path, anywhere=True)
        assert ([item.id for item in scenario.items], scenario.anywhere) == (["mug"], True)


@pytest.mark.parametrize("name", ["pipe.csv", "loop.csv", "folder.csv", "zero.csv"])
@pytest.mark.parametrize("use", ["items={file: X}", "demand={replay: X}", "stock.opening={file: X}",
                                 "carriers.post.services.parcel.rates={file: X}"])  # fmt: skip
def test_what_is_no_file_is_not_read(desk, name, use):
    os.mkfifo(desk.folder / "pipe.csv")
    (desk.folder / "loop.csv").symlink_to("loop.csv")
    (desk.folder / "folder.csv").mkdir()
    (desk.folder / "zero.csv").symlink_to("/dev/zero")
    told = [line for line in desk.wrong(changes=[use.replace("X", name)]) if f"value '{name}'" in line]
    assert len(told) == 1


PACKED = {
    "gz": gzip.compress(b"order,placed_at,region,item,units\n" + b"0" * 50_000_000),
    "bz2": bz2.compress(b"order,placed_at,region,item,units\n" + b"0" * 5_000_000),
    "zip": b"PK\x03\x04" + bytes(100),
    "parquet": b"PAR1" + bytes(100),
}


@pytest.mark.parametrize("ending", PACKED)
def test_a_packed_table_is_not_unpacked(desk, ending):
    (desk.folder / f"orders.csv.{ending}").write_bytes(PACKED[ending])
    told = desk.wrong(changes=[f"demand={{replay: orders.csv.{ending}}}"])
    assert told[0].startswith(f"orders.csv.{ending}")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (",".join(["order"] * 300_000) + "\n", "orders.csv:1: must not have more than 1,000 columns; there are "),
        ('"' + "o" * 200_000, "orders.csv: is not a CSV table"),
        ("order,placed_at,region,item,units\n" + "x," * 100_000 + "\n", "orders.csv:2: must hold 5 cells, as the header does"),
        ('order,placed_at,region,item,units\n"a,2026-01-05,north,mug,1\n', "orders.csv"),
        ("order,placed_at,region,item,units,units\na,2026-01-05,north,mug,1,1\n", "orders.csv:1:6: units: is a column twice"),
        ("order,placed_at,region,item,units\na,2026-01-05,north,mug,1000000001\n", "orders.csv:2:5: units: value '1000000001'"),
        ("order,placed_at,region,item,units\na,2026-01-05,north,mug,nan\n", "orders.csv:2:5: units: value 'nan': must be a finite"),
    ],
)  # fmt: skip
def test_a_harmful_table_of_orders_is_told(desk, table, said):
    told = desk.wrong(desk.changed("orders_per_day: 100", "replay: orders.csv"), orders=table)
    assert told[0].startswith(said)


def test_nothing_is_said_of_references_into_a_table_that_cannot_be_read(desk):
    text = desk.changed(REGIONS, "regions: {file: regions.csv}\n").replace("stations: 3", "serves: [north]")
    assert desk.wrong(text, regions="id,lat,lon\nnorth,1\n") == [
        "regions.csv:2: must hold 3 cells, as the header does; row 1 has 2"
    ]


def test_the_opening_stock_comes_from_a_table_of_lots(desk):
    table = "warehouse,item,units,received_at,expires_at\nhub,tin,7,2026-01-01T06:00,\nhub,mug,5,,2026-02-01T00:00Z\n"
    text = desk.with_section("stock: {opening: {file: stock.csv}}\ntimezone: Europe/Berlin\n")
    opening = desk.load(text, stock=table).stock.opening
    assert opening is not None
    lots = opening[0].table
    assert lots is not None
    np.testing.assert_array_equal(lots.warehouse, [0, 0])
    np.testing.assert_array_equal(lots.item, [1, 0])
    np.testing.assert_array_equal(lots.units, [7, 5])
    np.testing.assert_array_equal(
        lots.received_at, [1767243600, -1]
    )  # 2026-01-01 06:00 in Berlin is 05:00 UTC
    np.testing.assert_array_equal(lots.expires_at, [-1, 1769904000])


def test_every_wrong_cell_of_a_stock_table_is_told(desk):
    table = "warehouse,item,units,received_at\nhub,mgu,x,2026-01-41\nhbu,tin,7,\n\nhub,tin,-7,2027-01-01\n"
    assert desk.wrong(desk.with_section("stock: {opening: {file: stock.csv}}\n"), stock=table) == [
        "stock.csv:2:2: item: value 'mgu': there is no such item (row 1 of the table); did you mean 'mug'?",
        "stock.csv:2:3: units: value 'x': must be a whole number (row 1 of the table)",
        "stock.csv:2:4: received_at: value '2026-01-41': must be a date and time such as 2026-01-05T08:00 "
        "(row 1 of the table)",
        "stock.csv:3:1: warehouse: value 'hbu': there is no such warehouse (row 2 of the table); did you "
        "mean 'hub'?",
        "stock.csv:5:3: units: value '-7': must be at least 0 (row 3 of the table)",
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("warehouse,item,units,received_at\nhub,tin,1,2027-01-01\n",
         "towns.yaml:25:25: stock.opening.file: value 'stock.csv': must not hold lots received after the start: row 1 "
         "does"),
        ("warehouse,item,units,received_at,expires_at\nhub,tin,1,2025-01-01,2024-01-01\n",
         "stock.csv:2:5: expires_at: value '2024-01-01': must be later than received_at (row 1 of the table)"),
        ("warehouse,item,units,colour\nhub,tin,1,red\n",
         "stock.csv:1: colour: is not a column here; valid are warehouse, item, units, received_at, expires_at"),
        ("warehouse,item,units,received_at\nhub,tin,1,1812-01-01\n",
         "stock.csv:2:4: received_at: value '1812-01-01': must lie between the years 1971 and 2199 (row 1 of the "
         "table)"),
    ],
)  # fmt: skip
def test_a_lot_that_cannot_be_is_told(desk, table, said):
    assert desk.wrong(desk.with_section("stock: {opening: {file: stock.csv}}\n"), stock=table) == [said]


RATES = "rates: {base: [4, 5, 6], per_kg: 1}"


def test_rates_come_from_a_table_by_zone_and_weight(desk):
    text = desk.changed(RATES, "rates: {file: rates.csv, volumetric_l_per_kg: 5}")
    table = "zone,up_to_kg,price\n3,30,9\n1,5,4.10\n1,30,6\n2,30,7\n"
    rates = desk.load(text, rates=table).carriers[0].services[0].rates
    assert rates.volumetric_l_per_kg == 5
    assert [(row.zone, row.up_to_kg, str(row.price)) for row in rates.rows] == [
        (1, 5, "4.10"), (1, 30, "6"), (2, 30, "7"), (3, 30, "9"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("zone,up_to_kg,price\n1,5,4\n2,5,4\n",
         "towns.yaml:24:23: carriers.post.services.parcel.rates.file: value 'rates.csv': must price the "
         "zones 1 to 3 (zones_km has one bound less); it prices 1, 2"),
        ("zone,up_to_kg,price\n1,5,4\n1,5,5\n",
         "rates.csv:3: carriers.post.services.parcel.rates: must hold a zone and weight once: row 2 is "
         "like row 1"),
        ("zone,up_to_kg,price\n", "rates.csv: holds no rate"),
        ("zone,up_to_kg,price\n1,0,4\n",
         "rates.csv:2:2: carriers.post.services.parcel.rates.0.up_to_kg: value '0': must be greater than 0 "
         "(row 1 of the table)"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_rate_card_is_told(desk, table, said):
    assert desk.wrong(desk.changed(RATES, "rates: {file: rates.csv}"), rates=table) == [said]
