"""What to do about each thing that a policy can get wrong."""

from __future__ import annotations

import re

_TYPES = (
    "make an answer of the types of sim.policy, with plain numbers: Part(warehouse, ((line, units), ...), service), "
    "each a position in the lists of the network"
)
_LINES = (
    "name each of request.open at most once over all parts and holds; lines are positions in request.items"
)
_PLACES = "warehouses and services are positions in network.warehouses and network.services, counted from 0"
_REASONS = "use one of the words of sim.journal"

# What a message of the engine holds, and what helps; the first that fits.
_REMEDIES: tuple[tuple[str, str], ...] = (
    (r"^answered \w+, must be", "return an Allocation; an empty one, Allocation(), lets all lines wait"),
    (r"^raised ", "answer every request: Allocation() for an order that cannot be placed now"),
    (r"^prepare ", "prepare(network) gets ready, and returns None or another policy"),
    (
        r"^(attempts|batches|reallocation) (of type|raised)",
        "set attempts, batches and reallocation to Attempts, Batches and Reallocation of sim, or leave them away",
    ),
    (
        r"there is no such ",
        "what a rule names must be in the scenario; check it in the one that it was made for: --scenario FILE, or "
        "check_policy(policy, worlds=[scenario])",
    ),
    (r"must be (an int|a tuple|a number|text|Part|Wait|Why|pairs|True|a bool)", _TYPES),
    (r"must be one of", _REASONS),
    (
        r"that are left to place",
        "place between 1 and request.units[line] units of a line, over all parts together",
    ),
    (r"no units left to place|has no line|named twice|without lines", _LINES),
    (
        r" available| on hand| free",
        "give no warehouse more than network.available[item, warehouse], over all parts together",
    ),
    (
        r"may not keep the goods|does not serve",
        "choose among network.may_serve(request.region, tags of the lines together)",
    ),
    (r"in a downtime", "choose among network.up, or where network.back_at says when it is back"),
    (r"is full", "choose among network.room, where that is not None"),
    (r"there is no (warehouse|service)", _PLACES),
    (
        r"does not take this parcel",
        "take the service from network.offer(...).service, where .possible, or leave it away; network.reachable tells "
        "from where any service goes",
    ),
    (
        r"allows no split",
        "place all of request.open in one part, or nothing, where request.split is false; request.shipments are there "
        "already",
    ),
    (
        r"must be (0 or more|at least 0)",
        "amounts of money (in cents) and times (in seconds) are not negative",
    ),
    (r"not in the future", "until is a second later than network.now"),
    (
        r"must be at most",
        "amounts of money are in cents, and times in seconds; both are far smaller in any run",
    ),
)

ANY = "keep to what sim.policy says of requests and answers"


def remedy(message: str) -> str:
    """Return what to do about a message of the engine on a wrong answer."""
    return next((help_ for pattern, help_ in _REMEDIES if re.search(pattern, message)), ANY)
