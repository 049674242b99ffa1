"""How probable it is that an order holds an item: items are drawn one after the other, without repetition."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.arrays import Floats

EXACT_LINES = 12
"""Beyond so many lines, what an order holds is told approximately."""


def inclusion(share: Floats, most: int) -> Floats:
    """Return the probability that an item is among the first k that are drawn without repetition: k (0 to most) x item.

    Drawing by share among what is left is a race: every item comes at an exponential time with its share as the
    rate, and the first k win (Holst 1973). So item i is among them when fewer than k others come before its time,

        P(i, k) = integral of share_i exp(-share_i t) P(fewer than k of the others came by t) dt,

    which the trapezoidal rule in log t gives to all digits. Beyond `EXACT_LINES` it is 1 - exp(-share_i t) with t
    such that the sum is k (Rosén 1997, asymptotically exact).
    """
    sold = np.flatnonzero(share > 0)
    included = np.zeros((most + 1, len(share)))
    included[len(sold) :, sold] = 1.0
    exact = min(most, len(sold) - 1, EXACT_LINES)
    if exact > 0:
        by_share = sold[np.argsort(-share[sold], kind="stable")]
        included[1 : exact + 1, by_share] = _race(share[by_share].tobytes(), exact)
    for k in range(exact + 1, min(most + 1, len(sold))):
        included[k] = _asymptotic(share, k)
    return included


# Stock levels, the forecast and every replication ask for the same: 0.1 s each with 2,000 items.
@lru_cache(maxsize=4)
def _race(shares: bytes, most: int) -> Floats:
    """Return `inclusion` for k from 1 to most, less than there are items; shares are floats, positive, and descend."""
    share = np.frombuffer(shares)
    step = 0.2
    times = np.exp(np.arange(np.log(1e-13 / share[0]), np.log(60 / share[most]), step))
    # The popular ones are left out of the count in turn; of the others one divides out, which is stable because it
    # has hardly ever come when fewer than `most` have.
    popular = min(len(share), 2 * most + 30)
    others = np.zeros((most, len(times)))  # P(so many of the items so far have come by then)
    others[0] = 1.0
    for rate in share[popular:]:
        others = _joined(others, rate * times)
    included = np.empty((most, len(share)))
    for item, rate in enumerate(share[:popular]):
        count = others
        for rival, rival_rate in enumerate(share[:popular]):
            if rival != item:
                count = _joined(count, rival_rate * times)
        density = step * rate * times * np.exp(-rate * times)
        included[:, item] = (count.cumsum(0) * density).sum(1)
    everyone = others
    for rate in share[:popular]:
        everyone = _joined(everyone, rate * times)
    for item in range(popular, len(share)):
        late = share[item] * times
        density = step * late * np.exp(-late)
        count = everyone[0] * np.exp(late)
        fewer = (count * density).sum()
        included[0, item] = fewer
        for k in range(1, most):
            count = everyone[k] * np.exp(late) - np.expm1(late) * count
            fewer += (count * density).sum()
            included[k, item] = fewer
    included.flags.writeable = False
    return included


def _joined(count: Floats, late: Floats) -> Floats:
    """Return the distribution of a count to which one item is added that has come with probability 1 - exp(-late)."""
    more = count * np.exp(-late)
    more[1:] -= count[:-1] * np.expm1(-late)
    return more


def _asymptotic(share: Floats, lines: int) -> Floats:
    low, high = 0.0, 1.0
    while -np.expm1(-share * high).sum() < lines:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if -np.expm1(-share * middle).sum() < lines else (low, middle)
    return -np.expm1(-share * high)
