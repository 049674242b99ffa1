"""The page, built from whole result folders."""

import json
import math
import re
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pytest

from reports import write_report
from reports.figures import flow_maps
from reports.figures.style import COLOURS
from reports.kpis import KPIS, measure
from reports.result import write_result
from sim.errors import InputError
from sim.scenario import load_scenario

DAY, HOUR = 86_400, 3_600
ABOUT = {"title": "Two coasts", "scenario": "two_coasts", "currency": "USD", "timezone": "UTC"}
SCENARIO = """
name: two coasts
start: 2026-01-05T00:00
warm_up_days: 1
days: 2
items: [{id: tin}]
regions:
  - {id: NYC, at: [40.71, -74.01]}
  - {id: LAX, at: [34.05, -118.24]}
demand: {orders_per_day: 10}
warehouses:
  - {id: newark, at: [40.73, -74.17], serves: all}
  - {id: reno, at: [39.53, -119.81], serves: all}
carriers:
  - {id: groundco, services: [{id: ground}]}
"""


class Page(HTMLParser):
    """What a test asks of a page."""

    def __init__(self, text):
        super().__init__()
        self.text, self.tags, self.words = text, [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def attributes(self, name):
        return [attrs[name] for _, attrs in self.tags if name in attrs]

    def with_tag(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


def build(folder, new_story):
    """Write a result of two policies and three replications, with journals of the first."""
    tasks = []
    for place, policy in enumerate(("near", "cheap")):
        for replication in range(3):
            kept = folder / "journal" / policy / str(replication) if replication == 0 else None
            if kept:
                kept.mkdir(parents=True)
            story = new_story(kept)
            for number in range(40):
                days = 1 + (number + place) % 4
                story.order(
                    number, placed_at=DAY + number * 60, delivered_at=DAY + days * DAY + replication * HOUR,
                    promised_at=DAY + 3 * DAY, cost_freight=700 - 50 * place + number + replication,
                    cost_handling=150,
                )  # fmt: skip
                story.shipment(
                    number,
                    warehouse=("newark", "reno")[(number + place) % 2],
                    region=("NYC", "LAX")[number % 2],
                )
            tasks.append((policy, replication, measure(story.close())))
    write_result(folder, tasks, "near", ABOUT)
    (folder / "scenario.yaml").write_text(SCENARIO)
    command = ["orderlab", "run", "two_coasts", "--set", "warehouses.newark.shifts=[]"]
    provenance = {"command": command, "seed": 1, "versions": {"numpy": "2"}}
    (folder / "provenance.json").write_text(json.dumps(provenance))
    return folder


@pytest.fixture
def folder(tmp_path, new_story):
    """A result to change."""
    return build(tmp_path, new_story)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, new_story):
    """A result with its page, to look at."""
    folder = build(tmp_path_factory.mktemp("result"), new_story)
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def page(finished):
    return Page((finished / "report.html").read_text(encoding="utf-8"))


def page_of(folder):
    path = write_report(folder)
    assert path == folder / "report.html"
    return Page(path.read_text(encoding="utf-8"))


def test_the_page_asks_nothing_of_the_network_and_runs_nothing(page):
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "iframe", "img", "object", "embed", "base", "form"}
    assert all(link.startswith(("#", "data:")) for link in page.attributes("href"))
    assert not page.attributes("src")
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert re.findall(r"@import|url\((?!#)", page.text) == []
    assert [attrs["content"] for attrs in page.with_tag("meta") if "http-equiv" in attrs] == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    ]


def test_every_id_is_unique_and_every_reference_is_answered(page):
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    wanted = {name for value in page.attributes("aria-labelledby") for name in value.split()}
    wanted |= {link[1:] for link in page.attributes("href") if link.startswith("#")}
    wanted |= set(re.findall(r"url\(#([^)]+)\)", page.text))
    assert wanted <= set(ids)


