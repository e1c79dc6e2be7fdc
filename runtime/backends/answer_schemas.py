"""Constraints for services that know JSON schemas alone: what to ask for, and how the answer is read.

Such services want an object at the top, and write JSON their own way. So what is no object is asked for as
`{"value": ...}`, and every answer is written anew as the project writes it: canonical, without what was wrapped around.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ...ir.constrained.parts import bare
from ...ir.constrained.schema import type_of_schema
from ...ir.constrained.shape import checked, json_schema
from ...ir.sampling import Constraint
from ...ir.types import STR, OptionalType, RecordType, Type, UnionType, parse_type
from ..backend import BackendError

VALUE = "value"


@dataclass(frozen=True, slots=True)
class AnswerSchema:
    """What is asked for.

    `kind`: the type of the value, where types can say it; `is_wrapped`: the value stands in an object.
    """

    schema: dict[str, Any]
    kind: Type | None
    is_wrapped: bool

    def text_of(self, answer: str) -> str:
        """The value in the project's own writing; an answer that holds none, as it is."""
        try:
            value = json.loads(answer)
            value = value[VALUE] if self.is_wrapped else value
            value = value if self.kind is None else checked(self.kind, value)
        except (ValueError, KeyError, TypeError, RecursionError):
            return answer  # who reads the value says what is wrong with it
        if isinstance(self.kind, UnionType) and isinstance(value, str | int | float):
            return bare(value)
        return json.dumps(value, ensure_ascii=False)


def answer_schema(constraint: Constraint) -> AnswerSchema | None:
    """What to ask a service for; None when everything is allowed. Raises BackendError (3102, 3104)."""
    match constraint.kind:
        case "type":
            kind = parse_type(constraint.text)
            kind = kind.item if isinstance(kind, OptionalType) else kind
            return None if kind == STR else _of(json_schema(kind), kind)
        case "json":
            return _of_json(constraint)
        case _:
            raise BackendError(
                "3104",
                f"this service can't promise output that matches a {constraint.kind}",
                "a declared type or a JSON schema can be asked for; the embedded engine takes all constraints",
            )


def choice_schema(choices: tuple[str, ...]) -> AnswerSchema:
    """One of some texts."""
    kind = UnionType(choices)
    return _of(json_schema(kind), kind)


def _of_json(constraint: Constraint) -> AnswerSchema:
    schema = json.loads(constraint.text)
    try:
        kind = type_of_schema(schema)
    except ValueError as error:
        if constraint.style != "free":
            raise BackendError(
                "3102",
                f"this schema has no canonical form that a service could be asked for: {error}",
                '`constrained_style="free"` takes the service\'s own JSON',
            ) from None
        return _of(schema, None)
    return _of(json_schema(kind), kind)


def _of(schema: dict[str, Any], kind: Type | None) -> AnswerSchema:
    is_object = isinstance(kind, RecordType) or (kind is None and schema.get("type") == "object")
    return AnswerSchema(schema if is_object else wrapped(schema), kind, not is_object)


def wrapped(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema inside of an object; its definitions stay at the top, where references find them."""
    inner = {name: each for name, each in schema.items() if name != "$defs"}
    around: dict[str, Any] = {
        "type": "object",
        "properties": {VALUE: inner},
        "required": [VALUE],
        "additionalProperties": False,
    }
    return around | ({"$defs": schema["$defs"]} if "$defs" in schema else {})
