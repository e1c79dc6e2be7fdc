"""Sampling parameters as they come over the wire: a protocol's names to fields of `Sampling`, each in its range."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from ...ir.sampling import SAMPLING_TYPES, Sampling, out_of_range
from ...ir.target import PatternError, StopPattern
from .limits import Limits
from .refusal import Refusal, wrong

MOST_SEED = 2**63


def sampling_of(given: Mapping[str, Any], wire: Mapping[str, str], base: Sampling) -> Sampling:
    """`base` with what is given; `wire` has the field for each name. None is not given. Raises Refusal."""
    changes: dict[str, Any] = {}
    for name, field in wire.items():
        value = given.get(name)
        if value is None:
            continue
        value = _as_tuple(value) if SAMPLING_TYPES[field].startswith("tuple") else value
        wanted = out_of_range(field, value)
        if wanted is not None:
            raise wrong(name, f"`{name}` is {value!r:.60}; it must be {wanted}")
        changes[field] = value
    made = base.merged(**changes)
    _check_patterns(made.stop_regex)
    return made


def seeds_of(seed: int | None, count: int, limits: Limits, param: str = "n") -> tuple[int, ...]:
    """One seed per sample: the given one and those after it, or any. Raises Refusal."""
    if not 1 <= count <= limits.samples:
        raise wrong(param, f"`{param}` is {count}; it must be from 1 to {limits.samples}")
    if seed is None:
        return tuple(secrets.randbits(62) for _ in range(count))
    return tuple((seed + sample) % MOST_SEED for sample in range(count))


def refuse_given(given: Mapping[str, Any], meaningless: Mapping[str, Any], help: str = "") -> None:
    """Raise Refusal for a parameter that would not be obeyed, unless it is what it is without being said."""
    for name, usual in meaningless.items():
        value = given.get(name)
        if value is not None and value != usual:
            raise Refusal(400, "unsupported", f"`{name}` is not supported", help, param=name)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)


def _check_patterns(patterns: Sequence[str]) -> None:
    for pattern in patterns:
        try:
            StopPattern(pattern)
        except PatternError as error:
            raise wrong("stop_regex", f"`stop_regex`: {error}") from None
