"""The JSON Schema of scenario files, for editors."""

from __future__ import annotations

from typing import Any

from sim.document import section_schema, titled
from sim.scenario.generate import GenerateItems
from sim.scenario.model import Scenario


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario as a YAML loader reads it, dates as ISO texts."""
    schema = section_schema(Scenario)
    generate = section_schema(GenerateItems)
    schema["$defs"].update(generate.pop("$defs", {}))
    schema["$defs"]["GenerateItems"] = generate
    schema["properties"]["items"]["anyOf"].append(
        {
            "type": "object",
            "properties": {"generate": {"$ref": "#/$defs/GenerateItems"}},
            "required": ["generate"],
            "additionalProperties": False,
        }
    )
    # A replay knows its own start and days.
    schema["required"] = [key for key in schema["required"] if key not in ("start", "days")]
    schema["if"] = {"properties": {"demand": {"required": ["replay"]}}}
    schema["else"] = {"required": ["start", "days"]}
    return titled(schema, "orderlab scenario")
