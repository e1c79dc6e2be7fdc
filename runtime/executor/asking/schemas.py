"""Whether the JSON that a call answered is a value of its schema: asked once, after decoding, of every backend."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from ....ir.constrained.schema import type_of_schema
from ....ir.constrained.shape import checked
from ....ir.types import Type


def violation(text: str, schema: str) -> str:
    """What is wrong with a text under a JSON schema, with the place; empty if nothing is."""
    try:
        value = json.loads(text)
    except ValueError as error:
        return f"it is no JSON: {error}"
    except RecursionError:
        return "it is nested too deeply"
    return "" if _is_of_type(value, _type(schema)) else _violation(value, schema)


def _is_of_type(value: Any, kind: Type | None) -> bool:
    """Whether the value is one of the type that says the schema; most are, and it is the quicker question."""
    try:
        return kind is not None and checked(kind, value) is not None
    except (ValueError, RecursionError):
        return False


def _violation(value: Any, schema: str) -> str:
    from jsonschema.exceptions import best_match

    try:
        error = best_match(_validator(schema).iter_errors(value))
    except Exception as failure:  # a reference that leads nowhere, a schema that is none
        return f"the schema can't be followed: {failure}"
    return "" if error is None else f"`{error.validator}` is not kept at `{error.json_path}`"


@lru_cache(maxsize=256)
def _type(schema: str) -> Type | None:
    try:
        return type_of_schema(json.loads(schema))
    except (ValueError, RecursionError):
        return None


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema))
