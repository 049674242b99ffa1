"""One replication: a scenario, a policy and a number in; a journal out."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from numbers import Integral
from pathlib import Path

from sim.carrier.carriers import Carriers
from sim.catalogue import Catalogue
from sim.clock import END, Clock
from sim.decision.orchestrator import Orchestrator
from sim.decision.reallocation import Reallocations
from sim.decision.watch import Watch
from sim.errors import PolicyError, blaming
from sim.journal import Journal
from sim.ledger import CASH, STOCK, Ledger, post_at_site
from sim.lifecycle.creation import Creation
from sim.lifecycle.expectation import Expectations
from sim.lifecycle.fulfilment import Fulfilment
from sim.lifecycle.notices import Notices
from sim.lifecycle.payment import Payments
from sim.lifecycle.reconciliation import check_units, reconcile, units_held
from sim.lifecycle.returnfacts import ReturnFacts
from sim.lifecycle.returns import Returns
from sim.lifecycle.settlement import Settlement
from sim.lifecycle.waiting import Waiting
from sim.money import cents
from sim.orderbook.book import BLOCK_ORDERS, OrderBook
from sim.orderbook.names import order_ids
from sim.policy import Policy, Preparable
from sim.recorder import Facts, Recorder
from sim.scenario import Scenario
from sim.stock.claims import Claims
from sim.stock.disposals import Disposals
from sim.stock.door import Door
from sim.stock.expiry import Expiry
from sim.stock.inbound import Inbound, supply_sources
from sim.stock.inventory import Inventory
from sim.stock.opening import open_stock
from sim.stock.receipts import Receipts
from sim.stock.replenishment import replenish
from sim.view.network import Network
from sim.view.tallies import Tallies
from sim.view.visibility import LastSync
from sim.warehouse.samples import HourlySamples
from sim.warehouse.walk_ins import WalkIns
from sim.warehouse.warehouses import Warehouses


def simulate(
    scenario: Scenario,
    policy: Policy,
    replication: int = 0,
    *,
    seed: int | None = None,
    name: str = "policy",
    folder: str | Path | None = None,
    block_orders: int = BLOCK_ORDERS,
    watch: Watch | None = None,
) -> Journal:
    """Run one policy on one order book and return what happened.

    Args:
        scenario: the world.
        policy: what decides; its `prepare` is called if it has one.
        replication: which of infinitely many order books, from 0.
        seed: of all random numbers; by default the scenario's.
        name: of the policy, for error messages.
        folder: where the journal's Parquet files go, made if it is not there; None keeps it in memory.
        block_orders: how many orders are drawn at a time; it changes nothing but memory and speed.
        watch: who sees every decision, and may end the run with one order.

    Raises:
        PolicyError: the policy is none, or gave an answer that the world cannot carry out.
        TypeError, ValueError: the scenario is none, or the replication no whole number from 0.
        AssertionError: units, orders or money were not conserved: a bug of the engine.

    Example:
        >>> from policies import load_policy
        >>> from reports import measure
        >>> from sim import load_scenario, simulate
        >>> journal = simulate(load_scenario("hello"), load_policy("nearest"))
        >>> round(measure(journal)["cost_per_order"], 2)
        11.35

    """
    _check(scenario, policy, replication, name)
    if folder is not None:
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
    with _few_collections():
        return _run(scenario, policy, int(replication), seed, name, folder, block_orders, watch)


def _check(scenario: object, policy: object, replication: object, name: str) -> None:
    """Refuse what is not what it should be, before anything is built from it."""
    if not isinstance(scenario, Scenario):
        raise TypeError(f"scenario: {scenario!r:.60}, must be a Scenario, as load_scenario returns it")
    if isinstance(policy, type):
        raise PolicyError(f"{policy.__name__} is a class: pass an instance, {policy.__name__}()", policy=name)
    if not isinstance(policy, Policy):
        has = "has no allocate(order, network); policies.load_policy makes a policy from a name"
        raise PolicyError(f"{policy!r:.60} {has}", policy=name)
    if isinstance(replication, bool) or not isinstance(replication, Integral):
        raise TypeError(f"replication: {replication!r:.60}, must be a whole number")
    if int(replication) < 0:
        raise ValueError(f"replication: {replication}, must be 0 or more")


def _run(
    scenario: Scenario,
    policy: Policy,
    replication: int,
    seed: int | None,
    name: str,
    folder: Path | None,
    block_orders: int,
    watch: Watch | None,
) -> Journal:
    seed = scenario.seed if seed is None else seed
    catalogue = Catalogue(scenario)
    clock = Clock()
    book = OrderBook(catalogue, seed, replication, block_orders)
    inventory = Inventory(clock, catalogue)
    open_stock(catalogue, inventory)
    carriers = Carriers(clock, catalogue)
    facts = Facts(
        start=catalogue.start,
        window=catalogue.window,
        end=catalogue.end,
        names={
            "region": catalogue.region_ids,
            "segment": catalogue.segment_ids,
            "warehouse": catalogue.site_ids,
            "item": catalogue.item_ids,
            "service": carriers.ids,
            "source": supply_sources(catalogue),
        },
        order_ids=partial(order_ids, scenario),
        about={
            "scenario": scenario.id,
            "title": scenario.name or scenario.id,
            "currency": scenario.currency,
            "timezone": scenario.timezone,
        },
    )
    recorder = Recorder(facts, folder)
    ledger = Ledger(recorder)
    settlement = Settlement(clock, catalogue, carriers, ledger, recorder)
    payments = Payments(catalogue)
    warehouses = Warehouses(clock, catalogue, seed, replication)
    disposals = Disposals(clock, inventory, ledger, recorder)
    expiry = Expiry(clock, inventory, disposals)
    claims = Claims(inventory)
    waiting = Waiting(clock, inventory)
    on_receipt: list[Callable[[Iterable[int], int], None]] = [waiting.after_receipt]
    last_sync = None
    if scenario.visibility.sync_minutes:
        last_sync = LastSync(clock, catalogue, inventory, on_receipt)
    door = Door(clock, catalogue, inventory, disposals)
    receipts = Receipts(
        inventory, expiry, claims, door, on_receipt if last_sync is None else [last_sync.received]
    )
    expectations = Expectations(clock, catalogue, warehouses, carriers)
    return_facts = ReturnFacts(catalogue)
    notices = Notices(clock, expectations, return_facts)
    tallies = Tallies(clock, catalogue)
    fulfilment = Fulfilment(
        clock, catalogue, inventory, claims, receipts, disposals, waiting, carriers, warehouses, payments,
        expectations, notices, settlement, return_facts, tallies.kept,
    )  # fmt: skip
    expiry.on_loss = fulfilment.shortfalls.lose
    warehouses.on_up.append(waiting.after_site_up)
    returns = Returns(
        clock, catalogue, return_facts, inventory, warehouses, receipts, disposals, fulfilment, payments, notices,
        settlement, recorder,
    )  # fmt: skip
    fulfilment.shipping.on_delivery = returns.delivered
    network = Network(
        clock, catalogue, last_sync or inventory, warehouses, carriers, tallies, seed, replication
    )
    policy = _prepared(policy, network, name)
    _buy_opening_stock(inventory, ledger)
    inbound = Inbound(clock, catalogue, inventory, receipts, ledger, recorder)
    replenish(clock, catalogue, inventory, claims, inbound, seed, replication)
    HourlySamples(clock, catalogue, inventory, door, warehouses, ledger, recorder)
    walk_ins = WalkIns(clock, catalogue, seed, replication, inventory, warehouses, ledger, recorder)
    orchestrator = Orchestrator(
        clock, catalogue, name, policy, network, carriers, fulfilment, settlement, waiting, notices, recorder,
        last_sync, watch,
    )  # fmt: skip
    Creation(clock, catalogue, book, payments, fulfilment, settlement, waiting, notices, orchestrator.put)
    if orchestrator.reallocation is not None:
        Reallocations(
            clock, orchestrator.reallocation, orchestrator, fulfilment, inventory, on_receipt, last_sync
        )
    if watch is not None:
        settlement.ends_with = watch.ends_with
    clock.due(catalogue.window[1], END, lambda _: settlement.stop_if_done())
    clock.due(catalogue.end, END, lambda _: clock.stop())
    clock.run()

    reserved, staged = units_held(settlement, inventory)
    check_units(catalogue, inventory, reserved, staged)
    inbound.close()
    warehouses.write_outages(recorder)
    returns.close()
    settlement.close(return_facts.is_complete)
    walk_ins.post()
    ledger.flush()
    assert not ledger.totals.sum(), f"ledger out of balance by {ledger.totals.sum()} cents"
    reconcile(recorder, settlement, inventory, staged, ledger)
    return recorder.close()


def _prepared(policy: Policy, network: Network, name: str) -> Policy:
    """Tell a policy of its network and return what decides."""
    if not isinstance(policy, Preparable):
        return policy
    with blaming(name, "prepare"):
        decides = policy.prepare(network)
    if decides is None:
        return policy
    if not isinstance(decides, Policy):
        kind = type(decides).__name__
        raise PolicyError(f"prepare returned {kind}, which has no allocate(order, network)", policy=name)
    return decides


def _buy_opening_stock(inventory: Inventory, ledger: Ledger) -> None:
    for site, amount in enumerate(inventory.values().tolist()):
        if amount:
            post_at_site(ledger, 0, site, STOCK, CASH, cents(amount))


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for cyclic garbage rarely: a run makes none worth the search, which costs up to a fifth of its time."""
    thresholds = gc.get_threshold()
    gc.collect(1)  # the young are what an earlier run left; a search of everything takes a tenth of a second
    gc.freeze()
    gc.set_threshold(1_000_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
