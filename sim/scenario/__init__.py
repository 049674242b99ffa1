"""Scenarios: the world without the policy, read from one YAML file and the tables beside it."""

from sim.scenario.load import check_scenario, find_scenario, load_scenario, shipped_scenarios
from sim.scenario.model import Scenario
from sim.scenario.resolved import write_resolved

__all__ = [
    "Scenario",
    "check_scenario",
    "find_scenario",
    "load_scenario",
    "shipped_scenarios",
    "write_resolved",
]
