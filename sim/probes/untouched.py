"""Whether somebody left things as they were: the parameters of a policy, and what the network shows."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.document import Section
from sim.view.network import Network


def parameters(policy: Any) -> list[inspect.Parameter]:
    """Return the parameters that the class of a policy is made with; none for one that cannot be changed."""
    if isinstance(policy, Section) or type(policy).__init__ is object.__init__:
        return []
    return list(inspect.signature(type(policy).__init__).parameters.values())[1:]


def hidden_parameters(policy: Any) -> Iterator[str]:
    """Yield what is said of parameters that cannot be read off an instance."""
    for parameter in parameters(policy):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            yield f"its parameters hide in *{parameter.name}"
        elif not hasattr(policy, parameter.name):
            yield f"its parameter {parameter.name} is not stored as self.{parameter.name}"


class Parameters:
    """The parameters of a policy as they are now."""

    def __init__(self, policy: Any) -> None:
        self._policy = policy
        names = [parameter.name for parameter in parameters(policy) if hasattr(policy, parameter.name)]
        self._before = {name: _copied(getattr(policy, name)) for name in names}

    def changed(self) -> list[str]:
        """Return the names of those that are not as they were."""
        return [
            name
            for name, value in self._before.items()
            if not _is_same(value, getattr(self._policy, name, None))
        ]


def _copied(value: Any) -> Any:
    try:
        return deepcopy(value)
    except Exception:  # what cannot be copied is compared with itself
        return value


def _is_same(a: Any, b: Any) -> bool:
    try:
        return a is b or bool(np.all(a == b))
    except Exception:  # a comparison of its own, which fails
        return False


class Shown:
    """What a network shows now: its public arrays and lists."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._values = {name: value for name, value in vars(network).items() if name[0] != "_"}
        self._arrays: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {
            name: (value, value.copy())
            for name, value in self._values.items()
            if isinstance(value, np.ndarray)
        }

    def put_back(self) -> list[str]:
        """Undo what has changed since, so that the play can go on, and return its names."""
        found = []
        for name, (array, before) in self._arrays.items():
            if not np.array_equal(array, before):
                found.append(name)
                own = array if array.flags.writeable else array.base
                np.copyto(own, before)  # type: ignore[arg-type]
            if array.flags.writeable:
                array.flags.writeable = False
        for name in {*self._values, *(name for name in vars(self._network) if name[0] != "_")}:
            if vars(self._network).get(name) is not self._values.get(name):
                found.append(name)
                if name in self._values:
                    setattr(self._network, name, self._values[name])
                else:
                    delattr(self._network, name)
        return sorted(set(found))
