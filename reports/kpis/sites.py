"""KPIs of the window: what happened at the sites, whoever's orders they worked for."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from reports.kpis.columns import Flags, Integers, flags, positions, seconds, whole
from reports.kpis.orders import ratio
from sim.clock import DAY
from sim.journal import Journal

_YEAR = 365 * DAY


class Window:
    """The window of a journal, and sums over what lies in it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        begin, end = journal.about["window"]
        self._begin, self._end = journal.about["start"] + begin, journal.about["start"] + end
        self.length = end - begin

    def _inside(self, times: Integers) -> Flags:
        inside: Flags = (times >= self._begin) & (times < self._end)
        return inside

    def spending(self) -> tuple[int, int]:
        """Return the cents that storage and spoilage cost: both belong to sites, not to orders."""
        storage = spoilage = 0
        for batch in self._journal.batches("ledger", ("at", "account", "amount_cents")):
            account = positions(batch.column("account"), ("storage", "spoilage"))
            at, amount = seconds(batch.column("at")), whole(batch.column("amount_cents"))
            # Storage is posted at the end of the time that it pays for, also at both ends of the window.
            accrued = (at > self._begin) & (at <= self._end)
            storage += int(amount[accrued & (account == 0)].sum())
            spoilage += int(amount[self._inside(at) & (account == 1)].sum())
        return storage, spoilage

    def supply(self) -> int:
        """Return the cents that orders placed in the window and freight of what arrived in it cost."""
        cents = 0
        columns = ("ordered_at", "arrived_at", "cost_order", "cost_freight")
        for batch in self._journal.batches("supply", columns):
            ordered, arrived = (seconds(batch.column(name)) for name in columns[:2])
            cents += int(whole(batch.column("cost_order"), 100)[self._inside(ordered)].sum())
            cents += int(whole(batch.column("cost_freight"), 100)[self._inside(arrived)].sum())
        return cents

    def disposed(self) -> tuple[int, int]:
        """Return the units that spoiled, and all units that left stock without a customer."""
        spoiled = gone = 0
        for batch in self._journal.batches("disposals", ("at", "units", "reason")):
            units = np.where(self._inside(seconds(batch.column("at"))), whole(batch.column("units")), 0)
            gone += int(units.sum())
            spoiled += int(units[positions(batch.column("reason"), ("spoiled",)) == 0].sum())
        return spoiled, gone

    def over_the_counter(self) -> tuple[int, int]:
        """Return the units that walk-in customers took, and those that were not there for them."""
        sold = lost = 0
        for batch in self._journal.batches("walk_ins", ("at", "units", "lost_units")):
            inside = self._inside(seconds(batch.column("at")))
            sold += int(whole(batch.column("units"))[inside].sum())
            lost += int(whole(batch.column("lost_units"))[inside].sum())
        return sold, lost

    def hours(self) -> tuple[Counter[str], dict[str, Integers]]:
        """Return sums over all sites and hours, and for each site its busy and open station-seconds."""
        columns = ("busy_s", "open_s", "down_s", "on_hand", "out_of_stock", "cells")
        sums: Counter[str] = Counter()
        work: dict[str, Integers] = defaultdict(lambda: np.zeros(2, dtype=np.int64))
        distinct: set[int] = set()
        for batch in self._journal.batches("warehouse_hours", ("warehouse", "hour", *columns)):
            hours = seconds(batch.column("hour"))
            inside = self._inside(hours)
            distinct.update(np.unique(hours[inside]).tolist())
            values = {name: whole(batch.column(name))[inside] for name in columns}
            for name in columns:
                sums[name] += int(values[name].sum())
            names = batch.column("warehouse").dictionary.to_pylist()
            sites = positions(batch.column("warehouse"), names)[inside]
            for site in np.unique(sites):
                here = sites == site
                work[names[site]] += (values["busy_s"][here].sum(), values["open_s"][here].sum())
        sums["hours"] = len(distinct)
        return sums, work

    def returned(self) -> Counter[str]:
        """Return the units that customers sent back of counted orders: sent, inspected, restocked."""
        sums: Counter[str] = Counter()
        for batch in self._journal.batches("returns", ("units", "reason", "outcome", "counted")):
            ours = flags(batch.column("counted")) & (positions(batch.column("reason"), ("customer",)) == 0)
            units = np.where(ours, whole(batch.column("units")), 0)
            sums["sent"] += int(units.sum())
            sums["inspected"] += int(units[flags(batch.column("outcome").is_valid())].sum())
            sums["restocked"] += int(units[positions(batch.column("outcome"), ("restock",)) == 0].sum())
        return sums


def site_kpis(window: Window, units_started: int, units_shipped: int) -> dict[str, float]:
    """Return the KPIs of the window.

    Args:
        window: of the journal.
        units_started: units that shipments took from stock in the window.
        units_shipped: units that were shipped to counted orders, whenever.

    """
    spoiled, gone = window.disposed()
    counter, lost = window.over_the_counter()
    sold = units_started + counter
    sums, work = window.hours()
    returned = window.returned()
    open_sites = [(int(busy), int(opened)) for busy, opened in work.values() if opened]
    return {
        "spoiled_share": ratio(spoiled, sold + gone),
        "spoiled_units": float(spoiled),
        "stockout_share": ratio(sums["out_of_stock"], sums["cells"]),
        "lost_sales_share": ratio(lost, counter + lost),
        "inventory_turns": ratio(sold * _YEAR * sums["hours"], sums["on_hand"] * window.length),
        "utilisation_mean": ratio(sums["busy_s"], sums["open_s"]),
        "utilisation_max": max((busy / opened for busy, opened in open_sites), default=float("nan")),
        "balance_gini": gini([busy for busy, _ in open_sites]),
        "downtime_h": sums["down_s"] / 3600,
        "returned_share": ratio(returned["sent"], units_shipped),
        "restocked_share": ratio(returned["restocked"], returned["inspected"]),
    }


def gini(amounts: list[int]) -> float:
    """Return the Gini coefficient: 0 where all are equal, (n - 1) / n where one has everything."""
    n, total = len(amounts), sum(amounts)
    weighted = sum(place * amount for place, amount in enumerate(sorted(amounts), start=1))
    return ratio(2 * weighted - (n + 1) * total, n * total)
