"""What a policy sees: the live state of the network, read-only, and nothing of the future."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim import randomness
from sim.arrays import Bools, Floats, Ints, read_only
from sim.carrier.carriers import Carriers
from sim.catalogue import Catalogue
from sim.clock import Clock
from sim.errors import ScenarioError
from sim.limits import Usage
from sim.memo import Memo
from sim.policy import Request
from sim.view.backlog import Backlog
from sim.view.forecast import Forecast
from sim.view.known import Known
from sim.view.nextlots import NextLots, Picked
from sim.view.offer import Offer, Parcel, ServiceChoice
from sim.view.offers import Offers
from sim.view.tallies import Tallies
from sim.view.turns import Turns
from sim.view.velocity import Velocity
from sim.view.visibility import StockView
from sim.warehouse.warehouses import Warehouses


class Network(Known):
    """The view that a policy decides by: what it may know of the world, now and from the beginning.

    Arrays are by warehouse unless said otherwise, in the scenario's order, and cannot be written; items, warehouses,
    services, regions and segments are positions in the scenario's lists. Nothing here tells the future: not the orders
    to come, not a downtime, disruption or delay before it is announced, not when a repair will end.

    What never changes, from `Known`:
        scenario, key, warehouses, services, regions, segments, items, price, cost, grams, millilitres, tags,
        perishable, least_life_s, handles, columns, site_rank, id_rank, site_zone, region_zone, order_limit_per_day.

    Attributes, of the moment:
        now: seconds since the scenario's start.
        up: not in a downtime.
        all_up: whether all of them are up.
        back_at: when one that is not up comes back, NEVER where nobody knows; else 0.
        next_down: when the next downtime begins that is known, in the past while it is down; NEVER without one.
        backlog: jobs in the building, also at the stations.
        work_s: expected seconds of work that wait there.
        busy: jobs at the stations, also those that pause there while it is closed.
        stations: how many jobs are worked on at a time, now or from the next opening on.
        queue_limit: the backlog from which on a warehouse takes nothing more; NEVER without one.
        room: who is below it.
        available: units that may be promised, item x warehouse: on hand - reserved - safety stock.
        on_hand: units, item x warehouse.
        on_order: units that will come in, item x warehouse: ordered, or at the door. Like available and on_hand as of
            the last sync where `visibility.sync_minutes` says so.
        safety_stock: units that only those may have who say so, item x warehouse.
        forecast: what can be expected of demand and replenishment.

    Methods, by what they are about:
        who may: may_serve, handles_tags, reachable. how far: distance_m, is_located.
        a parcel: parcel. what it costs: handling, co2e_kg. which service, for how much, and when it arrives: offer.
        stock: fit_to_sell, next_lots, velocity.
        work: backlog_days, backlog_falls_to.
        what was given so far: usage, turns, velocity; ask for these in `prepare`, counting begins then.

    Example:
        >>> from sim import Allocation, load_scenario, simulate
        >>> class Curious:
        ...     def prepare(self, network):
        ...         print(network.warehouses, network.up.tolist(), network.backlog.tolist())
        ...         print((network.distance_m(network.regions.index("chicago")) // 1000).tolist(), "km to Chicago")
        ...     def allocate(self, order, network):
        ...         return Allocation()
        >>> _ = simulate(load_scenario("hello", ["days=0.1"]), Curious())
        ('newark', 'louisville') [True, True] [0, 0]
        [1130, 433] km to Chicago

    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        stock: StockView,
        warehouses: Warehouses,
        carriers: Carriers,
        tallies: Tallies,
        seed: int,
        replication: int,
    ) -> None:
        super().__init__(catalogue, carriers.ids, randomness.root(seed, replication, randomness.POLICY_NOISE))
        self._clock = clock
        self._catalogue = catalogue
        self._stock = stock
        self._warehouses = warehouses
        self._carriers = carriers
        self._handling = warehouses.handling.cents
        self._offers = Offers(clock, carriers, warehouses)
        self._next_lots: NextLots | None = None
        self._velocities: dict[float, Velocity] = {}
        self._backlog: Backlog | None = None
        self._may_serve: Memo[tuple[int, int], Bools] = Memo(self._serving)
        self.forecast = Forecast(clock, catalogue)
        self._tallies = tallies
        self.up = read_only(warehouses.up)
        self.back_at = read_only(warehouses.back_at)
        self.next_down = read_only(warehouses.next_down)
        self.backlog = read_only(warehouses.backlog)
        self.busy = read_only(warehouses.busy)
        self.queue_limit = read_only(warehouses.queue_limit)
        self.work_s = read_only(warehouses.work_s)
        self.stations = read_only(warehouses.stations)
        self.available = read_only(stock.available)
        self.on_hand = read_only(stock.on_hand)
        self.on_order = read_only(stock.on_order)
        self.safety_stock = read_only(stock.safety)

    @property
    def now(self) -> int:
        """The current second since the scenario's start."""
        return self._clock.now

    @property
    def all_up(self) -> bool:
        """Whether no warehouse is in a downtime."""
        return self._warehouses.all_up

    @property
    def room(self) -> Bools | None:
        """Which warehouses are below their `queue_limit`; None where no warehouse has one."""
        return self.backlog < self.queue_limit if self._warehouses.is_limited else None

    @property
    def is_located(self) -> bool:
        """Whether all regions and warehouses have coordinates, so that there are distances."""
        return not self._catalogue.scenario.unlocated

    def distance_m(self, region: int) -> NDArray[np.int32]:
        """Return the metres from each warehouse to a region.

        Raises ScenarioError where coordinates are missing: no distance is a wrong answer, and 0 a worse one.
        """
        if not self.is_located:
            raise ScenarioError(self._catalogue.scenario.unlocated)
        return self._catalogue.distance_m[region]  # type: ignore[no-any-return]

    def fit_to_sell(
        self,
        item: int,
        arrives_at: Ints,
        least_life_s: int | None = None,
        *,
        safety_stock: bool = False,
    ) -> NDArray[np.int32]:
        """Return the units of an item that may be promised and live long enough if delivered at a second, by warehouse.

        Args:
            least_life_s: seconds of life that are enough; None: the item's minimum.
            safety_stock: whether safety stock counts, too.

        """
        least_s = self.least_life_s[item] if least_life_s is None else least_life_s
        return self._stock.alive(item, arrives_at + least_s, safety_stock=safety_stock)

    def next_lots(
        self, item: int, units: int, alive_at: Ints | None = None, issue: str | None = None
    ) -> Picked:
        """Return which lots some units of an item would be taken from at each warehouse: their age, and their expiry.

        Args:
            alive_at: second until which lots must live, by warehouse; None: whatever their age.
            issue: which lots leave first, a key of `lots.ISSUE`; None: as each warehouse does.

        """
        if self._next_lots is None:
            self._next_lots = NextLots(self._stock)
        return self._next_lots.of(item, units, alive_at, issue)

    def velocity(self, half_life_days: float) -> Velocity:
        """Return the count of units a day that left each warehouse for customers, the latest weighing most.

        Ask in `prepare`: counting begins with the first call.
        """
        found = self._velocities.get(half_life_days)
        if found is None:
            found = Velocity(self._clock, self.forecast.units_a_day, half_life_days)
            self._velocities[half_life_days] = found
            self._stock.on_sale.append(found.add)
        return found

    def may_serve(self, region: int, tags: int) -> Bools:
        """Tell which warehouses serve a region and may ship goods with some handling tags."""
        return self._may_serve[region, tags]

    def handles_tags(self, tags: int) -> Bools:
        """Tell which warehouses may keep and ship goods with some handling tags."""
        able: Bools = (tags & ~self._catalogue.handles) == 0
        return able

    def parcel(self, request: Request, lines: Sequence[int]) -> Parcel:
        """Return what the open units of some lines of a request amount to."""
        if len(lines) == len(request.open):
            units = sum(request.units)
            return Parcel(len(lines), units, request.grams, request.millilitres, request.tags)
        units = grams = millilitres = tags = 0
        for line in lines:
            item, count = request.items[line], request.units[line]
            units += count
            grams += self.grams[item] * count
            millilitres += self.millilitres[item] * count
            tags |= self.tags[item]
        return Parcel(len(lines), units, grams, millilitres, tags)

    def handling(self, parcel: Parcel) -> Ints:
        """Return what each warehouse spends on picking and packing a parcel, packaging included, in cents."""
        return self._handling[parcel.lines, parcel.units, parcel.tags]

    def reachable(self, region: int, parcel: Parcel) -> Bools:
        """Tell from which warehouses some service takes a parcel to a region."""
        lane = self._carriers.lanes[region, parcel.tags]
        return self._carriers.reaches(lane, parcel.grams, parcel.millilitres)

    def offer(
        self, region: int, parcel: Parcel, promised_at: int, choice: ServiceChoice = "cheapest_in_time"
    ) -> Offer:
        """Choose a service for a parcel at each warehouse.

        Raises ValueError for an unknown choice.
        """
        return self._offers.choose(region, parcel, promised_at, choice)

    def co2e_kg(self, region: int, parcel: Parcel, service: Ints) -> Floats:
        """Return what a parcel emits on its way to a region, with a service for each warehouse, kg.

        Raises ScenarioError where coordinates are missing and a service emits anything.
        """
        rate = self._carriers.co2e_g_per_tonne_km[service]
        if not np.count_nonzero(rate):
            return rate
        grams: Floats = np.rint(rate * parcel.grams / 1e6 * self.distance_m(region) / 1e3)
        return grams / 1e3

    def backlog_days(self) -> Floats:
        """Return how many days the work that waits at each warehouse lasts, run down its calendar.

        See `sim.view.backlog`.
        """
        return self._work_ahead().days()

    def backlog_falls_to(self, site: int, days: float) -> int:
        """Return when a warehouse has at most some days of backlog if nothing is added; NEVER for not at all."""
        return self._work_ahead().falls_to(site, days)

    def _serving(self, region: int, tags: int) -> Bools:
        return read_only(self._catalogue.serves[region] & ((tags & ~self._catalogue.handles) == 0))

    def _work_ahead(self) -> Backlog:
        if self._backlog is None:
            self._backlog = Backlog(self._clock, self._warehouses)
        return self._backlog

    def usage(self, of: str, per: str, *, rolling: bool = False) -> Usage:
        """Return the count of what each warehouse was given in its present calendar window, or in a rolling one.

        Ask in `prepare`: counting begins with the first call.
        """
        return self._tallies.usage(of, per, rolling=rolling)

    def turns(self) -> Turns:
        """Return when each warehouse was given something last. Ask in `prepare`, as for `usage`."""
        return self._tallies.turns()
