"""The JSON Schema of the files that people write, for editors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sim.document.section import Section

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def section_schema(model: type[Section]) -> dict[str, Any]:
    """Return the JSON Schema of a section, with its parts under `$defs`."""
    return model.model_json_schema(schema_generator=_Generator)


def titled(schema: dict[str, Any], title: str) -> dict[str, Any]:
    """Return the schema of a whole file (draft 2020-12): it has a title, and its parts have none."""
    return {"$schema": DIALECT, **_untitled(schema), "title": title}


class _Generator(GenerateJsonSchema):
    """Writes defaults as they would be written in the file; those that are whole sections are left out.

    What a section says of itself stands there without its example, which is Python.
    """

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        found = super().model_schema(schema)
        if "description" in found:
            found["description"] = found["description"].partition("\n\nExample:")[0]
        return found

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        default = as_written(schema.get("default"))
        return inner if default is None else {**inner, "default": default}


def as_written(default: Any) -> Any:
    """Return a default as it would be written in a file, in terms of JSON; None for what is a whole section."""
    if isinstance(default, Section) and set(type(default).model_fields) == {"value"}:
        return as_written(default.value)  # type: ignore[attr-defined]
    if isinstance(default, Decimal):
        return float(default)
    if isinstance(default, tuple):
        parts = [as_written(part) for part in default]
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
