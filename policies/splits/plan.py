"""Plans: which lines leave which warehouse together, and which plan a rank prefers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from policies.case import Bools, Case
from policies.preference import Criterion, Preference
from sim.policy import Request
from sim.view.network import Network

Lines: TypeAlias = tuple[int, ...]


class Ship(NamedTuple):
    """What leaves one warehouse together.

    Attributes:
        site: position of the warehouse.
        case: the lines; its request has the units of them that leave from there.

    """

    site: int
    case: Case


class Plan(NamedTuple):
    """A way to ship lines, and the next best one.

    Attributes:
        ships: what leaves, warehouse by warehouse.
        runner_up: the warehouses that would have been taken otherwise, each once.
        margin: how much better it is, in the unit of the key that decided; None where no key did.
        reason: why there are several shipments although one warehouse could ship everything: one of
            `journal.SPLIT_REASONS`.
        decisive: where ways to divide the lines were compared, what decided between this one and the next.

    """

    ships: tuple[Ship, ...]
    runner_up: tuple[int, ...] = ()
    margin: float | None = None
    reason: str = "policy"
    decisive: Criterion | None = None

    @property
    def units(self) -> dict[int, int]:
        """The units that it ships, by line."""
        shipped: dict[int, int] = {}
        for ship in self.ships:
            for line in ship.case.lines:
                shipped[line] = shipped.get(line, 0) + ship.case.request.units[line]
        return shipped


def whole(case: Case, sites: Bools, preference: Preference) -> Plan | None:
    """Return the best of some warehouses that ships all lines of a case together, or None."""
    found = (sites & case.has_all & case.reachable).nonzero()[0]
    if len(found) < 2:
        return Plan((Ship(found.item(0), case),)) if len(found) else None
    winner, other, margin = preference.two_best(case, found)
    return Plan((Ship(winner, case),), (other,), margin)


def score(preference: Preference, ships: Sequence[Ship]) -> tuple[float, ...]:
    """Return what the keys of a rank say of several shipments together."""
    parts = [preference.score(ship.case, ship.site) for ship in ships]
    return tuple([sum(column) for column in zip(*parts, strict=True)])


def preferred(
    preference: Preference,
    ways: Sequence[tuple[Ship, ...]],
    second: Callable[[Ship], Ship | None] = lambda _: None,
) -> Plan | None:
    """Return the preferred of some ways to ship the same lines, among equals the first; None without any.

    The next best has each warehouse once: two parcels from one tell nobody what else there was.

    Args:
        preference: the rank.
        ways: to compare.
        second: what would leave the next best warehouse in the place of a shipment: the runner-up may also be the
            winner with one of its shipments from elsewhere.

    """
    if not ways:
        return None
    left = list(ways)
    best = preference.least([score(preference, ships) for ships in left]) if len(left) > 1 else 0
    winner = left.pop(best)
    reason = "policy"
    alone = next((ships for ships in left if len(ships) == 1), None)
    if len(winner) > 1 and alone is not None:
        reason = preference.split_reason(score(preference, winner), score(preference, alone))
    for number, ship in enumerate(winner):
        other = second(ship)
        if other is not None:
            left.append((*winner[:number], other, *winner[number + 1 :]))
    apart = [ships for ships in left if len({ship.site for ship in ships}) == len(ships)]
    if not apart:  # nothing to compare with, so nothing is asked of the rank
        return Plan(winner)
    scores = [score(preference, ships) for ships in apart]
    following = preference.least(scores)
    won, lost = score(preference, winner), scores[following]
    runner_up = tuple([ship.site for ship in apart[following]])
    margin, decisive = preference.difference(won, lost), preference.decisive(won, lost)
    return Plan(winner, runner_up, margin, reason, decisive)


def portion(network: Network, request: Request, units: Mapping[int, int]) -> Request:
    """Return the request for some units of some of its lines, and nothing else of it."""
    wanted = tuple([units.get(line, 0) for line in range(len(request.units))])
    lines = tuple([line for line, count in enumerate(wanted) if count])
    grams = millilitres = tags = 0
    for line in lines:
        item = request.items[line]
        grams += network.grams[item] * wanted[line]
        millilitres += network.millilitres[item] * wanted[line]
        tags |= network.tags[item]
    return request._replace(units=wanted, open=lines, grams=grams, millilitres=millilitres, tags=tags)


def remainder(network: Network, request: Request, units: Mapping[int, int]) -> Request:
    """Return what a request is without some units of its lines."""
    left = {line: request.units[line] - units.get(line, 0) for line in request.open}
    return portion(network, request, left)
