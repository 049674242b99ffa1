"""Key performance indicators: pure functions of a journal."""

from __future__ import annotations

from reports.kpis.catalogue import COST_PARTS, HEADLINE, KPIS, Kpi, kpi_named
from reports.kpis.orders import CountedOrders, order_kpis, ratio
from reports.kpis.shipments import CountedShipments, shipment_kpis
from reports.kpis.sites import Window, site_kpis
from sim.journal import Journal

__all__ = ["COST_PARTS", "HEADLINE", "KPIS", "Kpi", "kpi_named", "measure"]


def measure(journal: Journal) -> dict[str, float]:
    """Compute every KPI of one replication.

    Every name of `KPIS` is there, in that order; a mean or a share of nothing is NaN. The tables are read
    block by block, so that memory holds a few bytes an order and not the journal.

    Example:
        >>> from policies import load_policy
        >>> from reports import KPIS, measure
        >>> from sim import load_scenario, simulate
        >>> found = measure(simulate(load_scenario("hello"), load_policy("nearest")))
        >>> round(found["cost_per_order"], 2), KPIS["cost_per_order"].unit_in("USD")
        (11.35, 'USD/order')

    """
    orders = CountedOrders(journal)
    shipments = CountedShipments(journal)
    window = Window(journal)
    n = orders.number
    storage, spoilage = window.spending()
    supply = window.supply()
    values = {
        **order_kpis(orders),
        **shipment_kpis(shipments, n),
        **site_kpis(window, shipments.units_started, orders.sums["units_shipped"]),
        "storage_per_order": ratio(storage, 100 * n),
        "supply_per_order": ratio(supply, 100 * n),
        "spoilage_per_order": ratio(spoilage, 100 * n),
    }
    costs = orders.costs + storage + supply + spoilage
    values["cost_per_order"] = ratio(costs, 100 * n)
    values["margin_per_order"] = ratio(orders.sums["revenue"] - orders.sums["cost_goods"] - costs, 100 * n)
    return {name: values[name] for name in KPIS}
