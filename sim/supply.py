"""Replenishment: when what is ordered, by the replenish rules of a scenario.

A position is what a cell has or will have for those who may still ask: on hand - reserved + on order - owed. It
counts what is on its way, waits at the door or is owed by a depot, so orders that are open at once never order twice.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from simpy import Event

from sim import randomness
from sim.catalogue import Catalogue, micros
from sim.claims import Claims
from sim.clock import RETRY, Clock, rounds
from sim.inbound import Inbound
from sim.inventory import Inventory
from sim.levels import Levels
from sim.scenario.distributions import ZERO
from sim.scenario.stock import Replenish, Review
from sim.supplier import Depot, LeadTimes, Source, Supplier, supplier_calendar

Ints = NDArray[np.int64]

NEVER_ORDERED = -(1 << 31)
"""The reorder point of a cell that no continuous rule reviews: below every position."""


class Plan:
    """One replenish rule with a review: which cells, when and how much.

    Attributes:
        number: position of the rule in the scenario.
        cells: those that the rule holds for, by warehouse and then item; a cell is item x warehouses + warehouse.
        point: order when the position is at or below it; item x warehouse, as the level.
        source: where the goods come from. leads: how long they travel. per_kg: freight, micros.

    """

    def __init__(
        self,
        number: int,
        cells: Ints,
        rule: Replenish,
        review: Review,
        levels: Levels,
        source: Source,
        leads: LeadTimes,
    ) -> None:
        self.number = number
        self.cells = cells
        self.source = source
        self.leads = leads
        self.per_kg = micros(rule.cost_per_kg)
        self.every_days = review.every_days
        self._lot = review.order_units or 0
        self._level = None if review.order_up_to is None else levels.units(review.order_up_to).reshape(-1)
        if review.reorder_point is not None:
            self.point = levels.units(review.reorder_point).reshape(-1)
        else:
            assert self._level is not None
            self.point = self._level - 1

    def units(self, cells: Any, position: Any) -> Any:
        """Return the units to order, 0 for none; of one cell or an array of them."""
        point = self.point[cells]
        if self._level is None:  # the smallest multiple that lifts the position above the reorder point
            wanted = ((point - position) // self._lot + 1) * self._lot
        else:
            wanted = self._level[cells] - position
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
        sources: dict[str, Source] = {}
        for number, terms in enumerate(catalogue.scenario.suppliers):
            down = supplier_calendar(terms, number, catalogue, root)
            sources[terms.id] = Supplier(number, terms, down, clock, inventory, inbound)
        for site, id_ in enumerate(catalogue.site_ids):
            sources[id_] = Depot(len(catalogue.scenario.suppliers) + site, site, clock, claims, inbound)
        terms_of = {terms.id: terms for terms in catalogue.scenario.suppliers}
        held = np.where(inventory.limited, catalogue.replenished_by, -1)
        self._plans: dict[int, Plan] = {}
        for number, rule in enumerate(catalogue.scenario.stock.replenish):
            sites, items = np.nonzero((held == number).T)
            if rule.review is None or rule.from_ is None or not len(items):
                continue
            days = rule.lead_days
            if days is None:
                days = terms_of[rule.from_].lead_days if rule.from_ in terms_of else ZERO
            leads = LeadTimes(days, number, randomness.LEAD_TIME, self._sites, root)
            cells = items * self._sites + sites
            self._plans[number] = Plan(number, cells, rule, rule.review, levels, sources[rule.from_], leads)
        self._follow(inventory, held)

    def _follow(self, inventory: Inventory, held: NDArray[np.int32]) -> None:
        """Begin the reviews: periodic ones by the clock, continuous ones with the opening stock."""
        continuous = [plan for plan in self._plans.values() if plan.every_days is None]
        for plan in self._plans.values():
            if plan.every_days is not None:
                self._clock.process(self._review_regularly(plan, plan.every_days))
        if continuous:
            point = np.full(held.size, NEVER_ORDERED, np.int32)
            for plan in continuous:
                point[plan.cells] = plan.point[plan.cells]
            self._point_cell = point.data
            self._rule_cell = held.reshape(-1).data
            inventory.on_fall = self._note_fall
            for plan in continuous:
                self._clock.due(0, RETRY, self._review_opening, plan)

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
            self._review(plan, plan.cells)

    def _review_opening(self, event: Event) -> None:
        plan = cast(Plan, event.value)
        self._review(plan, plan.cells)

    def _note_fall(self, item: int, site: int) -> None:
        """Have a cell reviewed at the end of this second, if its position fell to the reorder point."""
        cell = item * self._sites + site
        if self._position(cell) <= self._point_cell[cell]:
            if not self._fallen:
                self._clock.due(self._clock.now, RETRY, self._review_fallen)
            self._fallen[cell] = None

    def _review_fallen(self, _: Event) -> None:
        cells, self._fallen = sorted(self._fallen), {}
        orders: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for cell in cells:
            item, site = divmod(cell, self._sites)
            rule = self._rule_cell[cell]
            units = int(self._plans[rule].units(cell, self._position(cell)))
            if units:
                orders.setdefault((rule, site), []).append((item, units))
        for rule, site in sorted(orders):
            self._order(self._plans[rule], site, orders[rule, site])

    def _review(self, plan: Plan, cells: Ints) -> None:
        """Order for all of some cells of a plan, which are sorted by warehouse: one order for each warehouse."""
        units = plan.units(cells, self.positions(cells))
        due = np.flatnonzero(units)
        items, sites = np.divmod(cells[due], self._sites)
        begins = np.flatnonzero(np.diff(sites, prepend=-1)).tolist()
        lines = list(zip(items.tolist(), units[due].tolist(), strict=True))
        for begin, end in pairwise([*begins, len(lines)]):
            self._order(plan, int(sites[begin]), lines[begin:end])

    def _order(self, plan: Plan, site: int, lines: Sequence[tuple[int, int]]) -> None:
        """Ask the source of a plan for some units of some items."""
        purchase = self._inbound.purchase(site, plan.source.position, plan.per_kg)
        for item, units in lines:
            self._inbound.expect(site, item, units)
        plan.source.order(purchase, lines, plan.leads)
