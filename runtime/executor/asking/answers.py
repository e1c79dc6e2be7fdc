"""From what a model said to the value that the program sees."""

from __future__ import annotations

import json
from typing import Any

from ....ir.constrained.calls import ToolSet
from ....ir.constrained.shape import parse_output
from ....ir.sampling import Constraint, Sampling
from ....ir.types import OptionalType, Type, parse_type
from ...backend import Completion
from ...plan.errors import RunError
from .schemas import violation


def value_of(done: Completion, constraint: Constraint | None, sampling: Sampling) -> Any:
    """The value of a completion: its text, or the parsed value of a declared type.

    Raises RunError (SGL3201 when cut short, SGL3202 otherwise); of an optional type a cut value is none.
    """
    match constraint:
        case Constraint("type", text):
            return _value(done, parse_type(text), sampling)
        case Constraint("json", text):
            return _json(done, text, sampling)
        case Constraint("call", text):
            return _call(done, text, sampling)
        case Constraint("before_call", text):
            return {"text": done.text, "calls": done.matched == json.loads(text)["marker"]}
        case _:
            return done.text


def _call(done: Completion, text: str, sampling: Sampling) -> Any:
    """The call that a completion says, with arguments of the tool's types."""
    try:
        return ToolSet.of(text).parse(done.text)
    except ValueError as error:
        if done.finish != "length":
            raise RunError("SGL3202", f"the output is no call of a tool: {error}") from None
        raise _cut(done, "a call of a tool", sampling) from None


def _json(done: Completion, schema: str, sampling: Sampling) -> str:
    """The text of a completion, which must be a value of its schema."""
    wrong = violation(done.text, schema)
    if not wrong:
        return done.text
    if done.finish == "length":
        raise _cut(done, "JSON", sampling)
    raise RunError("SGL3202", f"the output is not of its JSON schema: {wrong}")


def _value(done: Completion, kind: Type, sampling: Sampling) -> Any:
    try:
        return parse_output(kind, done.text)
    except ValueError as error:
        if done.finish != "length":
            raise RunError("SGL3202", f"the output is not of type `{kind}`: {error}") from None
        if isinstance(kind, OptionalType):
            return None
        way_out = f"; `{kind}?` makes it none"
        raise _cut(done, f"a value of type `{kind}`", sampling, way_out) from None


def _cut(done: Completion, what: str, sampling: Sampling, way_out: str = "") -> RunError:
    return RunError(
        "SGL3201",
        f"{what} was cut short after {len(done.ids)} tokens: {done.text[-40:]!r}",
        f"a larger `max_tokens` than {sampling.max_tokens} lets it end{way_out}",
    )
