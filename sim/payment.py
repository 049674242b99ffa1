"""Payment: authorised when an order is placed, captured shipment by shipment at a fee, refunded."""

from __future__ import annotations

from sim import randomness
from sim.catalogue import Catalogue, cents, micros
from sim.ledger import Account
from sim.order import Order

_PPM = 1_000_000


class Payments:
    """The payment terms of a scenario; without any, every payment is accepted and free of charge.

    What is captured and what is refunded are each cumulated over the order and rounded, less what was posted
    before, so that the captures of an order sum to its value and the refunds of one that came back completely to what
    was captured. A refund gives no fee back.
    """

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

    def capture(self, order: Order, value: int) -> None:
        """Take the payment for goods that leave, of a value in millionths of the currency, and pay the fee.

        The share of the fee is taken of the sum and rounded half up, so that splitting an order changes it by no cent.
        """
        posts = order.posts
        order.shipped_value += value
        order.captures += 1
        total = cents(order.shipped_value)
        captured = total + posts[Account.REVENUE]
        fee = (total * self._fee_ppm + _PPM // 2) // _PPM + order.captures * self._fee_fixed
        fee -= posts[Account.PAYMENT_FEE]
        posts[Account.REVENUE] -= captured
        posts[Account.PAYMENT_FEE] += fee
        posts[Account.CASH] += captured - fee

    def refund(self, order: Order, value: int) -> None:
        """Give the payment for goods back, of a value in millionths of the currency."""
        posts = order.posts
        order.refunded_value += value
        assert order.refunded_value <= order.shipped_value, (
            f"order {order.number}: refunded more than was paid"
        )
        refunded = cents(order.refunded_value) - posts[Account.REFUND]
        posts[Account.REFUND] += refunded
        posts[Account.CASH] -= refunded
