"""Sampling parameters from a plan: JSON fields to `Sampling`, with every value checked.

Called for each gen; the values may have been computed by the program, so that they are the user's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, get_args

from ...ir.sampling import SAMPLING_FIELDS, Constraint, ConstraintKind, Sampling
from .errors import RunError

_CONSTRAINTS = get_args(ConstraintKind)
_LISTS = {"stop": str, "stop_token_ids": int, "stop_regex": str}
_KINDS: dict[str, tuple[type, ...]] = {
    "int": (int,), "float": (int, float), "bool": (bool,), "int | None": (int, type(None)),
}  # fmt: skip
_TYPES = {f.name: _KINDS[str(f.type)] for f in fields(Sampling) if str(f.type) in _KINDS}
_LEAST: dict[str, float] = {
    "max_tokens": -1, "min_tokens": 0, "temperature": 0, "top_p": 0, "top_k": -1, "min_p": 0,
    "repetition_penalty": 0, "n": 1, "top_logprobs": 0,
}  # fmt: skip
_MOST: dict[str, float] = {"top_p": 1, "min_p": 1}


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
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = _LEAST.get(name), _MOST.get(name)
        if (low is not None and value < low) or (high is not None and value > high):
            raise _wrong(
                name, value, f"{'at least ' + str(low) if high is None else 'between 0 and 1'}"
            )
    return value


def _sequence(name: str, value: Any, kind: type) -> tuple[Any, ...]:
    items = (value,) if isinstance(value, kind) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, kind) for item in items):
        raise _wrong(name, value, f"a list of {kind.__name__}")
    return tuple(items)


def _wrong(name: str, value: Any, wanted: str) -> RunError:
    return RunError("SGL3207", f"`{name}` is {value!r}; it must be {wanted}")
