"""Reviews: when cells order, and how much, by the replenish rules of a scenario.

A position is what a cell has or will have for those who may still ask: on hand - reserved + on order - owed. It
counts what is on its way, waits at the door or is owed by a depot, so orders that are open at once never order twice.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
from simpy import Event

from sim import randomness
from sim.arrays import Bools, Ints
from sim.catalogue import Catalogue
from sim.clock import RETRY, Clock, rounds
from sim.money import micros
from sim.scenario.distributions import ZERO
from sim.scenario.stock import Replenish, Review
from sim.stock.claims import Claims
from sim.stock.inbound import Inbound
from sim.stock.inventory import Inventory
from sim.stock.levels import Levels
from sim.stock.supplier import Depot, LeadTimes, Source, Supplier, supplier_calendar

NEVER_ORDERED = -(1 << 31)
"""The reorder point of a cell that no rule reviews: below every position."""

_AT_ONCE = 1 << 16
"""Cells that are looked at together: few enough to stay in a processor's cache, and in the order in which they lie in
memory. A review of ten million takes 0.1 s so, and 1 s all at once, warehouse by warehouse."""


class Plan:
    """One replenish rule with a review.

    Attributes:
        cells: those that the rule holds for, ascending; a cell is item x warehouses + warehouse.
        every_days: between reviews; None for a continuous one.
        lot: what an order is a multiple of; 0 for a rule that orders up to a level.
        source: where the goods come from.
        leads: how long they travel.
        per_kg: freight, micros.

    """

    def __init__(
        self, cells: Ints, rule: Replenish, review: Review, source: Source, leads: LeadTimes
    ) -> None:
        self.cells = cells
        self.every_days = review.every_days
        self.lot = review.order_units or 0
        self.source = source
        self.leads = leads
        self.per_kg = micros(rule.cost_per_kg)

    def units(self, position: Any, point: Any, level: Any) -> Any:
        """Return the units to order, 0 for none; of one cell or an array of them.

        Args:
            position: of the cell.
            point: order when the position is at or below it.
            level: what an order lifts the position to, for a rule without a lot.

        """
        if self.lot:  # the smallest multiple that lifts the position above the reorder point
            wanted = ((point - position) // self.lot + 1) * self.lot
        else:
            wanted = level - position
        return np.where((position <= point) & (wanted > 0), self.source.rounded(wanted), 0)


class Supply:
    """Reviews the positions of all cells and places orders.

    A periodic review looks at all cells of its rule at once. A continuous one is told by the inventory when a cell
    fell; cells that fell to their reorder point are reviewed together at the end of that second.
    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        inventory: Inventory,
        claims: Claims,
        inbound: Inbound,
        levels: Levels,
        root: int,
    ) -> None:
        self._clock = clock
        self._inbound = inbound
        self._sites = len(catalogue.site_ids)
        self._stock = [
            array.reshape(-1) for array in (inventory.available, inventory.safety, inventory.on_order)
        ]
        self._owed = claims.owed.reshape(-1)
        # Scalars are read through memoryviews of the same memory.
        self._available_cell, self._safety_cell, self._on_order_cell = (array.data for array in self._stock)
        self._owed_cell = self._owed.data
        self._fallen: dict[int, None] = {}
        self._rule = np.where(inventory.limited, catalogue.replenished_by, np.int32(-1)).reshape(-1)
        self._point = np.full_like(self._rule, NEVER_ORDERED)
        self._level = np.zeros(self._rule.shape, np.int32)
        self._plans = self._read(
            catalogue, levels, _sources(clock, catalogue, inventory, claims, inbound, root), root
        )
        self._begin(inventory)

    def _read(
        self, catalogue: Catalogue, levels: Levels, sources: dict[str, Source], root: int
    ) -> dict[int, Plan]:
        """Return the rules with a review by position, and note reorder points and levels of their cells."""
        terms = {supplier.id: supplier for supplier in catalogue.scenario.suppliers}
        plans = {}
        for number, rule in enumerate(catalogue.scenario.stock.replenish):
            held = self._rule == number
            cells = np.flatnonzero(held)
            review = rule.review
            if review is None or rule.from_ is None or not len(cells):
                continue
            if review.order_up_to is not None:
                _copy(levels.units(review.order_up_to), self._level, held)
                np.subtract(self._level, 1, out=self._point, where=held)
            if review.reorder_point is not None:
                _copy(levels.units(review.reorder_point), self._point, held)
            days = rule.lead_days
            if days is None:
                days = terms[rule.from_].lead_days if rule.from_ in terms else ZERO
            leads = LeadTimes(days, number, randomness.LEAD_TIME, self._sites, root)
            plans[number] = Plan(cells, rule, review, sources[rule.from_], leads)
        return plans

    def _begin(self, inventory: Inventory) -> None:
        """Begin the reviews: periodic ones by the clock, continuous ones with the opening stock."""
        self._is_continuous = {number: plan.every_days is None for number, plan in self._plans.items()}
        for plan in self._plans.values():
            if plan.every_days is not None:
                self._clock.process(self._review_regularly(plan, plan.every_days))
            else:
                self._clock.due(0, RETRY, self._review_opening, plan)
        if any(self._is_continuous.values()):
            self._point_cell, self._rule_cell = self._point.data, self._rule.data
            inventory.on_fall = self._note_fall

    def positions(self, cells: Ints) -> Ints:
        """Return the positions of some cells."""
        available, safety, on_order = (array.take(cells) for array in self._stock)
        position: Ints = available.astype(np.int64) + safety + on_order - self._owed.take(cells)
        return position

    def _position(self, cell: int) -> int:
        position: int = (
            self._available_cell[cell]
            + self._safety_cell[cell]
            + self._on_order_cell[cell]
            - self._owed_cell[cell]
        )
        return position

    # -- reviews ----------------------------------------------------------------------------------------

    def _review_regularly(self, plan: Plan, every_days: float) -> Generator[Event, Any, None]:
        for at in rounds(every_days, 0):
            yield self._clock.due(at, RETRY)
            self._review(plan)

    def _review_opening(self, event: Event) -> None:
        self._review(cast(Plan, event.value))

    def _note_fall(self, item: int, site: int) -> None:
        """Have a cell reviewed at the end of this second, if its position fell to the reorder point."""
        cell = item * self._sites + site
        if self._position(cell) <= self._point_cell[cell] and self._is_continuous[self._rule_cell[cell]]:
            if not self._fallen:
                self._clock.due(self._clock.now, RETRY, self._review_fallen)
            self._fallen[cell] = None

    def _review_fallen(self, _: Event) -> None:
        cells, self._fallen = sorted(self._fallen), {}
        orders: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for cell in cells:
            item, site = divmod(cell, self._sites)
            rule = self._rule_cell[cell]
            level = int(self._level[cell])
            units = int(self._plans[rule].units(self._position(cell), self._point_cell[cell], level))
            if units:
                orders.setdefault((rule, site), []).append((item, units))
        for rule, site in sorted(orders):
            self._order(self._plans[rule], site, orders[rule, site])

    def _review(self, plan: Plan) -> None:
        """Order for all cells of a plan: one order for each warehouse."""
        due, wanted = [], []
        for begin in range(0, len(plan.cells), _AT_ONCE):
            cells = plan.cells[begin : begin + _AT_ONCE]
            position, point = self.positions(cells), self._point.take(cells)
            low = np.flatnonzero(position <= point)
            units = plan.units(position[low], point[low], self._level.take(cells[low]))
            due.append(cells[low[units > 0]])
            wanted.append(units[units > 0])
        items, sites = np.divmod(np.concatenate(due), self._sites)
        order = np.argsort(sites, kind="stable")
        items, sites, units = items[order], sites[order], np.concatenate(wanted)[order]
        begins = np.flatnonzero(np.diff(sites, prepend=-1)).tolist()
        lines = list(zip(items.tolist(), units.tolist(), strict=True))
        for begin, end in pairwise([*begins, len(lines)]):
            self._order(plan, int(sites[begin]), lines[begin:end])

    def _order(self, plan: Plan, site: int, lines: Sequence[tuple[int, int]]) -> None:
        """Ask the source of a plan for some units of some items."""
        purchase = self._inbound.purchase(site, plan.source.position, plan.per_kg)
        for item, units in lines:
            self._inbound.expect(site, item, units)
        plan.source.order(purchase, lines, plan.leads)


def _copy(units: Ints, into: Any, where: Bools) -> None:
    """Copy the units of some cells, given item x warehouse, into an array by cell."""
    np.copyto(into.reshape(units.shape), units, casting="same_kind", where=where.reshape(units.shape))


def _sources(
    clock: Clock, catalogue: Catalogue, inventory: Inventory, claims: Claims, inbound: Inbound, root: int
) -> dict[str, Source]:
    """Return what rules may order from, by id: suppliers and warehouses."""
    found: dict[str, Source] = {}
    suppliers = catalogue.scenario.suppliers
    for number, terms in enumerate(suppliers):
        down = supplier_calendar(terms, number, catalogue, root)
        found[terms.id] = Supplier(number, terms, down, clock, inventory, inbound)
    for site, id_ in enumerate(catalogue.site_ids):
        found[id_] = Depot(len(suppliers) + site, site, clock, claims, inbound)
    return found
