"""Which JSON schemas xgrammar follows to the letter: keyword by keyword, what is not listed it is not asked for.

xgrammar passes over what it does not know, with a line in its log at most, so a schema goes to it only if every
keyword of it stands here. `docs/constraints.md` is the table that tests make of schemas, backend by backend.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

Schema = Mapping[str, Any]

ANNOTATIONS = frozenset(
    ("title", "description", "default", "examples", "$schema", "$comment", "$defs", "definitions",
     "deprecated", "readOnly", "writeOnly")
)  # fmt: skip
_BOUNDS = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"))
_KEYWORDS: dict[str, frozenset[str]] = {
    "object": frozenset(("properties", "required", "additionalProperties", "propertyNames")),
    "array": frozenset(("items", "prefixItems", "minItems", "maxItems")),
    "string": frozenset(),
    "integer": _BOUNDS,
    "number": _BOUNDS,
    "boolean": frozenset(),
    "null": frozenset(),
}
_PYTHON = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_REFERENCE = re.compile(r"#(/[A-Za-z0-9_.$-]+)*")


def beyond_xgrammar(schema: Any) -> str | None:
    """What xgrammar would not keep of a schema, as words of the schema; None where it keeps it all."""
    for part in _parts(schema):
        found = _beyond(part)
        if found is not None:
            return found
    return None


def without_idle_keywords(schema: Any) -> Any:
    """A schema without the keywords that ask for nothing, which llguidance would refuse."""
    if isinstance(schema, list):
        return [without_idle_keywords(each) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    items = cast("dict[str, Any]", schema).items()
    return {
        name: value
        if name in ("enum", "const", "default", "examples")
        else without_idle_keywords(value)
        for name, value in items
        if (name, value) not in (("uniqueItems", False), ("minItems", 0), ("minLength", 0))
    }


def _parts(schema: Any) -> Iterator[Any]:
    """A schema and all that stand in it, definitions included."""
    yield schema
    if not isinstance(schema, dict):
        return
    said = cast("dict[str, Any]", schema)
    for name in ("properties", "$defs", "definitions"):
        if isinstance(said.get(name), dict):
            for each in said[name].values():
                yield from _parts(each)
    for name in ("items", "additionalProperties", "propertyNames"):
        if name in said:
            yield from _parts(said[name])
    for name in ("anyOf", "allOf", "prefixItems"):
        for each in said.get(name, ()):
            yield from _parts(each)


def _beyond(schema: Any) -> str | None:
    """What xgrammar would not keep of one schema, apart from those inside it."""
    if not isinstance(schema, dict):
        return None if schema is True else str(schema).lower()
    says = {name: each for name, each in cast("Schema", schema).items() if name not in ANNOTATIONS}
    names = set(says)
    if not names:
        return None
    match says:
        case {"$ref": str(reference)} if len(names) == 1 and _REFERENCE.fullmatch(reference):
            return None
        case {"enum": list(values)} if values and names <= {"enum", "type"}:
            return _strangers(cast("list[Any]", values), says.get("type"))
        case {"const": value} if names <= {"const", "type"}:
            return _strangers([value], says.get("type"))
        case {"anyOf": list()} if len(names) == 1:
            return None
        case {"allOf": [_]} if len(names) == 1:
            return None
        case {"type": str(kind)} if kind in _KEYWORDS:
            return _of_type(says, _KEYWORDS[kind])
        case {"type": list(kinds)} if len(names) == 1 and set(cast("list[str]", kinds)) <= set(
            _KEYWORDS
        ):
            return None
        case _:
            return sorted(names)[0]


def _of_type(says: Schema, known: frozenset[str]) -> str | None:
    unknown = sorted(set(says) - known - {"type"})
    if unknown:
        return unknown[0]
    missing = [name for name in says.get("required", ()) if name not in says.get("properties", {})]
    if missing:
        return "required"
    if any(each is False for each in says.get("properties", {}).values()):
        return "properties"
    return None


def _strangers(values: list[Any], kind: Any) -> str | None:
    """`type`, where a literal is not of the type beside it."""
    if kind is None:
        return None
    wanted = _PYTHON.get(kind) if isinstance(kind, str) else None
    is_kept = wanted is not None and all(_is_of(value, wanted) for value in values)
    return None if is_kept else "type"


def _is_of(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
