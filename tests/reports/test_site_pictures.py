"""What sites had to do: numbers, shades and words of their pictures."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from reports.figures import site_loads
from reports.figures.style import colour_of
from reports.workload import Outage, outages, workload

DAY, HOUR = 86_400, 3_600
# The window of a journal that a test writes: the second and the third day.
BEGIN, END = DAY, 3 * DAY


def hours(story, site="newark", backlog=lambda hour: 0.0, busy=0, opened=3600, begin=0, end=END):
    """Write what one site did, hour by hour."""
    for at in range(begin, end, HOUR):
        story.add(
            "warehouse_hours",
            warehouse=site,
            hour=at,
            backlog=backlog(at // HOUR),
            busy_s=busy,
            open_s=opened,
        )
    return story


def test_the_load_is_the_mean_of_what_waited_and_the_share_of_open_hours_that_were_worked(new_story):
    story = hours(new_story(), backlog=lambda hour: float(hour), busy=900)
    story = hours(story, "reno", busy=0, opened=0)
    found = workload(story.close())
    assert found.sites == ("newark", "reno")
    # Two days are told by the hour: 24 to 47 and 48 to 71 wait, and 900 s of 3600 s are a quarter.
    assert found.backlog.seconds == found.busy.seconds == HOUR
    assert found.backlog.begin == BEGIN
    assert found.backlog.values[0].tolist() == [float(hour) for hour in range(24, 72)]
    assert set(found.busy.values[0].tolist()) == {0.25}
    assert not found.backlog.values[1].any()
    assert np.isnan(found.busy.values[1]).all()


def test_from_four_days_on_a_site_is_busy_by_the_day(new_story):
    journal = hours(new_story(), busy=900, end=2 * DAY).close()
    journal.about["window"] = [0, 4 * DAY]
    found = workload(journal)
    assert found.busy.seconds == DAY
    np.testing.assert_array_equal(found.busy.values, [[0.25, 0.25, np.nan, np.nan], [np.nan] * 4])
    picture = site_loads({"near": journal}, ["near"])[1]
    assert "stations busy (% of the open time in a day)" in picture.svg
    assert "days since 5 January 2026" in picture.svg
    assert "No line where no station was open." in picture.caption


def test_how_a_journal_was_cut_into_blocks_changes_nothing(new_story):
    whole, cut = (
        workload(hours(new_story(None, rows), backlog=lambda hour: hour / 3, busy=7).close())
        for rows in (10_000, 5)
    )
    np.testing.assert_array_equal(whole.backlog.values, cut.backlog.values)
    np.testing.assert_array_equal(whole.busy.values, cut.busy.values)


def test_an_outage_is_told_once_with_the_end_that_some_run_saw(new_story):
    early = new_story().add(
        "outages", warehouse="newark", begins_at=DAY, ends_at=-1, stations_left=0.0, reason="fire"
    )
    late = new_story().add(
        "outages", warehouse="newark", begins_at=DAY, ends_at=2 * DAY, stations_left=0.0, reason="fire"
    )
    late.add("outages", warehouse="reno", begins_at=HOUR, ends_at=-1, stations_left=0.5, reason="")
    assert outages([early.close(), late.close()]) == [
        Outage("reno", HOUR, None, 0.5, ""),
        Outage("newark", DAY, 2 * DAY, 0.0, "fire"),
    ]


@pytest.fixture
def journals(new_story):
    """Two policies; newark goes down for six hours of the window, and reno for some before it."""
    found = {}
    for policy, factor in (("near", 1.0), ("far", 2.0)):
        story = hours(new_story(), backlog=lambda hour, factor=factor: factor * (hour % 24), busy=1800)
        story = hours(story, "reno", backlog=lambda hour: 1.0, busy=360)
        story.add(
            "outages",
            warehouse="newark",
            begins_at=DAY,
            ends_at=DAY + 6 * HOUR,
            stations_left=0.0,
            reason="fire",
        )
        story.add("outages", warehouse="reno", begins_at=0, ends_at=HOUR, stations_left=0.5, reason="flood")
        found[policy] = story.close()
    return found


def test_both_pictures_name_sites_units_and_policies(journals):
    waiting, busy = site_loads(journals, ["near", "far"])
    for picture in (waiting, busy):
        words = "".join(ET.fromstring(picture.svg).itertext())
        for text in ("newark", "reno", "near", "far", "hours since 6 January 2026"):
            assert text in words
        for place in (0, 1):
            assert colour_of(place).variable in picture.svg
    assert "shipments in the building (mean over 1 hour)" in waiting.svg
    assert "stations busy (% of the open time in 1 hour)" in busy.svg
    # The mean of 0 to 23 is 11.5; twice as many wait with the other policy.
    assert "newark: near 11.5 on average, 23.0 at most, far 23.0 on average, 46.0 at most" in waiting.svg
    assert "reno: near 10.0 % on average, 10.0 % at most" in busy.svg


def test_a_colour_is_that_of_the_policy_s_place_in_the_experiment(journals):
    waiting, _ = site_loads({"far": journals["far"]}, ["near", "far"])
    assert colour_of(1).variable in waiting.svg
    assert colour_of(0).variable not in waiting.svg


def test_a_policy_and_a_site_that_are_alone_are_not_compared(new_story):
    picture = site_loads({"near": hours(new_story(), backlog=lambda hour: 1.0).close()}, ["near"])[0]
    assert ">near<" not in picture.svg
    assert "on one scale" not in picture.caption
    assert "lie on each other" not in picture.caption


def test_only_downtimes_of_the_window_are_shaded_and_named(journals):
    for picture in site_loads(journals, ["near", "far"]):
        assert "Shaded: downtime (fire)." in picture.caption
        assert ">downtime<" in picture.svg
        assert "downtime of some stations" not in picture.svg


def test_a_downtime_that_leaves_some_stations_is_called_so(new_story):
    story = hours(new_story(), backlog=lambda hour: 1.0)
    story.add("outages", warehouse="newark", begins_at=2 * DAY, ends_at=-1, stations_left=0.5, reason="")
    picture = site_loads({"near": story.close()}, ["near"])[0]
    assert ">downtime of some stations<" in picture.svg
    assert ">downtime<" not in picture.svg
    assert picture.caption.endswith("Shaded: downtime.")


def test_where_nothing_waits_and_nobody_works_the_pictures_say_so(new_story):
    waiting, busy = site_loads({"near": hours(new_story(), opened=0).close()}, ["near"])
    assert (waiting.svg, busy.svg) == ("", "")
    assert "Nothing was in any building" in waiting.caption
    assert "No site had work" in busy.caption
    assert all("--journal" in picture.caption for picture in site_loads({}, ["near"]))


def test_the_same_journals_give_the_same_bytes(journals):
    first, second = (site_loads(journals, ["near", "far"]) for _ in range(2))
    assert first == second
