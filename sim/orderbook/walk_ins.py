"""What is asked for over the counters of stores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim import randomness
from sim.calendar import Calendar, weekly_windows
from sim.catalogue import Catalogue
from sim.clock import DAY
from sim.orderbook.demand import popularity_at
from sim.quantiles import cumulated

BLOCK_SALES = 256
_GAP, _ITEM = range(2)  # kinds of keyed noise of a site's counter


def sales(catalogue: Catalogue, seed: int, replication: int, site: int) -> Iterator[tuple[int, int]]:
    """Yield second and item of everything that is asked for at a site's counter, up to the end of the run.

    A fact of the order book: each is one unit, whatever a policy does and whatever lies there. They come as a
    Poisson process whose rate is constant while the site is open by its `hours`, such that a week of them brings
    7 x units_per_day; neither shapes of the day nor surges of the demand apply. Items come by popularity among
    those that the site may keep.
    """
    entry = catalogue.scenario.warehouses[site]
    shares = popularity_at(catalogue, site)
    if entry.walk_ins is None or not entry.walk_ins.units_per_day or not shares.any():
        return
    if entry.hours is None:
        windows, week_s = [(0, catalogue.end)], 7 * DAY
    else:
        zone = catalogue.site_zones[site]
        found = weekly_windows(entry.hours, zone, catalogue.start, catalogue.end)
        windows = [(max(begin, 0), min(end, catalogue.end)) for begin, end in Calendar(found).windows]
        week_s = sum(end - begin for day in entry.hours for begin, end in day)
    per_second = 7 * entry.walk_ins.units_per_day / week_s
    begins, ends = np.array(windows, np.int64).reshape(-1, 2).T
    expected = np.concatenate([[0.0], np.cumsum((ends - begins) * per_second)])
    bounds = cumulated(shares)
    key = randomness.key(site, randomness.root(seed, replication, randomness.WALK_INS))
    first, carry = 0, 0.0
    while carry < expected[-1]:
        numbers = np.arange(first, first + BLOCK_SALES)
        gaps = -np.log1p(-randomness.unit_array(randomness.draw_array(key, numbers, _GAP)))
        gaps[0] += carry
        sums = np.cumsum(gaps)
        carry = float(sums[-1])
        sums = sums[: np.searchsorted(sums, expected[-1])]
        window = np.searchsorted(expected, sums, side="right") - 1
        at = begins[window] + ((sums - expected[window]) / per_second).astype(np.int64)
        at = np.minimum(at, ends[window] - 1)  # a quotient may round up to the closing second
        u = randomness.unit_array(randomness.draw_array(key, numbers[: len(sums)], _ITEM))
        items = np.searchsorted(bounds, u, side="right")
        yield from zip(at.tolist(), items.tolist(), strict=True)
        first += BLOCK_SALES
