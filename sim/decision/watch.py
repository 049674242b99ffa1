"""Looking over a policy's shoulder: somebody who is there whenever it is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from sim.policy import Allocation, Policy, Request
from sim.view.network import Network

Checked: TypeAlias = tuple[Allocation, list[tuple[int, int]]]
"""An answer that the world can carry out; service and freight (cents) of each part, then of each backorder."""

Ask: TypeAlias = Callable[[Request], Checked]


class Watch(Protocol):
    """Somebody who watches a replication. Without one, a decision costs nothing more.

    Attributes:
        ends_with: number of the order with whose end the run ends, too; -1 for none.

    """

    ends_with: int

    def ask(self, request: Request, policy: Policy, network: Network, ask: Ask) -> Checked:
        """Return the answer to a request, as a rule that of `ask(request)`.

        `ask` raises PolicyError for an answer that is wrong; it may be called more than once. `policy` is what
        decides: where `prepare` returned another one, that.
        """
        ...
