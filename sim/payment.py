"""Payment: authorised when an order is placed, captured shipment by shipment, at a fee."""

from __future__ import annotations

from sim import randomness
from sim.catalogue import Catalogue, cents, micros
from sim.order import Order

_PPM = 1_000_000


class Payments:
    """The payment terms of a scenario; without any, every payment is accepted and free of charge."""

    def __init__(self, catalogue: Catalogue) -> None:
        terms = catalogue.scenario.payments
        self._declined_share = 0.0 if terms is None else terms.declined_share
        self._fee_ppm = 0 if terms is None else round(terms.fee_share * _PPM)
        self._fee_fixed = 0 if terms is None else cents(micros(terms.fee_fixed))

    def is_declined(self, order: Order) -> bool:
        """Tell whether the payment of an order is declined: a fact of the order, whatever a policy does."""
        if not self._declined_share:
            return False
        bits = randomness.draw(order.key, randomness.code(0, randomness.PAYMENT))
        return randomness.unit(bits) < self._declined_share

    def fee(self, captured: int, captures: int) -> int:
        """Return the fees in cents of what was captured so far, in cents and in so many captures.

        The share is taken of the sum and rounded half up, so that splitting an order changes it by no cent.
        """
        return (captured * self._fee_ppm + _PPM // 2) // _PPM + captures * self._fee_fixed
