"""Everything that fills warehouses up again, started together: reviews, arrivals and transfers."""

from __future__ import annotations

from sim import randomness
from sim.catalogue import Catalogue
from sim.clock import Clock
from sim.stock.arrivals import begin_arrivals
from sim.stock.claims import Claims
from sim.stock.inbound import Inbound
from sim.stock.inventory import Inventory
from sim.stock.levels import Levels
from sim.stock.supply import Supply
from sim.stock.transfers import Transfers


def replenish(
    clock: Clock,
    catalogue: Catalogue,
    inventory: Inventory,
    claims: Claims,
    inbound: Inbound,
    seed: int,
    replication: int,
) -> None:
    """Begin to replenish as a scenario's `stock` says; the opening stock must be there."""
    if not catalogue.scenario.stock.replenish and not catalogue.scenario.stock.transfers:
        return
    root = randomness.root(seed, replication, randomness.SUPPLY_FACTS)
    levels = Levels(catalogue)
    begin_arrivals(clock, catalogue, inventory, inbound, root)
    supply = Supply(clock, catalogue, inventory, claims, inbound, levels, root)
    Transfers(clock, catalogue, inventory, inbound, supply, levels, root)
