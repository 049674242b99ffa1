"""How long a shipment keeps a station busy."""

from __future__ import annotations

from sim import randomness
from sim.clock import MINUTE
from sim.order import Shipment
from sim.quantiles import Quantile, quantile_of
from sim.scenario.distributions import AnyDistribution
from sim.scenario.sites import WorkMinutes
from sim.warehouse.protocols import Protocols


class Work:
    """The work of shipments at one warehouse: one draw a shipment, and one for every line and unit that varies."""

    __slots__ = ("_line", "_per_line", "_per_shipment", "_per_unit", "_protocols", "_shipment", "_unit")

    def __init__(self, minutes: WorkMinutes, protocols: Protocols) -> None:
        self._protocols = protocols
        self._shipment = minutes.per_shipment.average * MINUTE
        self._line = minutes.per_line.average * MINUTE
        self._unit = minutes.per_unit.average * MINUTE
        self._per_shipment = quantile_of(minutes.per_shipment)
        self._per_line = _varying(minutes.per_line)
        self._per_unit = _varying(minutes.per_unit)

    def expected(self, lines: int, units: int, tags: int) -> float:
        """Return the mean seconds of a shipment of some lines and units that holds some handling tags."""
        return self._shipment + self._line * lines + self._unit * units + self._protocols.work_s(tags)

    def draw(self, shipment: Shipment) -> int:
        """Return the seconds of one shipment: the same wherever it is worked on, if the distributions are."""
        order, number = shipment.order, shipment.number
        key, lines, units = order.key, len(shipment.lines), shipment.units
        minutes, rounding = order.luck.work(order.number, key, number, self._per_shipment)
        seconds = minutes * MINUTE
        if self._per_line is None:
            seconds += self._line * lines
        else:
            seconds += _sum(self._per_line, key, number, randomness.LINE_WORK_TIME, lines)
        if self._per_unit is None:
            seconds += self._unit * units
        else:
            seconds += _sum(self._per_unit, key, number, randomness.UNIT_WORK_TIME, units)
        return int(seconds + self._protocols.work_s(shipment.tags) + rounding)


def _varying(minutes: AnyDistribution) -> Quantile | None:
    return None if minutes.kind == "constant" else quantile_of(minutes)


def _sum(quantile: Quantile, key: int, number: int, kind: int, count: int) -> float:
    codes = (randomness.code(number, kind, i) for i in range(count))
    return sum(float(quantile(randomness.unit(randomness.draw(key, code)))) for code in codes) * MINUTE
