"""Which part of an order's way each module plays, and a sampler that says which part the time is spent in."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PARTS: dict[str, tuple[str, ...]] = {
    "order book": ("orderbook", "order", "lifecycle.creation", "lifecycle.payment"),
    "decision": ("decision", "view", "limits", "occasions", "policy", "lifecycle.care", "lifecycle.waiting"),
    "stock": ("stock", "lifecycle.binding", "warehouse.walk_ins"),
    "warehouse": (
        "warehouse", "calendar", "downtime", "orderbook.luck",
        "lifecycle.backorders", "lifecycle.fulfilment", "lifecycle.packing", "lifecycle.shortfall",
    ),
    "carrier": (
        "carrier", "view.expectedpickup", "lifecycle.expectation", "lifecycle.notices", "lifecycle.shipping",
    ),
    "returns": ("lifecycle.returnedline", "lifecycle.returnfacts", "lifecycle.returns"),
    "ledger": ("ledger", "lifecycle.settlement"),
    "journal": ("journal", "parquet", "recorder", "lifecycle.reconciliation"),
    "events": ("clock",),
    "set-up": ("catalogue", "distance", "replication"),
}  # fmt: skip
"""Packages and modules of `sim` by part; a module that is named here is not of the part of its package. All of
`policies` is decision. `events` is the clock, and SimPy's loop below it."""

LOOKED_THROUGH = ("arrays", "errors", "localtime", "memo", "money", "quantiles", "randomness")
"""Modules that others use while they play theirs: their time counts where they were called."""

NOT_PLAYED = ("cli", "document", "execution", "probes", "scenario", "versions", "writing")
"""Packages and modules that are at rest while a replication is played."""

SET_UP = "set-up"
OTHER = "other"

_EVERY_S = 0.001
_PART_OF = {f"sim.{name}": part for part, names in PARTS.items() for name in names}


def part_of(module: str) -> str | None:
    """Return the part that a module plays, None for one that is looked through."""
    if module.partition(".")[0] == "policies":
        return "decision"
    return _PART_OF.get(module) or _PART_OF.get(".".join(module.split(".")[:2]))


class Sampler:
    """Looks every millisecond of CPU time, or as often as the system lets it, where a run is.

    A sample belongs to the first frame, from the innermost outwards, whose module plays a part: numpy, Arrow and SimPy
    count where they were called. Until the first event, it belongs to the set-up, whatever is being set up.

    Attributes:
        samples: how many there were of each (part, function).
        asked: how many there were while the policy was asked, whatever part was played for it.

    """

    def __init__(self) -> None:
        self.samples: Counter[tuple[str, str]] = Counter()
        self.asked = 0
        self._begun = False

    @contextmanager
    def sampling(self) -> Iterator[None]:
        """Sample one run."""
        self._begun = False
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _look(self, _: int, frame: FrameType | None) -> None:
        part, function, is_asked = OTHER, "", False
        while frame is not None:
            module, code = frame.f_globals.get("__name__", ""), frame.f_code
            if not function and (found := part_of(module)) is not None:
                part, function = found, f"{module}.{code.co_qualname}"
            if module == "sim.decision.orchestrator" and code.co_name == "_ask":
                is_asked = True
            elif module == "sim.clock" and code.co_name == "run":
                self._begun = True
                break
            frame = frame.f_back
        self.asked += is_asked
        self.samples[part if self._begun or not function else SET_UP, function] += 1
