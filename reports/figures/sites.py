"""What waits at each site and how busy it is, over time: a panel a site, a line a policy, downtimes shaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from reports import numbers
from reports.figures.captions import NO_JOURNAL
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.labels import shortened
from reports.figures.style import INK, MUTED, WIDTH, canvas, colour_of, house_style
from reports.workload import Outage, Steps, Workload, outages, workload
from sim.clock import DAY, HOUR
from sim.journal import Journal

_BACKLOG, _BUSY = ("waiting", "What is in the building at each site"), ("busy", "How busy each site is")
_MOST_SITES, _MOST_REASONS = 6, 3
_DAYS = 3  # from so many on, time is told in days
_DOWN, _PARTLY = 0.3, 0.15  # how opaque a downtime is without any station, and with some
_LETTER = 5.2  # points that a letter of the legend takes


def site_loads(journals: Mapping[str, Journal], policies: Sequence[str]) -> list[Picture]:
    """Draw what waits and how busy they are at the sites where most waits, in the window of one replication.

    Args:
        journals: one of the same replication for each policy; none, and there are no pictures.
        policies: all of the experiment, which fixes their colours.

    """
    if not journals:
        return [Picture(*_BACKLOG, "", NO_JOURNAL)]
    loads = {policy: workload(journal) for policy, journal in journals.items()}
    places = {policy: policies.index(policy) for policy in journals}
    window = _Window.of(next(iter(journals.values())))
    panels = _Panels(loads, places, outages(journals.values()), window)
    return [_backlog(panels), _busy(panels)]


@dataclass(frozen=True, slots=True)
class _Window:
    """The time that is drawn, seconds since the start, and how it is told: in days or hours since its begin."""

    begin: int
    end: int
    unit: int
    label: str

    @classmethod
    def of(cls, journal: Journal) -> _Window:
        begin, end = journal.about["window"]
        unit, name = (DAY, "days") if end - begin >= _DAYS * DAY else (HOUR, "hours")
        zone = ZoneInfo(journal.about.get("timezone", "UTC"))
        first = datetime.fromtimestamp(journal.about["start"] + begin, zone)
        clock = "" if (first.hour, first.minute) == (0, 0) else f", {first:%H:%M}"
        return cls(begin, end, unit, f"{name} since {first.day} {first:%B %Y}{clock}")

    def told(self, seconds: float) -> float:
        """Return where a time stands on the axis; what lies outside stands at its ends."""
        return (min(max(seconds, self.begin), self.end) - self.begin) / self.unit


@dataclass(frozen=True, slots=True)
class _Panels:
    """What the pictures of sites have in common."""

    loads: Mapping[str, Workload]
    places: Mapping[str, int]
    outages: Sequence[Outage]
    window: _Window

    def weights(self) -> dict[str, tuple[float, float]]:
        """Return for every site that has work the most that waits there on average, and how busy it is at most."""
        found: dict[str, tuple[float, float]] = {}
        for each in self.loads.values():
            for site, backlog, busy in zip(each.sites, each.backlog.values, each.busy.values, strict=True):
                weight = float(backlog.mean()), float(np.nan_to_num(busy).mean())
                if any(weight):
                    found[site] = max(weight, found.get(site, weight))
        return found

    def shown(self) -> tuple[list[str], int]:
        """Return the sites where most waits, or the busiest where nothing does, and how many are left out.

        They stand in the order of the scenario.
        """
        weights = self.weights()
        chosen = sorted(weights, key=lambda site: weights[site], reverse=True)[:_MOST_SITES]
        known = dict.fromkeys(site for each in self.loads.values() for site in each.sites)
        return [site for site in known if site in chosen], len(weights) - len(chosen)

    def down(self, sites: Sequence[str]) -> list[Outage]:
        """Return the downtimes of sites that touch the window."""
        return [
            outage
            for outage in self.outages
            if outage.site in sites
            and outage.begins < self.window.end
            and (outage.ends is None or outage.ends > self.window.begin)
        ]


def _backlog(panels: _Panels) -> Picture:
    name, title = _BACKLOG
    courses = {policy: (each.sites, each.backlog) for policy, each in panels.loads.items()}
    if not any(course.values.any() for _, course in courses.values()):
        return Picture(
            name, title, "", "Nothing was in any building in the replication whose journal is kept."
        )
    span = numbers.counted(next(iter(courses.values()))[1].seconds // HOUR, "hour")
    svg = _draw(panels, courses, 1.0, f"shipments in the building (mean over {span})", (name, title, ""))
    return Picture(
        name,
        title,
        svg,
        f"Shipments and returns that a site was given and has not done with: queued or in work. {_caption(panels)}",
        rests_on=("course",),
    )


def _busy(panels: _Panels) -> Picture:
    name, title = _BUSY
    courses = {policy: (each.sites, each.busy) for policy, each in panels.loads.items()}
    if not any(np.nan_to_num(course.values).any() for _, course in courses.values()):
        return Picture(
            name, title, "", "No site had work for its stations in the replication whose journal is kept."
        )
    step = next(iter(courses.values()))[1].seconds
    span = "a day" if step == DAY else numbers.counted(step // HOUR, "hour")
    svg = _draw(panels, courses, 100.0, f"stations busy (% of the open time in {span})", (name, title, " %"))
    closed = any(np.isnan(course.values).any() for _, course in courses.values())
    caption = f"{'No line where no station was open. ' if closed else ''}{_caption(panels)}"
    return Picture(name, title, svg, caption, rests_on=("course",))


_Courses = Mapping[str, tuple[Sequence[str], Steps]]


def _draw(panels: _Panels, courses: _Courses, factor: float, label: str, told: tuple[str, str, str]) -> str:
    """Draw one panel a site; `told` is the name of the picture, its title and the unit of its numbers in words."""
    sites, _ = panels.shown()
    window = panels.window
    with house_style():
        legend = _legend(panels, sites)
        figure = canvas(0.85 + 0.95 * len(sites) + 0.2 * -(-len(legend) // _columns(legend)))
        rows = figure.subplots(len(sites), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for axes, site in zip(rows, sites, strict=True):
            axes.set_title(shortened(site, 44), loc="left", pad=3, color=INK.light)
            _shade(axes, panels, site)
            for line, (policy, (known, course)) in enumerate(courses.items()):
                if site in known:
                    values = factor * course.values[known.index(site)]
                    edges = [
                        window.told(course.begin + course.seconds * step) for step in range(len(values) + 1)
                    ]
                    axes.stairs(
                        values, edges, baseline=None, color=colour_of(panels.places[policy]).light,
                        linewidth=_width(line, len(courses)),
                    )  # fmt: skip
            axes.grid(axis="y", linewidth=0.6)
            axes.locator_params(axis="y", nbins=4)
        rows[-1].set_xlim(0, window.told(window.end))
        rows[-1].set_ylim(bottom=0.0)
        rows[-1].xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        rows[-1].set_xlabel(window.label)
        _write_legend(figure, legend, label)
        return inline_svg(figure, *told[:2], _told(sites, courses, factor, told[2]))


def _width(line: int, lines: int) -> float:
    """Return how wide a line is: earlier ones are wider, so that one shows behind another that goes the same way."""
    return 1.1 + min(1.1, 3.0 / max(lines - 1, 1)) * (lines - 1 - line)


def _shade(axes: Axes, panels: _Panels, site: str) -> None:
    told = panels.window.told
    for opacity, partly in ((_DOWN, False), (_PARTLY, True)):
        spans = [
            (
                told(outage.begins),
                told(panels.window.end if outage.ends is None else outage.ends) - told(outage.begins),
            )
            for outage in panels.down([site])
            if (outage.left > 0.0) == partly
        ]
        if spans:
            axes.broken_barh(
                spans, (0.0, 1.0), transform=axes.get_xaxis_transform(), facecolor=MUTED.light,
                edgecolor=MUTED.light, linewidth=0.5, alpha=opacity, zorder=0.5,
            )  # fmt: skip


def _legend(panels: _Panels, sites: Sequence[str]) -> list[tuple[Artist, str]]:
    """Return what is drawn and how it is called; a policy that is alone need not be named."""
    entries: list[tuple[Artist, str]] = [
        (Line2D([], [], color=colour_of(place).light, linewidth=2.4), shortened(policy, 44))
        for policy, place in panels.places.items()
        if len(panels.places) > 1
    ]
    for opacity, partly, name in (
        (_DOWN, False, "downtime"), (_PARTLY, True, "downtime of some stations")
    ):  # fmt: skip
        if any((outage.left > 0.0) == partly for outage in panels.down(sites)):
            entries.append((Patch(facecolor=MUTED.light, linewidth=0, alpha=opacity), name))
    return entries


def _columns(entries: Sequence[tuple[Artist, str]]) -> int:
    """Return how many entries of the legend stand side by side."""
    longest = max((len(name) for _, name in entries), default=0)
    return max(1, min(len(entries), int(72 * WIDTH / (_LETTER * longest + 34))))


def _write_legend(figure: Figure, entries: Sequence[tuple[Artist, str]], label: str) -> None:
    """Write what the panels show and, below it, the legend: beside low panels a label of the axis has no room."""
    handles, names = [handle for handle, _ in entries], [name for _, name in entries]
    figure.legend(
        handles, names, loc="outside upper left", ncols=_columns(entries), frameon=False, fontsize=9, handlelength=1.6,
        borderaxespad=0.0, borderpad=0.2, columnspacing=1.4, title=label, title_fontsize=10, alignment="left",
    )  # fmt: skip


def _told(sites: Sequence[str], courses: _Courses, factor: float, unit: str) -> str:
    """Say in words what a reader would see: mean and peak of every policy at every site."""
    said = []
    for site in sites:
        of_site = []
        for policy, (known, course) in courses.items():
            values = course.values[known.index(site)] if site in known else np.full(1, np.nan)
            if not np.isnan(values).all():
                mean, most = (
                    numbers.fixed(factor * float(each(values)), 1) for each in (np.nanmean, np.nanmax)
                )
                of_site.append(f"{policy} {mean}{unit} on average, {most}{unit} at most")
        said.append(f"{site}: {', '.join(of_site) or 'nothing'}")
    return "; ".join(said)


def _caption(panels: _Panels) -> str:
    sites, others = panels.shown()
    text = f"The counted days of one replication{', all sites on one scale' if len(sites) > 1 else ''}."
    if len(panels.loads) > 1:
        text += " Where policies do the same, their lines lie on each other."
    down = panels.down(sites)
    if down:
        reasons = list(dict.fromkeys(outage.reason for outage in down if outage.reason))
        more = ", …" if len(reasons) > _MOST_REASONS else ""
        named = f" ({', '.join(reasons[:_MOST_REASONS])}{more})" if reasons else ""
        text += f" Shaded: downtime{named}."
    if others:
        text += f" The {len(sites)} sites where most waits; {numbers.counted(others, 'site')} not shown."
    return text
