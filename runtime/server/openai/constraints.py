"""What an answer must be: `response_format` and `structured_outputs`, as constraints of the backend."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ....ir.sampling import Constraint
from ..limits import Limits, check_constraint
from ..refusal import Refusal, wrong
from ..schemas import parsed_schema, schema_constraint

_FORMATS = "`text`, `json_object` or `json_schema`"


def constraint_of(
    response_format: Mapping[str, Any] | None,
    structured: Mapping[str, Any] | None,
    limits: Limits,
) -> Constraint | None:
    """The constraint that a request asks for, if any. Raises Refusal."""
    formatted = _of_format(response_format, limits) if response_format else None
    direct = _of_structured(structured, limits) if structured else None
    if formatted is not None and direct is not None:
        raise wrong(
            "structured_outputs",
            "`response_format` and `structured_outputs` can't be given together",
        )
    return formatted or direct


def _of_format(given: Mapping[str, Any], limits: Limits) -> Constraint | None:
    match given.get("type"):
        case "text":
            return None
        case "json_object":
            return Constraint("json", '{"type": "object"}')
        case "json_schema":
            # the Responses API has the schema beside the type, chat completions one level below
            inner = given.get("json_schema", given)
            if not isinstance(inner, Mapping) or "schema" not in inner:
                raise wrong("response_format", "`json_schema` needs a `schema`")
            return schema_constraint(inner["schema"], limits, "response_format")
        case other:
            raise wrong("response_format", f"a response format is {_FORMATS}, not {other!r:.60}")


def _of_structured(given: Mapping[str, Any], limits: Limits) -> Constraint | None:
    kinds = [name for name in ("regex", "json", "choice", "grammar") if given.get(name) is not None]
    unknown = [name for name in given if name not in ("regex", "json", "choice", "grammar")]
    if unknown:
        raise Refusal(
            400, "unsupported", f"`{unknown[0]:.60}` is not supported", param="structured_outputs"
        )
    if not kinds:
        return None
    if len(kinds) > 1:
        raise wrong(
            "structured_outputs",
            f"one of {', '.join(f'`{kind}`' for kind in kinds)} can be given, not several",
        )
    return _direct(kinds[0], given[kinds[0]], limits)


def _direct(kind: str, value: Any, limits: Limits) -> Constraint:
    if kind == "json":
        return schema_constraint(
            parsed_schema(value, "structured_outputs"), limits, "structured_outputs"
        )
    if kind == "choice":
        found = Constraint("regex", _choice(value))
    elif not isinstance(value, str):
        raise wrong("structured_outputs", f"`{kind}` is a text")
    else:
        found = Constraint("regex" if kind == "regex" else "grammar", value)
    check_constraint(found, limits, "structured_outputs")
    return found


def _choice(value: Any) -> str:
    if (
        not isinstance(value, list)
        or not value
        or not all(isinstance(each, str) and each for each in value)
    ):
        raise wrong("structured_outputs", "`choice` is a list of texts")
    return "|".join(f"(?:{re.escape(each)})" for each in value)