def test_every_picture_has_a_text_alternative(page):
    pictures = page.with_tag("svg")
    assert len(pictures) >= 5 + 6  # tradeoff, cost, lead times, two maps; a whisker for each headline KPI
    assert all(attrs["role"] == "img" for attrs in pictures)
    assert all(attrs.get("aria-label") or attrs.get("aria-labelledby") for attrs in pictures)


def test_every_number_of_the_tables_is_that_of_the_summary(page, finished):
    summary = json.loads((finished / "summary.json").read_text())
    shown = {(kpi["data-kpi"], kpi["data-policy"]): kpi for kpi in page.with_tag("td") if "data-mean" in kpi}
    for (kpi, policy), attrs in shown.items():
        assert attrs["data-mean"] == str(summary["kpis"][kpi][policy]["mean"])
    told = {kpi for kpi, found in summary["kpis"].items() if any(each["mean"] for each in found.values())}
    assert {kpi for kpi, _ in shown} == told | set(summary["family"])
    differences = {
        (attrs["data-kpi"], attrs["data-policy"]): float(attrs["data-difference"])
        for attrs in page.with_tag("td")
        if "data-difference" in attrs
    }
    assert differences == {
        (row["kpi"], row["policy"]): row["difference"] for row in summary["comparison"] if row["difference"]
    }


def test_the_first_screen_asks_and_answers(page):
    words = " ".join(" ".join(page.words).split())
    assert "What happens if cheap decides instead of near? 3 replications of about 40 orders each" in words
    # 50 cents less freight in every replication: the interval has no width.
    assert "Against near, cheap saves 0.5000 [0.5000, 0.5000] USD an order" in words.replace("\u00a0", " ")
    assert "Only 3 replications" in words
    assert "orderlab run two_coasts --set 'warehouses.newark.shifts=[]'" in words
    assert "Michael Bostock" in words


def test_the_same_folder_gives_the_same_bytes(folder):
    first = write_report(folder).read_bytes()
    assert write_report(folder).read_bytes() == first
    assert not list(folder.glob("*.part"))


def test_light_and_dark_pages_set_every_colour(page):
    text = page.text
    dark = text.split("@media (prefers-color-scheme: dark)")[1]
    for colour in COLOURS:
        assert f"{colour.variable}: {colour.light};" in text
        assert f"{colour.variable}: {colour.dark};" in dark


def test_a_policy_has_one_colour_in_every_picture(page):
    text = page.text
    for place, policy in enumerate(("near", "cheap")):
        figure = re.search(rf'<figure id="flows-{place + 1}">.*?</figure>', text, re.S)[0]
        assert f">{policy}</span>" in figure
        assert set(re.findall(r"--policy-\d", figure)) == {f"--policy-{place + 1}"}
    lead_times = re.search(r'<figure id="lead-times">.*?</figure>', text, re.S)[0]
    assert set(re.findall(r"--policy-\d", lead_times)) == {"--policy-1", "--policy-2"}


def test_names_from_a_scenario_are_text(tmp_path, new_story):
    evil = "<script>alert(1)</script>"
    kept = tmp_path / "journal" / "near" / "0"
    kept.mkdir(parents=True)
    story = new_story(kept)
    tasks = [("near", 0, measure(story.order(0).shipment(0).close()))]
    write_result(tmp_path, tasks, "near", {**ABOUT, "title": evil, "currency": "<b>"}, warnings=[evil])
    (tmp_path / "scenario.yaml").write_text(SCENARIO.replace("id: newark", f"id: '{evil}'"))
    (tmp_path / "provenance.json").write_text(json.dumps({"command": evil}))
    page = page_of(tmp_path)
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.words.count(evil) >= 3  # title, warning and command, as text
    assert not page.with_tag("b")


