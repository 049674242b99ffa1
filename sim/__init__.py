"""The world: one replication in, one journal out. It knows nothing of what decides, nor of what is learned.

One replication is `simulate(scenario, policy)`. The names below are loaded when they are first used:
the command line answers without them.

Example:
    >>> from policies import load_policy
    >>> from reports import measure
    >>> from sim import load_scenario, simulate
    >>> journal = simulate(load_scenario("hello"), load_policy("nearest"))
    >>> round(measure(journal)["lead_time_mean_h"], 1)
    59.9

"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.cli.lab.experiment import Experiment
    from sim.cli.lab.sweep import sweep
    from sim.errors import InputError, OrderlabError, PolicyError, RuleSetError, ScenarioError
    from sim.execution.experiment import PolicySource, Variant
    from sim.journal import Journal
    from sim.occasions import Attempts, Batches, Reallocation
    from sim.policy import Allocation, Backorder, Cancel, Care, Part, Policy, Request, Wait, Why
    from sim.probes.check import check_policy
    from sim.replication import simulate
    from sim.scenario import Scenario, load_scenario
    from sim.view.network import Network

__all__ = [
    "Allocation",
    "Attempts",
    "Backorder",
    "Batches",
    "Cancel",
    "Care",
    "Experiment",
    "InputError",
    "Journal",
    "Network",
    "OrderlabError",
    "Part",
    "Policy",
    "PolicyError",
    "PolicySource",
    "Reallocation",
    "Request",
    "RuleSetError",
    "Scenario",
    "ScenarioError",
    "Variant",
    "Wait",
    "Why",
    "check_policy",
    "load_scenario",
    "simulate",
    "sweep",
]

_MODULES = {
    "sim.errors": ("InputError", "OrderlabError", "PolicyError", "RuleSetError", "ScenarioError"),
    "sim.execution.experiment": ("PolicySource", "Variant"),
    "sim.journal": ("Journal",),
    "sim.cli.lab.experiment": ("Experiment",),
    "sim.cli.lab.sweep": ("sweep",),
    "sim.view.network": ("Network",),
    "sim.occasions": ("Attempts", "Batches", "Reallocation"),
    "sim.policy": ("Allocation", "Backorder", "Cancel", "Care", "Part", "Policy", "Request", "Wait", "Why"),
    "sim.probes.check": ("check_policy",),
    "sim.replication": ("simulate",),
    "sim.scenario": ("Scenario", "load_scenario"),
}


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
