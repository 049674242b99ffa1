"""What handling tags ask of a shipment: extra work, and packaging."""

from __future__ import annotations

from sim.catalogue import Catalogue
from sim.clock import MINUTE
from sim.memo import Memo
from sim.money import cents, micros


class Protocols:
    """The protocols of a scenario. A shipment that holds several tags gets what each of them asks for."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._steps = [
            (catalogue.tag_mask([tag]), protocol.extra_work_minutes * MINUTE, micros(protocol.packaging_cost))
            for tag, protocol in catalogue.scenario.protocols.items()
        ]
        self._asked: Memo[tuple[int], tuple[float, int]] = Memo(self._ask)

    def work_s(self, tags: int) -> float:
        """Return the extra seconds of work of a shipment with some tags."""
        return self._asked[tags,][0]

    def packaging(self, tags: int) -> int:
        """Return what packaging a shipment with some tags costs, in cents."""
        return self._asked[tags,][1]

    def _ask(self, tags: int) -> tuple[float, int]:
        asked = [(seconds, micro) for mask, seconds, micro in self._steps if mask & tags]
        return sum(seconds for seconds, _ in asked), cents(sum(micro for _, micro in asked))
