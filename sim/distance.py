"""Great-circle distances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG R1), so that distances agree with published great-circle tables."""

UNKNOWN = -1
"""Distance from or to a place without coordinates: never 0, which would be the nearest of all."""


def great_circle_m(a: Floats, b: Floats) -> NDArray[np.int32]:
    """Return the distances in whole metres between points of a (n, 2) and b (m, 2), latitude and longitude in degrees.

    The haversine formula (Sinnott 1984) is well conditioned for small distances. UNKNOWN where a coordinate is NaN.
    """
    lat_a, lon_a = np.radians(a[:, :1]), np.radians(a[:, 1:])
    lat_b, lon_b = np.radians(b[:, 0]), np.radians(b[:, 1])
    half = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    metres: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return np.where(np.isnan(metres), UNKNOWN, np.rint(metres)).astype(np.int32)
