"""What is counted of allocations, by warehouse, from the moment on that a policy asks for it."""

from __future__ import annotations

from sim.catalogue import Catalogue
from sim.clock import Clock
from sim.limits import CalendarUsage, RollingUsage, Tally, Usage
from sim.view.turns import Turns


class Tallies:
    """The counts that were asked for; no more than that is counted.

    Attributes:
        kept: each of them once.

    """

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._usages: dict[tuple[str, str, bool], Usage] = {}
        self._turns: Turns | None = None
        self.kept: list[Tally] = []

    def usage(self, of: str, per: str, *, rolling: bool) -> Usage:
        """Return the count of what each warehouse was given in a window; see `limits` for its words."""
        at = (of, per, rolling)
        found = self._usages.get(at)
        if found is None:
            clock, catalogue = self._clock, self._catalogue
            found = (
                RollingUsage(clock, len(catalogue.site_ids), of, per)
                if rolling
                else CalendarUsage(clock, catalogue, of, per)
            )
            self._usages[at] = found
            self.kept.append(found)
        return found

    def turns(self) -> Turns:
        """Return when each warehouse was given something last."""
        if self._turns is None:
            self._turns = Turns(len(self._catalogue.site_ids))
            self.kept.append(self._turns)
        return self._turns
