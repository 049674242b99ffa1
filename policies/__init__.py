"""What decides: parts, rules and rule sets, and how they are read.

A rule set in Python is made of the same objects as one in YAML::

    RuleSet(rules=(Rule(filters=(IsUp(), HasStock(lines="all")), rank=Lexicographic(by=(DistanceKm(),))),))
"""

from policies.actions import ACTIONS, Assign, AssignUnits, Backorder, Cancel, Next, Wait
from policies.filters import FILTERS, Filter
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
from policies.load import build_policy, check_rule_set, find_rule_set, read_policies, shipped_rule_sets
from policies.part import Part
from policies.ranks import Cost, Lexicographic
from policies.rule import InGroup, OfKind, Rule
from policies.ruleset import RuleSet, rule_set_schema
from policies.split import OnlyIf, Split
from policies.timing import Attempts, InBatches, Reallocate

__all__ = [
    "ACTIONS",
    "FILTERS",
    "KEYS",
    "AnySite",
    "Assign",
    "AssignUnits",
    "Attempts",
    "AvailableUnits",
    "Backlog",
    "BacklogDays",
    "Backorder",
    "BelowBacklog",
    "BelowLimit",
    "Cancel",
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
    "Next",
    "NoDowntimeWithin",
    "NotTried",
    "OfAnyKind",
    "OfKind",
    "OnlyIf",
    "OverstockUnits",
    "Part",
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
    "Split",
    "SpoilageCredit",
    "StockAgeDays",
    "StockoutCost",
    "StorageRelieved",
    "TransitDays",
    "Utilisation",
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
