"""Rank keys by how busy a warehouse is, and whose turn it is."""

from __future__ import annotations

import numpy as np

from policies.allowance import Allowance
from policies.case import Column
from policies.keys.key import Key
from sim.document.fields import LARGEST
from sim.view.network import Network


class Backlog(Key):
    """Shipments in the building, queued or in work."""

    name = "backlog"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        backlog = network.backlog
        return lambda case: backlog.astype(np.float64)


class BacklogDays(Key):
    """Days that the work which waits lasts, run down the calendar: 24 hours without capacity are a whole day."""

    name = "backlog_days"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return lambda _: network.backlog_days()


class Utilisation(Key):
    """Jobs at the stations for each station that works, now or from the next opening on."""

    name = "utilisation"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication: where no station ever works, all are taken."""
        busy, stations = network.busy, network.stations
        return lambda _: np.divide(busy, stations, out=np.ones(len(busy)), where=stations > 0)


class RemainingLimit(Allowance, Key):
    """What may still be given within a limit; usually `descending`, below 0 where it is passed."""

    name = "remaining_limit"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication: counting begins here. Where there is no limit, a billion remains."""
        usage, limit = self.usage(network), np.minimum(self.most(network), LARGEST)
        return lambda _: limit - usage.used()


class LeastRecentlyUsed(Key):
    """The number of the allocation that the warehouse got last, 0 for none: by turns, whatever became of them."""

    name = "least_recently_used"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication: counting begins here."""
        last = network.turns().last
        return lambda _: last.astype(np.float64)
