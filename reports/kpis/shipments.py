"""KPIs of shipments: queues, splits, distance, stock age."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from reports.kpis.columns import ABSENT, Flags, OrderTally, flags, positions, seconds, whole
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
        units_started: units picked in the window for any order, counted or not.
        split_orders: orders of two or more shipments.
        reshipped_orders: orders with a shipment that replaces another.

    """

    def __init__(self, journal: Journal) -> None:
        self.sums: Counter[str] = Counter()
        self.units_started = 0
        begin, end = (journal.about["start"] + second for second in journal.about["window"])
        originals, reships = OrderTally(), OrderTally()
        queues = [np.empty(0, dtype=np.int32)]
        for batch in journal.batches("shipments", _COLUMNS):
            started = seconds(batch.column("started_at"))
            inside = (started >= begin) & (started < end)
            self.units_started += int(whole(batch.column("units"))[inside].sum())
            counted = flags(batch.column("counted"))
            if not counted.any():
                continue
            ours = batch if counted.all() else batch.filter(pa.array(counted))
            self._orders(ours, originals, reships)
            queues.append(self._add(ours))
        self.queues = np.concatenate(queues)
        self.split_orders = originals.at_least(2)
        self.reshipped_orders = reships.at_least(1)

    def _orders(self, batch: pa.RecordBatch, originals: OrderTally, reships: OrderTally) -> None:
        kept = positions(batch.column("state"), ("cancelled",)) < 0
        reship = flags(batch.column("replaces").is_valid())
        original: Flags = kept & ~reship
        self.sums["originals"] += int(np.count_nonzero(original))
        orders = batch.column("order")
        originals.add(orders.filter(pa.array(original)))
        if reship.any():
            reships.add(orders.filter(pa.array(kept & reship)))

    def _add(self, batch: pa.RecordBatch) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        sums = self.sums
        started = seconds(batch.column("started_at"))
        worked: Flags = started != ABSENT
        sums["age"] += int(whole(batch.column("stock_age_d"), 86_400)[worked].sum())
        left: Flags = seconds(batch.column("picked_up_at")) != ABSENT
        distance = batch.column("distance_km")
        located: Flags = left & flags(distance.is_valid())  # places without coordinates have no distance
        sums["located"] += int(np.count_nonzero(located))
        sums["metres"] += int(whole(distance.fill_null(0), 1000)[located].sum())
        sums["grams"] += int(whole(batch.column("co2e_kg"), 1000)[left].sum())
        return (started - seconds(batch.column("released_at")))[worked].astype(np.int32)


def shipment_kpis(shipments: CountedShipments, orders: int) -> dict[str, float]:
    """Return the KPIs of the shipments of that many counted orders."""
    sums, queues = shipments.sums, shipments.queues
    started = len(queues)
    return {
        "queue_mean_min": ratio(int(queues.sum(dtype=np.int64)), 60 * started),
        "queue_p95_min": float(np.quantile(queues, 0.95)) / 60 if started else float("nan"),
        "wait_share": ratio(int(np.count_nonzero(queues)), started),
        "split_share": ratio(shipments.split_orders, orders),
        "shipments_per_order": ratio(sums["originals"], orders),
        "stock_age_at_ship_mean_d": ratio(sums["age"], 86_400 * started),
        "reship_share": ratio(shipments.reshipped_orders, orders),
        "distance_mean_km": ratio(sums["metres"], 1000 * sums["located"]),
        "co2e_per_order_kg": ratio(sums["grams"], 1000 * orders),
    }
