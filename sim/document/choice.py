"""A value of several forms, told apart by its keys, so that only the form meant is checked and reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim.document.section import Section, nearest, wrong
from sim.document.tree import Map, Scalar, Seq

TAG = "<{}>"
"""How a form is named in pydantic's locations; `translate` knows it from a key by its brackets."""


class Forms:
    """Metadata of an annotation: chooses a form by key, and checks the value against that form alone.

    Args:
        noun: what the value is, for messages.
        by_key: a mapping that has this key takes this form. The first key that is there decides.
        named: the same, and the value is what stands under the key: `{gamma: {mean: 3, cv: 0.3}}`.
        bare: the form of a single value (a text or number).
        listed: the form of a list.
        otherwise: the form of a mapping with none of the keys; without it such a mapping is an error.

    """

    def __init__(
        self,
        noun: str,
        by_key: Mapping[str, Any] | None = None,
        *,
        named: Mapping[str, Any] | None = None,
        bare: Any = None,
        listed: Any = None,
        otherwise: Any = None,
    ) -> None:
        self.noun = noun
        self._a_noun = f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
        self.by_key = dict(by_key or {})
        self.named = dict(named or {})
        self._keys = [*self.named, *self.by_key]
        self._others = {"bare": bare, "listed": listed, "otherwise": otherwise}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        forms = {**{key: form for key, form in self._others.items() if form is not None}, **self.by_key}
        choices = {TAG.format(name): handler.generate_schema(form) for name, form in forms.items()}
        for name, form in self.named.items():
            field = core_schema.typed_dict_field(handler.generate_schema(form))
            wrapped = core_schema.typed_dict_schema({name: field}, extra_behavior="forbid")
            choices[TAG.format(name)] = core_schema.no_info_after_validator_function(_only_value, wrapped)
        union = core_schema.tagged_union_schema(choices, self._tag)
        return core_schema.no_info_wrap_validator_function(self._read, union)

    def sections(self) -> dict[str, type[Section]]:
        """Return the forms that are sections, each once, by the first key that chooses it, or by nothing."""
        found: dict[type[Section], str] = {}
        for key, form in {"": self._others["otherwise"], **self.by_key}.items():
            if isinstance(form, type) and issubclass(form, Section):
                found.setdefault(form, key)
        return {key: form for form, key in found.items()}

    def _read(self, given: Any, handler: Any) -> Any:
        # Models that Python code built are finished; documents hold none.
        return given if isinstance(given, BaseModel) else handler(given)

    def _tag(self, given: Any) -> str:
        if isinstance(given, dict):
            for key in self._keys:
                if key in given:
                    return TAG.format(key)
            form = "otherwise"
        elif isinstance(given, (Seq, list, tuple)):
            form = "listed"
        else:
            form = "bare"
            if isinstance(given, Scalar) and given.is_empty:
                raise wrong("has no value: write one, or leave the key out")
        if self._others[form] is not None:
            return TAG.format(form)
        if isinstance(given, Map) and len(given) == 1:
            (key,) = given
            close = nearest(key, self._keys)
            rule = f"is not {self._a_noun}" if close else f"is not {self._a_noun}; valid are {self._valid()}"
            raise wrong(rule, key=key, nearest=close, unknown=True)
        raise wrong(f"must be {self._a_noun}: {self._valid()}")

    def _valid(self) -> str:
        bare = [] if self._others["bare"] is None else ["a single value"]
        return ", ".join([*bare, *(f"{{{key}: …}}" for key in self._keys)])


def _only_value(mapping: dict[str, Any]) -> Any:
    return next(iter(mapping.values()))
