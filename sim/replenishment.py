"""Everything that fills warehouses up again, started together: reviews, arrivals and transfers."""

from __future__ import annotations

from sim import randomness
from sim.arrivals import begin_arrivals
from sim.catalogue import Catalogue
from sim.claims import Claims
from sim.clock import Clock
from sim.inbound import Inbound
from sim.inventory import Inventory
from sim.levels import Levels
from sim.supply import Supply
from sim.transfers import Transfers


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
