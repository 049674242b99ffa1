"""What all parts of a rule have in common: a name, parameters, and a form in YAML."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from sim.document import Scalar, Section, nearest, wrong
from sim.errors import Problem, RuleSetError

ENTRY_POINTS = "orderlab.parts"
"""The group of entry points by which an installed package adds parts of its own."""


class Part(Section):
    """A filter, rank key or action: immutable, and made of explicit keyword parameters.

    In YAML a part is its name alone, `name: value` where a value is the parameter named by `main`, or
    `name: {parameter: value, ...}`. Where `takes_whole_value`, a mapping is the value of `main`, too.
    """

    name: ClassVar[str] = ""
    main: ClassVar[str | None] = None
    takes_whole_value: ClassVar[bool] = False

    @classmethod
    def summary(cls) -> str:
        """Return the first line of the docstring."""
        return (inspect.getdoc(cls) or "").partition("\n")[0]


P = TypeVar("P", bound=Part)

FEW = 8
"""So many parts are named in a message that says which of them can stand in a place."""


def parts_of(module: ModuleType, kind: type[P]) -> dict[str, type[P]]:
    """Return the parts of a kind by name, sorted: those that a module, or all of its folder, and packages define.

    Raises RuleSetError when a package adds a part under a name that is taken, or one that cannot be loaded.
    """
    found: dict[str, type[P]] = {
        value.name: value
        for place in _with_folder(module)
        for value in vars(place).values()
        if isinstance(value, type) and issubclass(value, kind) and value.name
    }
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            part = entry.load()
        except Exception as error:
            rule = f"adds a part that cannot be loaded: {type(error).__name__}: {error}"
            raise RuleSetError([Problem(f"package {entry.value}", rule)]) from error
        if isinstance(part, type) and issubclass(part, kind):
            if part.name in found and found[part.name] is not part:
                rule = f"adds a {kind.__name__.lower()} {part.name!r}, which exists"
                raise RuleSetError([Problem(f"package {entry.value}", rule)])
            found[part.name] = part
    return dict(sorted(found.items()))


def _with_folder(module: ModuleType) -> Iterator[ModuleType]:
    yield module
    for found in iter_modules(getattr(module, "__path__", ())):
        yield import_module(f"{module.__name__}.{found.name}")


class OneOf:
    """Metadata of an annotation: one part of a kind, by its name.

    Args:
        noun: what the part is, for messages.
        parts: by name.
        barred: names of parts that exist, and may stand elsewhere only.

    """

    def __init__(self, noun: str, parts: Mapping[str, type[Part]], barred: Sequence[str] = ()) -> None:
        self.noun = noun
        self._barred = frozenset(barred)
        self._noun = f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
        self._parts = parts

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices: dict[str, CoreSchema] = {}
        for name, part in self._parts.items():
            model = core_schema.no_info_before_validator_function(
                _spread_main(part), handler.generate_schema(part)
            )
            wrapped = core_schema.typed_dict_schema(
                {name: core_schema.typed_dict_field(model)}, extra_behavior="forbid"
            )
            choices[f"<{name}>"] = core_schema.no_info_after_validator_function(_only_value, wrapped)
        union = core_schema.tagged_union_schema(choices, self._tag)
        return core_schema.with_info_wrap_validator_function(self._read, union)

    def _read(self, given: Any, handler: Any, info: ValidationInfo) -> Any:
        if isinstance(given, BaseModel):
            if type(given) in self._parts.values():
                return given
            raise wrong(f"must be {self._noun}, not {type(given).__name__}")
        if isinstance(given, str):
            part = self._parts.get(given)
            if part is None:
                raise self._unknown(given)
            if any(field.is_required() for field in part.model_fields.values()):
                raise wrong(f"needs a value: {{{given}: …}}")
            return part.model_validate({}, context=info.context)
        return handler(given)

    def _tag(self, given: Any) -> str:
        if not isinstance(given, dict) or not given:
            raise wrong(f"must be {self._noun}; `orderlab list parts` shows them")
        name = str(next(iter(given)))
        if name not in self._parts:
            raise self._unknown(name, key=name)
        if len(given) > 1:
            second = list(given)[1]
            raise wrong(f"must be an element of its own: each is {self._noun}", key=str(second), unknown=True)
        return f"<{name}>"

    def _unknown(self, name: str, key: str = "") -> Exception:
        if name in self._barred:
            others = f": {', '.join(self._parts)} can" if len(self._parts) <= FEW else ""
            rule = f"is {self._noun}, but cannot stand here{others}"
            return wrong(rule, key=key, unknown=bool(key))
        few = len(self._parts) <= FEW
        rule = f"is not {self._noun} that can stand here; valid are {', '.join(sorted(self._parts))}"
        return wrong(
            rule if few else f"is not {self._noun}; `orderlab list parts` shows them",
            key=key,
            nearest=nearest(name, self._parts),
            unknown=bool(key),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        bare, forms = [], []
        for name, part in self._parts.items():
            parameters = handler.resolve_ref_schema(handler(part.__pydantic_core_schema__))
            if not parameters.get("required") and not parameters.get("minProperties"):
                bare.append(name)
            value: Any = parameters
            if part.main is not None:
                value = {"anyOf": [parameters["properties"][part.main], parameters]}
            forms.append(
                {
                    "type": "object",
                    "properties": {name: value},
                    "required": [name],
                    "additionalProperties": False,
                    "description": part.summary(),
                }
            )
        return {"anyOf": [{"enum": bare}, *forms]}


def _spread_main(part: type[Part]) -> Any:
    def spread(given: Any) -> Any:
        whole = part.takes_whole_value and not (isinstance(given, dict) and part.main in given)
        if isinstance(given, BaseModel) or (isinstance(given, dict) and not whole):
            return given
        if not part.model_fields:
            raise wrong(f"takes no value: write {part.name} alone")
        if part.main is None:
            return given
        if isinstance(given, Scalar) and given.is_empty:
            raise wrong("has no value: write one, or leave the colon out")
        return {part.main: given}

    return spread


def _only_value(mapping: dict[str, Any]) -> Any:
    return next(iter(mapping.values()))
