"""What lines of an order amount to as one parcel, and what that counts towards limits."""

from __future__ import annotations

from collections.abc import Iterable

from sim.carrier.carriers import Carriers
from sim.catalogue import Catalogue
from sim.order import Order, Shipment
from sim.warehouse.desk import Desk


class Packing:
    """Makes shipments of lines, and takes lines out of them again."""

    def __init__(self, catalogue: Catalogue, carriers: Carriers) -> None:
        self._carriers = carriers
        self._price: list[int] = catalogue.price.tolist()
        self._grams: list[int] = catalogue.grams.tolist()
        self._millilitres: list[int] = catalogue.millilitres.tolist()
        self._tags: list[int] = catalogue.tags.tolist()

    def pack(
        self,
        desk: Desk[Shipment],
        order: Order,
        site: int,
        service: int,
        lines: tuple[tuple[int, int], ...],
        now: int,
        state: int,
    ) -> Shipment:
        """Make a shipment of units of some lines, and take them off what is left of the order."""
        items, left = order.items, order.left
        contents = []
        total = grams = millilitres = tags = 0
        for line, units in lines:
            left[line] -= units
            item = items[line]
            contents.append((line, item, units))
            total += units
            tags |= self._tags[item]
            grams += self._grams[item] * units
            millilitres += self._millilitres[item] * units
        shipment = Shipment(
            desk, order, len(order.parts) + 1, site, service, tuple(contents), total, grams, millilitres, tags,
            self._carriers.lanes[order.region, tags], now, state,
        )  # fmt: skip
        if order.again:
            shipment.again = {line: order.again[line] for line, _ in lines if line in order.again}
            order.again = {
                line: number
                for line, number in order.again.items()
                if left[line] or line not in shipment.again
            }
        order.parts.append(shipment)
        return shipment

    def unpack(self, shipment: Shipment, lines: Iterable[int]) -> None:
        """Take lines out of a shipment, and give them back to what is left of the order."""
        order, out = shipment.order, set(lines)
        for line, _, units in shipment.lines:
            if line in out:
                order.left[line] += units
                if line in shipment.again:
                    order.again = {**order.again, line: shipment.again[line]}
        if len(out) == len(shipment.lines):
            return
        kept = tuple([entry for entry in shipment.lines if entry[0] not in out])
        shipment.lines = kept
        shipment.again = {line: number for line, number in shipment.again.items() if line not in out}
        shipment.units = sum(units for _, _, units in kept)
        shipment.grams = sum(self._grams[item] * units for _, item, units in kept)
        shipment.millilitres = sum(self._millilitres[item] * units for _, item, units in kept)
        shipment.tags = 0
        for _, item, _ in kept:
            shipment.tags |= self._tags[item]
        shipment.lane = self._carriers.lanes[order.region, shipment.tags]

    def amounts(self, shipment: Shipment) -> tuple[float, ...]:
        """Return what a shipment counts towards limits, in the order of `limits.UNITS_OF_LIMITS`."""
        return 1, len(shipment.lines), shipment.units, self.value(shipment) / 1e6, shipment.grams / 1e3

    def value(self, shipment: Shipment) -> int:
        """Return the price of all units of a shipment, in millionths of the currency."""
        price = self._price
        return sum([price[item] * units for _, item, units in shipment.lines])

    def price_of(self, order: Order, line: int) -> int:
        """Return the price of one unit of a line, in millionths of the currency."""
        return self._price[order.items[line]]

    def bill(self, shipment: Shipment) -> int:
        """Return what a customer pays for a shipment, in millionths of the currency: not for units paid before."""
        price, to_pay, value = self._price, shipment.order.to_pay, 0
        for line, item, units in shipment.lines:
            due = to_pay[line]
            new = units if units < due else due
            to_pay[line] = due - new
            value += price[item] * new
        return value
