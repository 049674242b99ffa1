"""The JSON Schema of scenario files, for editors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sim.document import Section
from sim.scenario.distributions import Constant
from sim.scenario.generate import GenerateItems
from sim.scenario.model import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario as a YAML loader reads it, dates as ISO texts."""
    schema = Scenario.model_json_schema(schema_generator=_Generator)
    generate = GenerateItems.model_json_schema(schema_generator=_Generator)
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
    return {"$schema": DIALECT, **_untitled(schema), "title": "orderlab scenario"}


class _Generator(GenerateJsonSchema):
    """Writes defaults as they would be written in the file; those that are whole sections are left out."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        default = _as_written(schema.get("default"))
        return inner if default is None else {**inner, "default": default}


def _as_written(default: Any) -> Any:
    if isinstance(default, Constant):
        return default.value
    if isinstance(default, Decimal):
        return float(default)
    if isinstance(default, tuple):
        parts = [_as_written(part) for part in default]
        return None if None in parts else parts
    if isinstance(default, dict):
        return {str(key): value for key, value in default.items()}
    return None if isinstance(default, Section) else default


def _untitled(node: Any) -> Any:
    """Return the schema without titles, which only repeat the keys."""
    if isinstance(node, list):
        return [_untitled(part) for part in node]
    if not isinstance(node, dict):
        return node
    tidy = {}
    for key, value in node.items():
        if key == "properties":  # below it keys are those of scenarios
            tidy[key] = {name: _untitled(part) for name, part in value.items()}
        elif key != "title":
            tidy[key] = _untitled(value)
    return tidy
