"""Payment: authorised when an order is placed, captured shipment by shipment, at a fee."""

from __future__ import annotations

from sim import randomness
from sim.catalogue import Catalogue
from sim.ledger import CASH, PAYMENT_FEE, REFUND, REVENUE
from sim.money import cents, micros
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

    def capture(self, order: Order, value: int) -> None:
        """Take the price of what was picked up, in millionths of the currency, and pay the fee for it.

        Captures of one order sum to its value: cumulated and rounded, less what was captured before. The share of
        the fee is taken of the sum and rounded half up, so that splitting an order changes it by no cent.
        """
        if not value:
            return
        posts = order.posts
        order.shipped_value += value
        order.captures += 1
        sum_captured = cents(order.shipped_value)
        captured = sum_captured + posts[REVENUE]
        posts[REVENUE] -= captured
        posts[CASH] += captured
        if self._fee_ppm or self._fee_fixed:
            fees = (sum_captured * self._fee_ppm + _PPM // 2) // _PPM + order.captures * self._fee_fixed
            fee = fees - posts[PAYMENT_FEE]
            posts[PAYMENT_FEE] += fee
            posts[CASH] -= fee

    def refund(self, order: Order, value: int) -> None:
        """Give back the price of units that were paid for, in millionths of the currency; fees are not given back.

        Refunds of one order sum to what was captured of the units: cumulated and rounded as captures are.
        """
        posts = order.posts
        order.refunded_value += value
        refund = cents(min(order.refunded_value, order.shipped_value)) - posts[REFUND]
        posts[REFUND] += refund
        posts[CASH] -= refund
