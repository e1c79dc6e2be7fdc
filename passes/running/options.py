"""A pass as text: `hoist-prefix{min-tokens=64}`. The fields of its dataclass are its options.

Used by `--passes`, by reproducers and by the documentation of the passes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, cast, get_type_hints

from .context import Pass

_STEP = re.compile(r"\s*([a-z][a-z0-9-]*)\s*(?:\{([^{}]*)\})?\s*(,|$)")


class PipelineError(ValueError):
    """A list of passes that cannot be read; the message is for the user."""


def parse_passes(text: str, registry: Mapping[str, type[Pass]]) -> tuple[Pass, ...]:
    """Read `name{option=value, ...},name,...`. Raises PipelineError."""
    steps: list[Pass] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise PipelineError(f"cannot read the list of passes at `{text[position:]}`")
        steps.append(_make(match[1], match[2] or "", registry))
        position = match.end()
    return tuple(steps)


def describe(passes: Sequence[Pass]) -> str:
    """The text that `parse_passes` reads back; options that have their default are left out."""
    return ",".join(_describe_one(step) for step in passes)


def option_fields(kind: type[Pass]) -> list[tuple[str, type, object]]:
    """The options of a pass: name as the user writes it, type, default."""
    hints = get_type_hints(kind)
    return [
        (option.name.replace("_", "-"), hints[option.name], option.default)
        for option in _fields(kind)
    ]


def _fields(kind: type[Pass]) -> tuple[Field[object], ...]:
    return cast("tuple[Field[object], ...]", fields(cast("Any", kind)))


def _describe_one(step: Pass) -> str:
    given = [
        f"{option.name.replace('_', '-')}={_show(getattr(step, option.name))}"
        for option in _fields(type(step))
        if option.default is MISSING or getattr(step, option.name) != option.default
    ]
    return step.name + ("{" + ",".join(given) + "}" if given else "")


def _show(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _make(name: str, options: str, registry: Mapping[str, type[Pass]]) -> Pass:
    if name not in registry:
        raise PipelineError(f"no pass is called `{name}`; there are {', '.join(sorted(registry))}")
    kind = registry[name]
    known = {option: hint for option, hint, _ in option_fields(kind)}
    given: dict[str, object] = {}
    for item in filter(None, (part.strip() for part in options.split(","))):
        key, _, value = (part.strip() for part in item.partition("="))
        if key not in known:
            choices = ", ".join(known) or "none"
            raise PipelineError(f"`{name}` has no option `{key}`; it has {choices}")
        given[key.replace("-", "_")] = _read(name, key, value, known[key])
    return cast("Any", kind)(**given)


def _read(name: str, key: str, value: str, kind: type) -> object:
    if kind is bool and value in ("true", "false", ""):
        return value != "false"
    try:
        if kind in (int, float, str):
            return kind(value)
    except ValueError:
        pass
    raise PipelineError(f"option `{key}` of `{name}` takes {kind.__name__}, not `{value}`")
