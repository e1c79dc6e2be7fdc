"""Sampling parameters from a plan: JSON fields to `Sampling`, with every value checked.

Called for each gen; the values may have been computed by the program, so that they are the user's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, get_args

from ...ir.sampling import SAMPLING_FIELDS, Constraint, ConstraintKind, Sampling, out_of_range
from ...ir.target import PatternError, StopPattern
from .errors import RunError

_CONSTRAINTS = get_args(ConstraintKind)
_LISTS = {"stop": str, "stop_token_ids": int, "stop_regex": str}
_KINDS: dict[str, tuple[type, ...]] = {
    "int": (int,), "float": (int, float), "bool": (bool,), "int | None": (int, type(None)),
    "str": (str,),
}  # fmt: skip
_TYPES = {f.name: _KINDS[str(f.type)] for f in fields(Sampling) if str(f.type) in _KINDS}
PATTERN_HELP = "a pattern whose repetitions have no repetitions in them is found in good time"


def sampling_of(given: Mapping[str, Any]) -> Sampling:
    """The parameters that `given` spells. Raises RunError (SGL3207)."""
    return Sampling(**{name: _checked(name, value) for name, value in given.items()})


def split_dynamic(
    dynamic: Iterable[tuple[str, Any]], constraint: Constraint | None
) -> tuple[dict[str, Any], Constraint | None]:
    """Computed parameters: those of `Sampling`, and the constraint if one of them is it."""
    changes: dict[str, Any] = {}
    for name, value in dynamic:
        if name in _CONSTRAINTS:
            if not isinstance(value, str):
                raise _wrong(name, value, "a text")
            constraint = Constraint(name, value)  # type: ignore[arg-type]
        else:
            changes[name] = value
    return changes, constraint


def _checked(name: str, value: Any) -> Any:
    if name not in SAMPLING_FIELDS:
        raise RunError("SGL3207", f"there is no sampling parameter `{name}`")
    if name in _LISTS:
        return _sequence(name, value, _LISTS[name])
    kinds = _TYPES[name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise _wrong(name, value, " or ".join(kind.__name__ for kind in kinds))
    return _in_range(name, value)


def _in_range(name: str, value: Any) -> Any:
    wanted = out_of_range(name, value)
    if wanted is not None:
        raise _wrong(name, value, wanted)
    return value


def _sequence(name: str, value: Any, kind: type) -> tuple[Any, ...]:
    items = (value,) if isinstance(value, kind) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, kind) for item in items):
        raise _wrong(name, value, f"a list of {kind.__name__}")
    if name == "stop_regex":
        _check_patterns(items)
    return _in_range(name, tuple(items))


def _check_patterns(patterns: Iterable[str]) -> None:
    try:
        for pattern in patterns:
            StopPattern(pattern)
    except PatternError as error:
        raise RunError("SGL3207", f"`stop_regex`: {error}", PATTERN_HELP) from None


def _wrong(name: str, value: Any, wanted: str) -> RunError:
    return RunError("SGL3207", f"`{name}` is {value!r}; it must be {wanted}")
