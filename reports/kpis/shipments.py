"""KPIs of shipments: queues, distance, stock age, what is sent again."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from reports.kpis.columns import ABSENT, Flags, Spread, flags, positions, seconds, whole
from reports.kpis.orders import ratio
from sim.journal import Journal

_COLUMNS = (
    "order", "units", "distance_km", "stock_age_d", "released_at", "started_at", "picked_up_at", "state",
    "replaces", "counted", "co2e_kg",
)  # fmt: skip


class CountedShipments:
    """Sums over the shipments of counted orders, read block by block.

    A shipment that was taken back before it left, because its order was cancelled or moved to another site,
    is no shipment of its order. Work that had begun on it still took its place in the queue.

    Attributes:
        sums: whole numbers by name; metres, grams and seconds.
        queues: seconds from released to started, of every shipment that was started.
        units_started: units picked in the window for any order, counted or not, but for what was put back.
        reshipped_orders: names of orders with a shipment that replaces another.

    """

    def __init__(self, journal: Journal) -> None:
        self.sums: Counter[str] = Counter()
        self.queues = Spread()
        self.units_started = 0
        self.reshipped_orders: set[str] = set()
        begin, end = (journal.about["start"] + second for second in journal.about["window"])
        for batch in journal.batches("shipments", _COLUMNS):
            started = seconds(batch.column("started_at"))
            inside = (started >= begin) & (started < end) & _was_taken(batch)
            self.units_started += int(whole(batch.column("units"))[inside].sum())
            counted = flags(batch.column("counted"))
            if counted.any():
                self._add(batch if counted.all() else batch.filter(pa.array(counted)))

    def _add(self, batch: pa.RecordBatch) -> None:
        sums = self.sums
        reship = flags(batch.column("replaces").is_valid())
        if reship.any():
            kept = positions(batch.column("state"), ("cancelled",)) < 0
            self.reshipped_orders.update(batch.column("order").filter(pa.array(kept & reship)).to_pylist())
        started = seconds(batch.column("started_at"))
        worked: Flags = started != ABSENT
        picked: Flags = worked & _was_taken(batch)
        sums["picked"] += int(np.count_nonzero(picked))
        sums["age"] += int(whole(batch.column("stock_age_d"), 86_400)[picked].sum())
        left: Flags = seconds(batch.column("picked_up_at")) != ABSENT
        distance = batch.column("distance_km")
        located: Flags = left & flags(distance.is_valid())  # places without coordinates have no distance
        sums["located"] += int(np.count_nonzero(located))
        sums["metres"] += int(whole(distance.fill_null(0), 1000)[located].sum())
        sums["grams"] += int(whole(batch.column("co2e_kg"), 1000)[left].sum())
        self.queues.add((started - seconds(batch.column("released_at")))[worked])


def _was_taken(batch: pa.RecordBatch) -> Flags:
    """Tell which shipments have the goods for good: one that was called off took none, or they were put back."""
    taken: Flags = positions(batch.column("state"), ("cancelled",)) < 0
    return taken


def shipment_kpis(shipments: CountedShipments, orders: int) -> dict[str, float]:
    """Return the KPIs of the shipments of that many counted orders."""
    sums, queues = shipments.sums, shipments.queues
    started = len(queues)
    return {
        "queue_mean_min": ratio(queues.total, 60 * started),
        "queue_p95_min": queues.quantile(0.95) / 60,
        "wait_share": ratio(queues.above(0), started),
        "stock_age_at_ship_mean_d": ratio(sums["age"], 86_400 * sums["picked"]),
        "reship_share": ratio(len(shipments.reshipped_orders), orders),
        "distance_mean_km": ratio(sums["metres"], 1000 * sums["located"]),
        "co2e_per_order_kg": ratio(sums["grams"], 1000 * orders),
    }
