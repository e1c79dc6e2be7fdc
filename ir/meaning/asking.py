"""How the reference interpreter asks the hash model: parameters, choices, values.

Written plainly and apart from the executor, which is judged against it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import cast, get_args

from ..constrained.calls import ToolSet
from ..constrained.schema import type_of_schema
from ..constrained.shape import checked, parse_output
from ..hashmodel import Generated
from ..ops import Gen
from ..sampling import SAMPLING_FIELDS, Constraint, ConstraintKind, Sampling, out_of_range, takes
from ..types import OptionalType, Type, parse_type
from ..values.limits import Json
from ..values.operations import EvalError

Scores = Sequence[Sequence[float]]


def parameters(op: Gen, dynamic: Sequence[tuple[str, Json]]) -> tuple[Sampling, Constraint | None]:
    """The parameters of a call, computed ones included."""
    changes: dict[str, object] = {}
    constraint = op.constraint
    for name, value in dynamic:
        if name not in SAMPLING_FIELDS:
            constraint = _computed_constraint(name, value)
        elif takes(name, value) and out_of_range(name, value) is None:
            changes[name] = tuple(value) if isinstance(value, list) else value
        else:
            raise EvalError("3207", f"`{name}` does not take {value!r}")
    return op.sampling.merged(**changes), constraint


def _computed_constraint(name: str, value: Json) -> Constraint:
    if name not in get_args(ConstraintKind) or not isinstance(value, str):
        raise EvalError("3207", f"`{name}` does not take {value!r}")
    return Constraint(cast("ConstraintKind", name), value)


def value_of(done: Generated, constraint: Constraint | None) -> Json:
    """The value of a continuation: its text, or the parsed value of a declared type.

    The text of a JSON schema must be a value of it, too.
    """
    match constraint:
        case Constraint("type", text):
            return _parsed(done, parse_type(text))
        case Constraint("json", text):
            schema = type_of_schema(json.loads(text))
            _tried(done, "JSON", lambda: checked(schema, json.loads(done.text)))
            return done.text
        case Constraint("call", text):
            return _tried(done, "a call", lambda: ToolSet.of(text).parse(done.text))
        case Constraint("before_call", text):
            return {"text": done.text, "calls": done.matched == json.loads(text)["marker"]}
        case _:
            return done.text


def _parsed(done: Generated, kind: Type) -> Json:
    if done.finish == "length" and isinstance(kind, OptionalType):
        try:
            return parse_output(kind, done.text)
        except ValueError:
            return None
    return _tried(done, f"a value of type `{kind}`", lambda: parse_output(kind, done.text))


def _tried(done: Generated, what: str, parse: Callable[[], Json]) -> Json:
    try:
        return parse()
    except ValueError as error:
        if done.finish == "length":
            raise EvalError("3201", f"{what} was cut short: {done.text[-40:]!r}") from None
        raise EvalError("3202", f"not {what}: {error}") from None


# --- select -------------------------------------------------------------------------------------


def choose(method: str, scores: Scores, alone: Scores) -> int:
    """The index of the choice that wins; the earlier one among equals.

    `scores` are log probabilities per token of each choice, `alone` those without the prompt.
    """
    if method == "greedy_token_selection":
        return _greedy(scores)
    means = [_mean(choice) for choice in scores]
    if method == "unconditional_likelihood_normalized":
        gains = (
            [a - b for a, b in zip(given, bare, strict=True)]
            for given, bare in zip(scores, alone, strict=True)
        )
        means = [_mean(gain) for gain in gains]
    return means.index(max(means))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _greedy(scores: Scores) -> int:
    """Token by token keep the likeliest choices; a shorter one goes on with its mean."""
    left = list(range(len(scores)))
    for position in range(max(map(len, scores))):
        here = {i: _at(scores[i], position) for i in left}
        left = [i for i in left if here[i] == max(here.values())]
        if len(left) == 1:
            break
    return left[0]


def _at(values: Sequence[float], position: int) -> float:
    return values[position] if position < len(values) else _mean(values)
