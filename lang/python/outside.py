"""What a function reads from outside while it is lowered: guarded, or not read.

A value is taken only if nothing that runs could change it, and is recorded with its access path; before
each run all of them are compared, and a difference compiles anew (the guards of PyTorch's Dynamo). What may
change during a run is not taken: it is read at that place, by a piece of Python. Called by `constants`.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from .settled import text_of, writes_of
from .source import FunctionSource

PURE_GLOBALS = (str, int, float, bool)
"""Types of values from outside that may stand as constants in a plan."""
_OURS = ("sglc",)
_MISSING = object()
_CODE = (ModuleType, FunctionType, BuiltinFunctionType, type)
"""What a program calls: nobody swaps it by `eval` or `setattr`."""


@dataclass(frozen=True)
class _Guard:
    """A name from outside, attributes from there on, and what stood there."""

    source: FunctionSource
    name: str
    attributes: tuple[str, ...]
    value: Any

    def holds(self) -> bool:
        """Whether the same stands there now."""
        owners = _walk(self.source, self.name, self.attributes)
        return owners is not None and _is_same(owners[-1], self.value)


@dataclass
class Outside:
    """The guards of a program. `is_disturbed`: pieces that may change any list have run before this place."""

    is_disturbed: bool = False
    _guards: dict[tuple[Callable[..., Any], str, tuple[str, ...]], _Guard] = field(
        default_factory=dict
    )

    def read(
        self,
        source: FunctionSource,
        name: str,
        attributes: tuple[str, ...] = (),
        with_functions: bool = False,
    ) -> tuple[Any] | None:
        """What stands at a path, in a 1-tuple; None where it is to be read when the program runs.

        `with_functions`: lists of functions are taken, too.
        """
        key = (source.function, name, attributes)
        owners = _walk(source, name, attributes)
        if owners is None or not _is_settled(source, name, attributes, owners):
            return None
        value = owners[-1]
        if _is_mutable(value):
            if self.is_disturbed or not _is_plain(value, with_functions):
                return None
            value = copy.deepcopy(value)
        self._guards.setdefault(key, _Guard(source, name, attributes, value))
        return (value,)

    def is_stale(self) -> bool:
        """Whether something that was taken is no longer what it was."""
        return not all(guard.holds() for guard in self._guards.values())


def _walk(source: FunctionSource, name: str, attributes: tuple[str, ...]) -> list[Any] | None:
    """The objects along a path, if reading them runs nobody's code."""
    found = source.outer(name)
    if found is None:
        return None
    owners = [found[0]]
    for attribute in attributes:
        value = _attribute(owners[-1], attribute)
        if value is _MISSING:
            return None
        owners.append(value)
    return owners


def _attribute(owner: Any, name: str) -> Any:
    """An attribute that is a plain value of a module, a class or an object; no property, no `__getattr__`."""
    if isinstance(owner, ModuleType):
        found = vars(owner).get(name, _MISSING)
        lazy = found is _MISSING and _is_ours(owner)
        return getattr(owner, name, _MISSING) if lazy else found
    if type(owner).__getattribute__ not in (object.__getattribute__, type.__getattribute__):
        return _MISSING
    found = inspect.getattr_static(owner, name, _MISSING)
    if isinstance(found, staticmethod | FunctionType) and isinstance(owner, type):
        return getattr(owner, name)
    if found is _MISSING or (hasattr(type(found), "__get__") and not inspect.isclass(found)):
        return getattr(owner, name) if inspect.ismemberdescriptor(found) else _MISSING
    return found


def _is_settled(
    source: FunctionSource, name: str, attributes: tuple[str, ...], owners: list[Any]
) -> bool:
    """Whether no function at hand sets the name, or an attribute of the path."""
    here = writes_of(source.source.text)
    is_data = not isinstance(owners[-1], _CODE)
    if name in here.names or (is_data and here.anything):
        return False
    own = source.function.__globals__.get("__name__")
    for owner, attribute in zip(owners, attributes, strict=False):
        if _is_ours(owner):
            continue
        if attribute in here.attributes:
            return False
        text = "" if _module_of(owner) == own else text_of(owner)
        if text is None:
            return False
        there = writes_of(text)
        if (is_data and there.anything) or attribute in there.attributes:
            return False
        if isinstance(owner, ModuleType) and attribute in there.names:
            return False
    return True


def _is_ours(owner: Any) -> bool:
    return isinstance(owner, ModuleType) and owner.__name__.partition(".")[0] in _OURS


def _module_of(owner: Any) -> str:
    """The name of the module whose functions know the attributes of an object."""
    if isinstance(owner, ModuleType):
        return owner.__name__
    return (owner if isinstance(owner, type) else type(owner)).__module__


def _is_mutable(value: Any) -> bool:
    """Whether a value can change in place, as far as it is a display of values."""
    if type(value) is tuple:
        return any(map(_is_mutable, value))
    return type(value) in (list, dict, set)


def _is_plain(value: Any, with_functions: bool = False) -> bool:
    """Whether a value is made of texts, numbers, lists, tuples and dictionaries alone; of functions, if they may be."""
    if type(value) in (list, tuple):
        return all(_is_plain(each, with_functions) for each in value)
    if type(value) is dict:
        return all(_is_plain(each, with_functions) for each in (*value, *value.values()))
    is_function = with_functions and isinstance(value, FunctionType)
    return value is None or type(value) in PURE_GLOBALS or is_function


def _is_same(now: Any, was: Any) -> bool:
    """Whether something still is what it was: plain values by value and type, everything else by identity."""
    if now is was:
        return True
    if type(now) is not type(was) or not (_is_plain(now, True) and _is_plain(was, True)):
        return False
    if type(was) in (list, tuple):
        return len(now) == len(was) and all(map(_is_same, now, was))
    if type(was) is dict:
        return list(now) == list(was) and all(_is_same(now[key], was[key]) for key in was)
    return bool(now == was) and repr(now) == repr(was)
