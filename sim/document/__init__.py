"""Reading of YAML files and CSV tables that people wrote: every problem at once, each at its place."""

from sim.document.change import find
from sim.document.choice import Forms
from sim.document.document import Document, read, read_text
from sim.document.fields import (
    Amount,
    Count,
    CountKey,
    Days,
    Hours,
    Id,
    Identifier,
    LocalTime,
    Money,
    Name,
    Number,
    PositiveCount,
    PositiveDays,
    PositiveHours,
    Probability,
    Quantity,
    Reference,
    Switch,
    Text,
    Whole,
)
from sim.document.listing import Listing
from sim.document.schema import section_schema, titled
from sim.document.section import Checking, Section, checking, nearest, wrong
from sim.document.translate import in_order, problem_at, problems_of
from sim.document.tree import Map, Node, Scalar, Seq, plain
from sim.document.write import write

__all__ = [
    "Amount",
    "Checking",
    "Count",
    "CountKey",
    "Days",
    "Document",
    "Forms",
    "Hours",
    "Id",
    "Identifier",
    "Listing",
    "LocalTime",
    "Map",
    "Money",
    "Name",
    "Node",
    "Number",
    "PositiveCount",
    "PositiveDays",
    "PositiveHours",
    "Probability",
    "Quantity",
    "Reference",
    "Scalar",
    "Section",
    "Seq",
    "Switch",
    "Text",
    "Whole",
    "checking",
    "find",
    "in_order",
    "nearest",
    "plain",
    "problem_at",
    "problems_of",
    "read",
    "read_text",
    "section_schema",
    "titled",
    "write",
    "wrong",
]
