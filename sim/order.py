"""Orders and shipments as the engine keeps them: slotted data that the actors hand on, freed when finished."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.journal import ACCOUNTS, SHIPMENT_STATES
from sim.stock.lots import USUAL, Pick

if TYPE_CHECKING:
    from sim.carrier.carriers import Lane
    from sim.orderbook.luck import Luck
    from sim.warehouse.desk import Desk

DELIVERED, CANCELLED, LOST, QUEUED, IN_WORK, PACKED, IN_TRANSIT, BACKORDERED = range(len(SHIPMENT_STATES))
"""States of a shipment."""

ENDED = frozenset({DELIVERED, CANCELLED, LOST})

_NOTHING: Mapping[int, int] = {}
_NO_POSTS = [0] * len(ACCOUNTS)
_NONE: frozenset[int] = frozenset()  # shared: an empty one takes 216 bytes, and an order has two


class Order:
    """One order from its placing to its settlement.

    Attributes:
        number: 0-based, in order of placing; names the order in the journal and keys its noise.
        luck: how long the work on its shipments takes.
        items, units: by line.
        left: units of each line that no shipment holds and nobody cancelled.
        promised_at: NEVER without a promise.
        counted: placed inside the window that KPIs count.
        value: cents.
        grams, millilitres, tags: of the whole order.
        parts: shipments so far, cancelled ones too, so that a number is never used twice.
        split_reason: why it takes more than one shipment, or may take more.
        in_care: lines that customer care has in hand, with the second until which it has them.
        again: for lines that have to be shipped once more, the number of the shipment that is replaced.
        live: what keeps the order open beside its lines: shipments and returns that have not ended.
        used: shipments that count against `max_shipments`; one that others replace does not.
        lost: lines of which a carrier lost units that were not sent again.
        lost_at: since when it was known that they will never come; later ones replace it.
        to_ship: units that no carrier has, and that are not cancelled: those that have to be shipped again are
            among them from the beginning.
        to_pay: units of each line that were not paid for yet.
        captures: shipments paid for.
        shipped_value: of what carriers picked up, in millionths of the currency.
        refunded_value: of what was given back for, too.
        units_returned: sent back by the customer.
        moves: shipments of it that were moved to other warehouses before work on them began, because the policy wanted.
        attempts: calls of the policy for what is left.
        timer: the latest timer set; an older one that fires is void.
        posts: cents by account, sums to 0.
        notifications: messages to the customer.
        told_at: when the first one said that the order will be late.

    """

    __slots__ = (
        "again", "attempts", "cancel_reason", "captures", "counted", "delivered_at", "grams", "in_care", "items",
        "key", "left", "live", "lost", "lost_at", "luck", "millilitres", "moves", "notifications", "number", "parts",
        "picked_up_at", "placed_at", "posts", "promised_at", "reallocations", "refunded_value", "region", "segment",
        "shipped_value", "split_reason", "tags", "timer", "to_pay", "to_ship", "told_at", "tried", "units",
        "units_cancelled", "units_first_attempt", "units_returned", "units_shipped", "used", "value",
    )  # fmt: skip

    def __init__(
        self,
        number: int,
        key: int,
        luck: Luck,
        placed_at: int,
        region: int,
        segment: int,
        items: tuple[int, ...],
        units: tuple[int, ...],
        promised_at: int,
        counted: bool,
        value: int,
        grams: int,
        millilitres: int,
        tags: int,
    ) -> None:
        self.number = number
        self.key = key
        self.luck = luck
        self.placed_at = placed_at
        self.region = region
        self.segment = segment
        self.items = items
        self.units = units
        self.left = list(units)
        self.to_pay = list(units)
        self.promised_at = promised_at
        self.counted = counted
        self.value = value
        self.grams = grams
        self.millilitres = millilitres
        self.tags = tags
        self.parts: list[Shipment] = []
        self.in_care: Mapping[int, int] = _NOTHING
        self.again: Mapping[int, int] = _NOTHING
        self.lost = _NONE
        self.lost_at = -1
        self.to_ship = sum(units)
        self.live = 0
        self.used = 0
        self.attempts = 0
        self.reallocations = 0
        self.moves = 0
        self.units_first_attempt = 0
        self.units_shipped = 0
        self.units_cancelled = 0
        self.units_returned = 0
        self.split_reason = -1
        self.cancel_reason = -1
        self.picked_up_at = -1
        self.delivered_at = -1
        self.tried = _NONE
        self.shipped_value = 0
        self.refunded_value = 0
        self.captures = 0
        self.timer = 0
        self.posts = _NO_POSTS.copy()
        self.notifications = 0
        self.told_at = -1

    @property
    def undecided(self) -> list[int]:
        """Units of each line that the policy may be asked about: those left, but for lines with customer care."""
        if not self.in_care:
            return self.left
        return [0 if line in self.in_care else units for line, units in enumerate(self.left)]


class Shipment:
    """One parcel group from one warehouse for one order.

    Attributes:
        desk: who gives it to its warehouse.
        number: 1-based within the order.
        lines: (line of the order, item, units).
        lane: what the services do for such goods on the way to their region.
        terms: which units it may have.
        picks: what the inventory bound to it.
        missing: units that it still waits for, of a backorder.
        again: of its lines, those that were shipped before, with the number of the shipment that is replaced.
        is_picked: whether its goods have left the shelf.
        rebound: units that expired while it waited, and were taken from other lots.
        state: position in `journal.SHIPMENT_STATES`.
        goods: cents that its goods cost, and that of it which was bought for it (stock that never ends).

    """

    __slots__ = (
        "again", "allocated_at", "delivered_at", "desk", "freight", "goods", "grams", "handling", "is_picked",
        "lane", "lines", "millilitres", "missing", "number", "order", "packed_at", "picked_up_at", "picks", "rebound",
        "released_at", "service", "site", "started_at", "state", "stock_age", "tags", "terms", "units",
    )  # fmt: skip

    def __init__(
        self,
        desk: Desk[Shipment],
        order: Order,
        number: int,
        site: int,
        service: int,
        lines: tuple[tuple[int, int, int], ...],
        units: int,
        grams: int,
        millilitres: int,
        tags: int,
        lane: Lane,
        allocated_at: int,
        state: int,
    ) -> None:
        self.desk = desk
        self.order = order
        self.number = number
        self.site = site
        self.service = service
        self.lines = lines
        self.units = units
        self.grams = grams
        self.millilitres = millilitres
        self.tags = tags
        self.lane = lane
        self.allocated_at = allocated_at
        self.state = state
        self.terms = USUAL
        self.picks: list[Pick] = []
        self.missing = 0
        self.is_picked = False
        self.rebound = 0
        self.again: Mapping[int, int] = _NOTHING
        self.released_at = -1
        self.started_at = -1
        self.packed_at = -1
        self.picked_up_at = -1
        self.delivered_at = -1
        self.freight = 0
        self.handling = 0
        self.goods = (0, 0)
        self.stock_age = 0

    @property
    def replaces(self) -> int:
        """The shipment that this one replaces with all its lines; -1 for none."""
        again = self.again
        return again[self.lines[0][0]] if again and len(again) == len(self.lines) else -1
