"""From what a model said to the value that the program sees."""

from __future__ import annotations

from typing import Any

from ....ir.constrained.shape import parse_output
from ....ir.sampling import Constraint, Sampling
from ....ir.types import OptionalType, Type, parse_type
from ...backend import Completion
from ...plan.errors import RunError


def value_of(done: Completion, constraint: Constraint | None, sampling: Sampling) -> Any:
    """The value of a completion: its text, or the parsed value of a declared type.

    Raises RunError (SGL3201 when cut short, SGL3202 otherwise); of an optional type a cut value is none.
    """
    if constraint is None or constraint.kind != "type":
        return done.text
    kind = parse_type(constraint.text)
    try:
        return parse_output(kind, done.text)
    except ValueError as error:
        if done.finish == "length" and isinstance(kind, OptionalType):
            return None
        raise _no_value(done, kind, sampling, error) from None


def _no_value(done: Completion, kind: Type, sampling: Sampling, error: ValueError) -> RunError:
    if done.finish == "length":
        return RunError(
            "SGL3201",
            f"a value of type `{kind}` was cut short after {len(done.ids)} tokens: {done.text[-40:]!r}",
            f"a larger `max_tokens` than {sampling.max_tokens} lets it end; `{kind}?` makes it none",
        )
    return RunError("SGL3202", f"the output is not of type `{kind}`: {error}")
