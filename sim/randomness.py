"""Named streams and keyed draws: the same luck for the same thing, whatever a policy does.

A *stream* is a numpy generator for one attribute of the order book. A *keyed draw* needs no state: it is a hash of
the replication, the order, the shipment's number, the kind of noise and the attempt. Order 1042's second
parcel therefore meets the same luck under every policy, wherever it leaves from, which is what makes common random
numbers work.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats, Ints

_MASK = (1 << 64) - 1

# Streams of the order book and of keyed noise. Numbers never change: a new stream takes the next one.
(
    ARRIVALS, REGIONS, SEGMENTS, LINES, ITEMS, UNITS, BASKET_RETRY, ORDER_NOISE, POLICY_NOISE, SITE_FACTS,
    SUPPLY_FACTS, WALK_INS,
) = range(12)  # fmt: skip

# Kinds of keyed noise of an order.
(
    WORK_TIME, TRANSIT_TIME, LINE_WORK_TIME, UNIT_WORK_TIME, PAYMENT, CAPTURE_ERROR, CORRECTION, SHORT_PICK, LOSS,
    WRONG_ITEM, RETURNED, RETURN_DELAY, RETURN_OUTCOME, REPLACED, INSPECTION,
) = range(15)  # fmt: skip

# Kinds of facts of a site or supplier: the n-th failure of an entry and its repair.
FAILURE, REPAIR = range(2)

# Kinds of facts of supply: of a rule or transfer and the warehouse it goes to, and of a cell.
LEAD_TIME, TRANSFER_TIME, ARRIVAL = range(2, 5)


def stream(seed: int, replication: int, name: int) -> np.random.Generator:
    """Return the generator of one attribute. Streams neither overlap nor depend on the order of their creation."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(replication, name))))


def root(seed: int, replication: int, name: int) -> int:
    """Return the 64-bit number from which a stream's keyed draws hang."""
    return int(np.random.SeedSequence(seed, spawn_key=(replication, name)).generate_state(1, np.uint64)[0])


def mix(z: int) -> int:
    """Return splitmix64's finaliser of a 64-bit number (Steele, Lea, Flood 2014): every bit depends on every bit."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def mix_array(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return `mix` of every element: the same bits as the scalar form."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def keys(numbers: Ints, root: int) -> NDArray[np.uint64]:
    """Return the key of each numbered thing under a root."""
    return mix_array(mix_array(numbers.astype(np.uint64)) ^ np.uint64(root))


def key(number: int, root: int) -> int:
    """Return the key of one numbered thing: the same bits as `keys`."""
    return mix(mix(number) ^ root)


@lru_cache(maxsize=65_536)
def code(number: int, kind: int, attempt: int = 0) -> int:
    """Return the mixed code of a draw; injective for numbers below 2**32 and kinds and attempts below 2**16."""
    return mix(number << 32 | kind << 16 | attempt)


def draw(key: int, code: int) -> int:
    """Return the 64 random bits of one draw. Its upper 52 make the number, its lower 11 the rounding."""
    return mix(key ^ code)


def draw_array(key: int, numbers: Ints, kind: int, attempt: int = 0) -> NDArray[np.uint64]:
    """Return `draw(key, code(number, kind, attempt))` of every number."""
    codes = numbers.astype(np.uint64) << np.uint64(32) | np.uint64(kind << 16 | attempt)
    return mix_array(np.uint64(key) ^ mix_array(codes))


def draws(keys: NDArray[np.uint64], code: int) -> NDArray[np.uint64]:
    """Return `draw(key, code)` of every key."""
    return mix_array(keys ^ np.uint64(code))


def unit(bits: int) -> float:
    """Return the number in (0, 1) of a draw."""
    return ((bits >> 12) + 0.5) * 2.0**-52


def unit_array(bits: NDArray[np.uint64]) -> Floats:
    """Return `unit` of every element."""
    return ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def whole(seconds: float, bits: int) -> int:
    """Round a duration to whole seconds without bias; whole seconds stay as they are.

    int(x + v) with v in [0, 1) from the draw's lower bits, so that E[result] = x (DESIGN, section 4).
    """
    return int(seconds + rounding(bits))


def rounding(bits: int) -> float:
    """Return what `whole` adds to the seconds of a draw."""
    return ((bits & 0x7FF) + 0.5) / 2048.0


def rounding_array(bits: NDArray[np.uint64]) -> Floats:
    """Return what `whole` adds to the seconds of every draw."""
    return ((bits & np.uint64(0x7FF)).astype(np.float64) + 0.5) / 2048.0


def whole_array(seconds: Floats, bits: NDArray[np.uint64]) -> Ints:
    """Return `whole` of every element."""
    return (seconds + rounding_array(bits)).astype(np.int64)
