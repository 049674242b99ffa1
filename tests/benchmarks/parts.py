"""Which part of an order's way each module plays, and a sampler that says which part the time is spent in."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PARTS: dict[str, tuple[str, ...]] = {
    "order book": ("orderbook", "demand", "creation", "payment", "promise", "order"),
    "decision": (
        "answer", "backlog", "batches", "care", "forecast", "known", "limits", "network", "nextlots", "occasions", "offer",
        "offers", "orchestrator", "plain", "policy", "reallocation", "record", "tallies", "turns", "velocity",
        "visibility", "waiting", "watch",
    ),
    "stock": (
        "arrivals", "binding", "claims", "disposals", "door", "expiry", "inbound", "inventory", "levels", "lots", "opening",
        "receipts", "replenishment", "supplier", "supply", "transfers", "walk_ins",
    ),
    "warehouse": (
        "backorders", "calendar", "desk", "downtime", "fulfilment", "handling", "hours", "luck", "packing", "protocols",
        "roster", "shortfall", "warehouse", "warehouses", "work",
    ),
    "carrier": (
        "capacity", "carrier", "contract", "disruption", "expectation", "expectedpickup", "notices", "pickup", "ratecard", "shipping",
    ),
    "returns": ("returns", "sentback"),
    "ledger": ("ledger", "settlement"),
    "journal": ("journal", "parquet", "recorder", "reconciliation"),
    "events": ("clock",),
    "set-up": ("catalogue", "replication"),
}  # fmt: skip
"""Modules of `sim` by part; all of `policies` is decision. `events` is the clock, and SimPy's loop below it."""

LOOKED_THROUGH = ("errors", "memo", "randomness")
"""Modules that others use while they play theirs: their time counts where they were called."""

NOT_PLAYED = (
    "cli", "cluster", "cores", "document", "examiner", "experiment", "lab", "probes", "remedies", "scenario",
    "small_worlds", "story", "tasklog", "untouched", "versions", "workers", "writing",
)  # fmt: skip
"""Modules and packages that are at rest while a replication is played."""

SET_UP = "set-up"
OTHER = "other"

_EVERY_S = 0.001
_PART_OF = {f"sim.{module}": part for part, modules in PARTS.items() for module in modules}


def part_of(module: str) -> str | None:
    """Return the part that a module plays, None for one that is looked through."""
    return "decision" if module.partition(".")[0] == "policies" else _PART_OF.get(module)


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
            if module == "sim.orchestrator" and code.co_name == "_ask":
                is_asked = True
            elif module == "sim.clock" and code.co_name == "run":
                self._begun = True
                break
            frame = frame.f_back
        self.asked += is_asked
        self.samples[part if self._begun or not function else SET_UP, function] += 1
