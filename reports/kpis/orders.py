"""KPIs of the counted orders: money, lead time, promises, splits, and how orders ended."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from reports.kpis.columns import ABSENT, Flags, Integers, Spread, flags, positions, seconds, whole
from sim.journal import CANCEL_REASONS, STATES, Journal

_DELIVERED, _CANCELLED, _LOST, _OPEN = (STATES.index(s) for s in ("delivered", "cancelled", "lost", "open"))
_DECLINED = CANCEL_REASONS.index("declined")
COST_COLUMNS = (
    "cost_freight", "cost_handling", "cost_late", "cost_returns", "cost_payment", "cost_care",
)  # fmt: skip
"""What an order itself costs: everything but the goods, and what belongs to sites."""

_MONEY = (*COST_COLUMNS, "cost_goods", "revenue")
_COLUMNS = (
    "placed_at", "promised_at", "told_at", "picked_up_at", "delivered_at", "state", "cancel_reason", "units",
    "shipments", "reallocations", "units_first_attempt", "units_shipped", "counted", *_MONEY,
)  # fmt: skip


class CountedOrders:
    """Sums over the counted orders of a journal, read block by block.

    Attributes:
        sums: whole numbers by name; money in cents, times in seconds.
        lead_times: seconds from placed to delivered, of every delivered order.

    """

    def __init__(self, journal: Journal) -> None:
        self.sums: Counter[str] = Counter()
        self._end = journal.about["start"] + journal.about["end"]
        self.lead_times = Spread()
        for batch in journal.batches("orders", _COLUMNS):
            counted = flags(batch.column("counted"))
            if counted.any():
                self._add(batch if counted.all() else batch.filter(pa.array(counted)))

    @property
    def number(self) -> int:
        """How many orders are counted."""
        return self.sums["orders"]

    @property
    def costs(self) -> int:
        """Cents that the orders themselves cost."""
        return sum(self.sums[name] for name in COST_COLUMNS)

    def _add(self, batch: pa.RecordBatch) -> None:
        sums = self.sums
        sums["orders"] += len(batch)
        for name in _MONEY:
            sums[name] += int(whole(batch.column(name), 100).sum())
        state = positions(batch.column("state"), STATES)
        delivered: Flags = state == _DELIVERED
        for name, code in (("cancelled", _CANCELLED), ("lost", _LOST), ("open", _OPEN)):
            sums[name] += int(np.count_nonzero(state == code))
        declined = positions(batch.column("cancel_reason"), CANCEL_REASONS) == _DECLINED
        sums["declined"] += int(np.count_nonzero(declined))
        sums["reallocated"] += int(np.count_nonzero(whole(batch.column("reallocations"))))

        ordered, shipped = whole(batch.column("units")), whole(batch.column("units_shipped"))
        sums["units"] += int(ordered.sum())
        shipments = whole(batch.column("shipments"))
        sums["shipments"] += int(shipments.sum())
        sums["split"] += int(np.count_nonzero(shipments > 1))
        sums["units_first_attempt"] += int(whole(batch.column("units_first_attempt")).sum())
        sums["units_shipped"] += int(np.minimum(shipped, ordered).sum())  # a reship does not sell more

        placed, arrived = seconds(batch.column("placed_at")), seconds(batch.column("delivered_at"))
        promised, told = seconds(batch.column("promised_at")), seconds(batch.column("told_at"))
        self._promises(promised, told, arrived, late_orders(batch, self._end), delivered, shipped >= ordered)
        picked_up = seconds(batch.column("picked_up_at"))
        shown: Flags = delivered & (picked_up != ABSENT)
        sums["picked_up"] += int(np.count_nonzero(shown))
        sums["click_to_ship"] += int((picked_up - placed)[shown].sum())
        self.lead_times.add((arrived - placed)[delivered])

    def _promises(
        self,
        promised: Integers,
        told: Integers,
        arrived: Integers,
        late: Flags,
        delivered: Flags,
        full: Flags,
    ) -> None:
        sums = self.sums
        delivered_late = late & delivered
        sums["delivered_late"] += int(np.count_nonzero(delivered_late))
        sums["late"] += int(np.count_nonzero(late))
        sums["told_in_time"] += int(np.count_nonzero(late & (told != ABSENT) & (told <= promised)))
        sums["lateness"] += int((arrived - promised)[delivered_late].sum())
        sums["on_time_in_full"] += int(np.count_nonzero(delivered & full & ~delivered_late))


def own_costs(batch: pa.RecordBatch) -> Integers:
    """Return the cents that each order itself costs; the batch has `COST_COLUMNS`."""
    total: Integers = np.sum([whole(batch.column(name), 100) for name in COST_COLUMNS], axis=0)
    return total


def late_orders(batch: pa.RecordBatch, end: int) -> Flags:
    """Return which orders are late: delivered after the promise, or open or lost when it passed.

    Args:
        batch: orders, with promised_at, delivered_at and state.
        end: of the run, seconds since 1970.

    """
    promised, state = seconds(batch.column("promised_at")), positions(batch.column("state"), STATES)
    some = promised != ABSENT
    delivered: Flags = (state == _DELIVERED) & (seconds(batch.column("delivered_at")) > promised)
    never: Flags = ((state == _OPEN) | (state == _LOST)) & (promised < end)
    late: Flags = some & (delivered | never)
    return late


def order_kpis(orders: CountedOrders) -> dict[str, float]:
    """Return the KPIs that follow from the counted orders alone."""
    sums, n = orders.sums, orders.number
    leads = orders.lead_times
    return {
        "freight_per_order": ratio(sums["cost_freight"], 100 * n),
        "handling_per_order": ratio(sums["cost_handling"], 100 * n),
        "late_per_order": ratio(sums["cost_late"], 100 * n),
        "returns_per_order": ratio(sums["cost_returns"], 100 * n),
        "payment_per_order": ratio(sums["cost_payment"], 100 * n),
        "care_per_order": ratio(sums["cost_care"], 100 * n),
        "lead_time_mean_h": ratio(leads.total, 3600 * len(leads)),
        "lead_time_p50_h": leads.quantile(0.5) / 3600,
        "lead_time_p95_h": leads.quantile(0.95) / 3600,
        "click_to_ship_mean_h": ratio(sums["click_to_ship"], 3600 * sums["picked_up"]),
        "late_share": ratio(sums["late"], n),
        "lateness_mean_h": ratio(sums["lateness"], 3600 * sums["delivered_late"]),
        "on_time_in_full_share": ratio(sums["on_time_in_full"], n),
        "told_in_time_share": ratio(sums["told_in_time"], sums["late"]),
        "split_share": ratio(sums["split"], n),
        "shipments_per_order": ratio(sums["shipments"], n),
        "fill_share": ratio(sums["units_first_attempt"], sums["units"]),
        "cancelled_share": ratio(sums["cancelled"], n),
        "open_share": ratio(sums["open"], n),
        "reallocated_share": ratio(sums["reallocated"], n),
        "declined_share": ratio(sums["declined"], n),
        "lost_share": ratio(sums["lost"], n),
        "orders": float(n),
    }


def ratio(numerator: int, denominator: int) -> float:
    """Divide; NaN where there is nothing to divide by."""
    return numerator / denominator if denominator else float("nan")
