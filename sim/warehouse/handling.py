"""What warehouses spend on picking and packing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.arrays import Ints
from sim.memo import Memo
from sim.money import cents_array, micros
from sim.scenario.sites import Warehouse
from sim.warehouse.protocols import Protocols


class Handling:
    """Prices the work on a shipment at all warehouses.

    Attributes:
        cents: by lines, units and handling tags of a shipment; arrays by warehouse, packaging included.

    """

    def __init__(self, sites: Sequence[Warehouse], protocols: Protocols) -> None:
        rates = [
            (micros(site.costs.per_shipment), micros(site.costs.per_line), micros(site.costs.per_unit))
            for site in sites
        ]
        self._rates = np.array(rates, np.int64).T
        self._protocols = protocols
        self.cents: Memo[tuple[int, int, int], Ints] = Memo(self._cents)

    def _cents(self, lines: int, units: int, tags: int) -> Ints:
        per_shipment, per_line, per_unit = self._rates
        micro = per_shipment + per_line * lines + per_unit * units
        cents: Ints = cents_array(micro) + self._protocols.packaging(tags)
        cents.flags.writeable = False
        return cents