def test_without_journals_the_page_says_what_is_missing(folder):
    for path in sorted((folder / "journal").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    words = " ".join(page_of(folder).words)
    assert words.count("No replication has a journal of every policy: run with --journal first.") == 3
    assert "Michael Bostock" not in words


def test_without_the_sums_by_slice_the_page_says_so_once(folder):
    (folder / "breakdown.parquet").unlink(missing_ok=True)
    words = " ".join(page_of(folder).words)
    assert words.count("The folder has no breakdown.parquet: play the experiment again to have one.") == 1


def test_without_a_scenario_there_is_no_map(folder):
    (folder / "scenario.yaml").unlink()
    assert "The folder has no scenario.yaml" in " ".join(page_of(folder).words)


def test_without_coordinates_there_is_no_map(folder):
    (folder / "scenario.yaml").write_text(re.sub(r", at: \[.*?\]", "", SCENARIO))
    assert "does not say where all its sites and regions are" in " ".join(page_of(folder).words)


def test_sites_outside_the_us_are_drawn_on_degrees(folder):
    europe = SCENARIO.replace("[40.73, -74.17]", "[50.1, 8.7]").replace("[39.53, -119.81]", "[45.5, 9.2]")
    (folder / "scenario.yaml").write_text(europe)
    page = page_of(folder)
    assert "longitude (degrees)" in page.text
    assert "Michael Bostock" not in page.text


def test_one_policy_and_one_replication_make_a_page(tmp_path, new_story):
    write_result(tmp_path, [("near", 0, measure(new_story().order(0).close()))], "near", ABOUT)
    page = page_of(tmp_path)
    words = " ".join(" ".join(page.words).split())
    assert "What does near do in this scenario? 1 replication of about 1 orders." in words
    assert "One replication: no interval and no verdict is possible." in words
    assert not {"regions", "proof", "differences"} & set(page.attributes("id"))
    assert "baseline" not in page.words


def test_identical_policies_have_no_table_of_differences(tmp_path, new_story):
    values = measure(new_story().order(0).close())
    write_result(tmp_path, [(name, n, values) for name in ("near", "twin") for n in range(5)], "near", ABOUT)
    page = page_of(tmp_path)
    assert "No difference in any KPI, in any replication." in page.words
    assert not [attrs for attrs in page.with_tag("td") if "data-difference" in attrs]


def test_a_result_without_any_order_makes_a_page(tmp_path):
    values = dict.fromkeys(KPIS, math.nan) | {"orders": 0.0}
    write_result(tmp_path, [(policy, 0, values) for policy in ("near", "cheap")], "near", ABOUT)
    words = page_of(tmp_path).words
    assert "Nothing can be said of cheap and near: no KPI is defined under either." in words


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"PAR1" + b"\0" * 400])
def test_a_damaged_journal_is_named_and_the_old_page_stays(folder, damage):
    old = write_report(folder).read_bytes()
    (folder / "journal" / "cheap" / "0" / "orders.parquet").write_bytes(damage)
    with pytest.raises(InputError, match="journal"):
        write_report(folder)
    assert (folder / "report.html").read_bytes() == old


def test_a_folder_without_a_result_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a result folder"):
        write_report(tmp_path)
    assert not list(tmp_path.iterdir())


def test_maps_of_six_policies_over_nine_hundred_regions_stay_small():
    scenario = load_scenario("us_parcel")
    regions, sites = len(scenario.regions), len(scenario.warehouses)
    rng = np.random.default_rng(1)

    class Everywhere:
        """A journal in which every region is served from everywhere."""

        def batches(self, name, columns):
            assert name == "shipments"
            region, site = rng.integers(0, regions, 50_000), rng.integers(0, sites, 50_000)
            names = ([w.id for w in scenario.warehouses], [r.id for r in scenario.regions], ["delivered"])
            codes = (site, region, np.zeros(50_000))
            yield pa.RecordBatch.from_arrays(
                [
                    *(
                        pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int32)), pa.array(words))
                        for code, words in zip(codes, names, strict=True)
                    ),
                    pa.array(np.ones(50_000, dtype=bool)),
                ],
                names=list(columns),
            )

    policies = [f"policy-{number}" for number in range(6)]
    maps = flow_maps({policy: Everywhere() for policy in policies}, policies, scenario)
    assert len(maps) == 6
    assert "The 1,500 largest flows" in maps[0].caption
    assert sum(len(picture.svg) for picture in maps) < 1_500_000
