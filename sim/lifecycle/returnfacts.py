"""What comes back, and what becomes of it: facts of orders, the same whatever a policy does.

A line that its customer sends back is sent back at most once and whole, of every parcel that brought units of it; what
replaces it is kept. That a parcel holds something else in the place of a line is a fact of the parcel.
"""

from __future__ import annotations

from bisect import bisect_right

from sim import randomness
from sim.catalogue import Catalogue
from sim.clock import DAY, MINUTE
from sim.lifecycle.returnedline import ReturnedLine
from sim.order import DELIVERED, ENDED, Order, Shipment
from sim.quantiles import cumulated, duration, quantile_of
from sim.scenario.aftersales import Outcomes
from sim.scenario.distributions import ZERO

OUTCOMES = ("restock", "refurbish", "scrap")


class ReturnFacts:
    """What comes back, as facts of the order.

    Attributes:
        any: whether anything can come back in a scenario at all.

    """

    def __init__(self, catalogue: Catalogue) -> None:
        scenario = catalogue.scenario
        terms = scenario.returns
        self._share = [0.0 if terms is None else item.return_share for item in scenario.items]
        self._wrong_share = [1 - site.accuracy.pick for site in scenario.warehouses]
        self._replace_share = 0.0 if terms is None else terms.replace_share
        self._delay = quantile_of(ZERO if terms is None else terms.delay_days)
        self._inspection = quantile_of(ZERO if terms is None else terms.inspect_minutes)
        outcomes = Outcomes(restock=1) if terms is None else terms.outcomes
        weights = [outcomes.restock, outcomes.refurbish, outcomes.scrap]
        self._bounds: list[float] = cumulated(weights).tolist()
        self.any = any(self._share) or any(self._wrong_share)

    def is_wrong(self, shipment: Shipment, line: int) -> bool:
        """Tell whether a parcel holds something else in the place of a line."""
        share = self._wrong_share[shipment.site]
        return share > 0 and self._unit(shipment, shipment.number, randomness.WRONG_ITEM, line) < share

    def is_sent_back(self, shipment: Shipment, line: int, item: int) -> bool:
        """Tell whether the customer sends the right units of a line back that a parcel brought."""
        share = self._share[item]
        return (
            share > 0
            and self._unit(shipment, line, randomness.RETURNED) < share
            and not self.was_sent_back(shipment.order, line, shipment.again.get(line))
        )

    def was_sent_back(self, order: Order, line: int, before: int | None) -> bool:
        """Tell whether units of a line replace such as their customer had and sent back.

        Args:
            before: the shipment that is replaced; None for units that are sent for the first time.

        """
        while before is not None:
            shipment = order.parts[before - 1]
            if shipment.state == DELIVERED and not self.is_wrong(shipment, line):
                return True
            before = shipment.again.get(line)
        return False

    def is_replaced(self, shipment: Shipment, line: int) -> bool:
        """Tell whether a line that is sent back is replaced; else it is refunded."""
        return self._unit(shipment, line, randomness.REPLACED) < self._replace_share

    def units_again(self, shipment: Shipment) -> int:
        """Return the units of a parcel that will have to be shipped once more: mistakes, and what is replaced."""
        if not self.any:
            return 0
        return sum(
            units
            for line, item, units in shipment.lines
            if self.is_wrong(shipment, line)
            or (self.is_sent_back(shipment, line, item) and self.is_replaced(shipment, line))
        )

    def is_replacement(self, shipment: Shipment) -> bool:
        """Tell whether a parcel brings nothing but replacements of what its customer had and sent back.

        Nobody was promised when these would come: the order was delivered before.
        """
        again = shipment.again
        if not again or len(again) < len(shipment.lines):
            return False
        return all(self.was_sent_back(shipment.order, line, before) for line, before in again.items())

    def is_complete(self, order: Order) -> bool:
        """Tell whether a customer had all that was ordered, and only returns and replacements are under way."""
        return (
            order.units_shipped > 0
            and not any(order.to_pay)
            and all(
                self.was_sent_back(order, line, order.again.get(line))
                for line, units in enumerate(order.left)
                if units
            )
            and all(part.state in ENDED or self.is_replacement(part) for part in order.parts)
        )

    def outcome(self, returned: ReturnedLine) -> str:
        """Return what becomes of a returned line; what was picked by mistake is as good as it was."""
        if returned.reason == "wrong_item":
            return OUTCOMES[0]
        u = self._unit(returned.shipment, returned.line, randomness.RETURN_OUTCOME)
        return OUTCOMES[bisect_right(self._bounds, u)]

    def delay_s(self, returned: ReturnedLine) -> int:
        """Return the seconds from the delivery of a line to its arrival at the site."""
        bits = self._bits(returned, randomness.RETURN_DELAY)
        return duration(self._delay, DAY, bits)

    def inspection_s(self, returned: ReturnedLine) -> int:
        """Return the seconds of work on a returned line."""
        bits = self._bits(returned, randomness.INSPECTION)
        return duration(self._inspection, MINUTE, bits)

    @staticmethod
    def _bits(returned: ReturnedLine, kind: int) -> int:
        # Mistakes belong to a parcel, and so does their luck; what customers do belongs to the line.
        attempt = returned.shipment.number if returned.reason == "wrong_item" else 0
        return randomness.draw(returned.order.key, randomness.code(returned.line, kind, attempt))

    @staticmethod
    def _unit(shipment: Shipment, number: int, kind: int, attempt: int = 0) -> float:
        return randomness.unit(randomness.draw(shipment.order.key, randomness.code(number, kind, attempt)))
