"""JSON schemas that a request brings: within the limits, as constraints of the backend."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...ir.sampling import Constraint
from .limits import Limits, check_constraint, check_schema
from .refusal import wrong


def schema_constraint(schema: Any, limits: Limits, param: str) -> Constraint:
    """Output of a JSON schema. Raises Refusal."""
    if not isinstance(schema, Mapping | bool):
        raise wrong(param, "a JSON schema is an object")
    check_schema(schema, limits, param)
    found = Constraint("json", json.dumps(schema, ensure_ascii=False))
    check_constraint(found, limits, param)
    return found


def parsed_schema(value: Any, param: str) -> Any:
    """A JSON schema, also one that is given as text. Raises Refusal."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise wrong(param, f"the JSON schema is not JSON: {error}") from None
