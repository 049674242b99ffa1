"""What decides: parts, rules and rule sets, and how they are read.

A rule set in Python is made of the same objects as one in YAML::

    RuleSet(rules=(Rule(filters=(IsUp(), HasStock(lines="all")), rank=Lexicographic(by=(DistanceKm(),))),))
"""

from policies.actions import ACTIONS, Assign, AssignAll, AssignUnits, Backorder, Cancel, Care, Next, Wait
from policies.doubts import policy_doubts
from policies.filters import FILTERS, Filter
from policies.filters.filter import Penalty
from policies.filters.goods import HandlesItems, HasStock
from policies.filters.limits import BelowBacklog, BelowLimit
from policies.filters.place import AnySite, InAnyGroup, OfAnyKind, SameZone, Within
from policies.filters.status import IsUp, NoDowntimeWithin, NotTried, PromiseCanBeMet
from policies.filters.stock import IgnoreSafetyStock, KeepBack, ShelfLifeLeft
from policies.keys import KEYS, Key
from policies.keys.choice import FewestShipments, Random, SiteId, SiteRank
from policies.keys.demand import SalesVelocity, WeeksOfSupply
from policies.keys.load import Backlog, BacklogDays, LeastRecentlyUsed, RemainingLimit, Utilisation
from policies.keys.money import Freight, Handling, LandedCost, LatenessCost
from policies.keys.risk import SpoilageCredit, StockoutCost
from policies.keys.stock import AvailableUnits, OverstockUnits, StockAgeDays
from policies.keys.storage import StorageRelieved
from policies.keys.way import Co2eKg, DistanceKm, TransitDays
from policies.load import (
    build_policy,
    check_rule_set,
    find_rule_set,
    load_policy,
    read_policies,
    shipped_rule_sets,
)
from policies.part import Part
from policies.ranks import Cost, Lexicographic, Penalties
from policies.rule import InGroup, OfKind, Rule
from policies.ruleset import RuleSet, rule_set_schema
from policies.soft import Soft
from policies.splits.split import OnlyIf, Split
from policies.timing import Attempts, InBatches, Reallocate
from policies.when import Active, LineTerms, OrderTerms, When

__all__ = [
    "ACTIONS",
    "FILTERS",
    "KEYS",
    "Active",
    "AnySite",
    "Assign",
    "AssignAll",
    "AssignUnits",
    "Attempts",
    "AvailableUnits",
    "Backlog",
    "BacklogDays",
    "Backorder",
    "BelowBacklog",
    "BelowLimit",
    "Cancel",
    "Care",
    "Co2eKg",
    "Cost",
    "DistanceKm",
    "FewestShipments",
    "Filter",
    "Freight",
    "HandlesItems",
    "Handling",
    "HasStock",
    "IgnoreSafetyStock",
    "InAnyGroup",
    "InBatches",
    "InGroup",
    "IsUp",
    "KeepBack",
    "Key",
    "LandedCost",
    "LatenessCost",
    "LeastRecentlyUsed",
    "Lexicographic",
    "LineTerms",
    "Next",
    "NoDowntimeWithin",
    "NotTried",
    "OfAnyKind",
    "OfKind",
    "OnlyIf",
    "OrderTerms",
    "OverstockUnits",
    "Part",
    "Penalties",
    "Penalty",
    "PromiseCanBeMet",
    "Random",
    "Reallocate",
    "RemainingLimit",
    "Rule",
    "RuleSet",
    "SalesVelocity",
    "SameZone",
    "ShelfLifeLeft",
    "SiteId",
    "SiteRank",
    "Soft",
    "Split",
    "SpoilageCredit",
    "StockAgeDays",
    "StockoutCost",
    "StorageRelieved",
    "TransitDays",
    "Utilisation",
    "Wait",
    "WeeksOfSupply",
    "When",
    "Within",
    "build_policy",
    "check_rule_set",
    "find_rule_set",
    "load_policy",
    "policy_doubts",
    "read_policies",
    "rule_set_schema",
    "shipped_rule_sets",
]
