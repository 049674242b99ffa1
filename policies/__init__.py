"""What decides: parts, rules and rule sets, and how they are read.

A rule set in Python is made of the same objects as one in YAML::

    RuleSet(rules=(Rule(filters=(IsUp(), HasStock(lines="all")), rank=Lexicographic(by=(DistanceKm(),))),))
"""

from policies.actions import ACTIONS, Assign, Backorder, Cancel, Next, Wait
from policies.filters import FILTERS, Filter
from policies.filters.goods import HandlesItems, HasStock
from policies.filters.limits import BelowLimit
from policies.filters.place import Within
from policies.filters.status import IsUp
from policies.filters.stock import IgnoreSafetyStock, KeepBack, ShelfLifeLeft
from policies.keys import KEYS, Key
from policies.keys.choice import FewestShipments, SiteId, SiteRank
from policies.keys.demand import SalesVelocity, WeeksOfSupply
from policies.keys.load import Backlog
from policies.keys.money import Freight, Handling, LandedCost
from policies.keys.risk import SpoilageCredit, StockoutCost
from policies.keys.stock import AvailableUnits, OverstockUnits, StockAgeDays
from policies.keys.way import DistanceKm, TransitDays
from policies.load import build_policy, check_rule_set, find_rule_set, read_policies, shipped_rule_sets
from policies.part import Part
from policies.ranks import Cost, Lexicographic
from policies.rule import InGroup, OfKind, Rule
from policies.ruleset import RuleSet, rule_set_schema
from policies.split import Split
from policies.timing import Attempts, InBatches, Reallocate

__all__ = [
    "ACTIONS",
    "FILTERS",
    "KEYS",
    "Assign",
    "Attempts",
    "AvailableUnits",
    "Backlog",
    "Backorder",
    "BelowLimit",
    "Cancel",
    "Cost",
    "DistanceKm",
    "FewestShipments",
    "Filter",
    "Freight",
    "HandlesItems",
    "Handling",
    "HasStock",
    "IgnoreSafetyStock",
    "InBatches",
    "InGroup",
    "IsUp",
    "KeepBack",
    "Key",
    "LandedCost",
    "Lexicographic",
    "Next",
    "OfKind",
    "OverstockUnits",
    "Part",
    "Reallocate",
    "Rule",
    "RuleSet",
    "SalesVelocity",
    "ShelfLifeLeft",
    "SiteId",
    "SiteRank",
    "Split",
    "SpoilageCredit",
    "StockAgeDays",
    "StockoutCost",
    "TransitDays",
    "Wait",
    "WeeksOfSupply",
    "Within",
    "build_policy",
    "check_rule_set",
    "find_rule_set",
    "read_policies",
    "rule_set_schema",
    "shipped_rule_sets",
]
