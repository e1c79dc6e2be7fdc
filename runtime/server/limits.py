"""What one request may cost: one table of limits, each of them the default of an option."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from ...ir.constrained.pattern import compile_pattern
from ...ir.constrained.regex import Alt, Chars, Regex, RegexError, Repeat
from ...ir.sampling import Constraint
from .refusal import Refusal, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a server. Sizes in bytes, times in seconds, the others are counts."""

    body: int = 8 << 20  # of a request
    json_depth: int = 64  # arrays and objects inside each other, in a request
    prompt_tokens: int | None = None  # None: what the model's context holds
    prompts: int = 256  # in one request
    samples: int = 64  # of one prompt: `n`
    schema: int = 64 << 10  # of a JSON schema
    schema_depth: int = 32
    pattern_states: int = 4_000  # of a regular expression, its counted repetitions written out
    grammar: int = 64 << 10
    compile_s: float = 10.0  # for a constraint
    arms: int = 256  # of one fork of a program
    calls: int = 10_000  # of one run of a program
    running: int = 256  # prompts and samples at a time
    waiting: int = 1_024  # requests that wait for room; more are told to come again
    request_s: float = 600.0
    send_s: float = 30.0  # for a client to take what it is sent
    drain_s: float = 30.0  # for what is under way when the server is told to stop


def check_constraint(constraint: Constraint | None, limits: Limits, param: str) -> None:
    """Raise Refusal for a constraint that costs too much to compile."""
    if constraint is None:
        return
    size = len(constraint.text.encode("utf-8", "replace"))
    match constraint.kind:
        case "regex":
            _check_pattern(constraint.text, limits, param)
        case "json" if size > limits.schema:
            raise _too_much(param, f"a JSON schema of {size} bytes", limits.schema)
        case "grammar" if size > limits.grammar:
            raise _too_much(param, f"a grammar of {size} bytes", limits.grammar)
        case _:
            pass


def check_schema(schema: Any, limits: Limits, param: str) -> None:
    """Raise Refusal for a JSON schema that is nested too deeply, or whose patterns cost too much."""
    stack: list[tuple[Any, int]] = [(schema, 1)]
    while stack:
        part, depth = stack.pop()
        if depth > limits.schema_depth:
            raise _too_much(
                param, "a JSON schema nested more deeply than that", limits.schema_depth
            )
        if isinstance(part, Mapping):
            found = cast("Mapping[str, Any]", part)
            _check_keywords(found, limits, param)
            stack += [(value, depth + 1) for value in found.values()]
        elif isinstance(part, list):
            stack += [(value, depth + 1) for value in cast("list[Any]", part)]


def _check_keywords(schema: Mapping[str, Any], limits: Limits, param: str) -> None:
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        _check_pattern(pattern, limits, param)
    for name in (
        "minItems",
        "maxItems",
        "minLength",
        "maxLength",
        "minProperties",
        "maxProperties",
    ):
        bound = schema.get(name)
        if isinstance(bound, int | float) and bound > limits.pattern_states:
            raise _too_much(param, f"`{name}` of {bound}", limits.pattern_states)


def _check_pattern(pattern: str, limits: Limits, param: str) -> None:
    try:
        states = _states(compile_pattern(pattern))
    except RegexError as error:
        raise wrong(param, f"this regular expression can't be used: {error}") from None
    if states > limits.pattern_states:
        raise _too_much(param, f"a regular expression of {states} states", limits.pattern_states)


def _states(regex: Regex) -> int:
    """How many characters an expression is long when its repetitions are written out."""
    match regex:
        case Chars():
            return 1
        case Repeat(item, least, most):
            return _states(item) * max(least, 1 if most is None else most, 1)
        case Alt(items):
            return sum(map(_states, items))
        case _:
            return sum(map(_states, regex.items))


def _too_much(param: str, what: str, limit: int) -> Refusal:
    return wrong(
        param, f"{what} is more than this server takes, which is {limit}", "ask for less at once"
    )
