"""JSON schemas as types, for the schemas that types can say; all others are left to a grammar backend.

Reads a keyword or refuses: nothing that a schema asks for is passed over in silence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast
from urllib.parse import unquote

from ..types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
)
from .parts import OutputPart, json_parts

_SAYS_NOTHING = {"title", "description", "default", "examples", "$schema", "$defs", "definitions",
                 "$comment", "deprecated", "readOnly", "writeOnly"}  # fmt: skip
_MAX_SCHEMA_DEPTH = 50
_SCALARS: dict[str, Type] = {
    "string": STR,
    "integer": INT,
    "number": FLOAT,
    "boolean": BOOL,
    "null": NONE,
}
_LITERALS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}

Schema = Mapping[str, object]


def schema_parts(text: str) -> tuple[OutputPart, ...]:
    """What the canonical JSON of a schema consists of. Raises ValueError where types can't say it."""
    try:
        return json_parts(type_of_schema(json.loads(text)))
    except RecursionError:
        raise ValueError("a JSON schema nested too deeply") from None


def type_of_schema(schema: object) -> Type:
    """The type whose outputs a JSON schema describes, for the subset that types can say.

    Every property is written, in the order of `properties`. Raises ValueError for the rest.
    """
    root = _mapping(schema)
    return _Reader(root).read(root, 0)


class _Reader:
    """Reads the schemas under one root."""

    def __init__(self, root: Schema) -> None:
        self._root = root

    def read(self, schema: Schema, depth: int) -> Type:
        """The type of one schema. Raises ValueError."""
        if depth > _MAX_SCHEMA_DEPTH:
            raise ValueError("a JSON schema nested too deeply, or one that contains itself")
        says = {name: value for name, value in schema.items() if name not in _SAYS_NOTHING}
        match says:
            case {"$ref": str(reference), **rest} if not rest:
                return self.read(_mapping(self._target(reference)), depth + 1)
            case {"enum": literals, **rest} if not set(rest) - {"type"}:
                return _union(_list(literals), rest.get("type"))
            case {"const": literal, **rest} if not set(rest) - {"type"}:
                return _union([literal], rest.get("type"))
            case {"anyOf": options, **rest} if not rest:
                return _one_or_null([self.read(o, depth + 1) for o in _mappings(options)])
            case {"type": [str(kind), "null"] | ["null", str(kind)], **rest}:
                return _one_or_null([self.read({**rest, "type": kind}, depth + 1), NONE])
            case {"type": "object", "properties": properties, **rest}:
                return self._record(_mapping(properties), rest, depth)
            case {"type": "array", "items": items, **rest} if not rest:
                return ListType(self.read(_mapping(items), depth + 1))
            case {"type": str(name), **rest} if not rest and name in _SCALARS:
                return _SCALARS[name]
            case _ if not says:
                return ANY
            case _:
                raise ValueError(f"a JSON schema with {', '.join(f'`{name}`' for name in says)}")

    def _record(self, properties: Schema, rest: Schema, depth: int) -> Type:
        unread = set(rest) - {"required", "additionalProperties"}
        required = _list(rest.get("required", []))
        strangers = [name for name in required if name not in properties]
        if (
            unread
            or strangers
            or (not properties and rest.get("additionalProperties") is not False)
        ):
            raise ValueError(
                f"a JSON schema of objects with {', '.join(map(repr, strangers or unread))}"
            )
        fields = properties.items()
        return RecordType(tuple((n, self.read(_mapping(s), depth + 1)) for n, s in fields))

    def _target(self, reference: str) -> object:
        """What a reference within the document points to (RFC 6901)."""
        if not reference.startswith("#/"):
            raise ValueError(f"a JSON schema that refers to `{reference}`")
        found: object = self._root
        for step in unquote(reference[2:]).split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            items = _mapping(found)
            if name not in items:
                raise ValueError(f"a JSON schema that refers to `{reference}`, which is not there")
            found = items[name]
        return found


def _union(literals: list[object], kind: object) -> Type:
    """The type of some literals, of those that are of a JSON type."""
    kinds = tuple(_LITERALS) if kind is None else (kind,) if isinstance(kind, str) else _list(kind)
    allowed = {each for name in kinds for each in _LITERALS.get(str(name), ())}
    kept = [literal for literal in literals if type(literal) in allowed]
    texts = {json.dumps(literal): literal for literal in kept}
    plain = [each for each in texts.values() if isinstance(each, str | int | float | bool)]
    is_mixed = len({type(each) for each in plain}) > 1
    if is_mixed or not texts or any(isinstance(each, dict | list) for each in literals):
        raise ValueError("a JSON schema with an `enum` that literals can't say")
    if not plain:
        return NONE
    union = UnionType(tuple(plain))
    return OptionalType(union) if None in texts.values() else union


def _one_or_null(kinds: list[Type]) -> Type:
    others = [kind for kind in kinds if kind != NONE]
    if len(others) != 1 or len(kinds) > 2:
        raise ValueError("a JSON schema with `anyOf` other than a type or null")
    is_plain = len(kinds) == 1 or isinstance(others[0], OptionalType)
    return others[0] if is_plain else OptionalType(others[0])


def _mapping(value: object) -> Schema:
    if not isinstance(value, dict):
        raise ValueError("a JSON schema is an object")
    return cast("dict[str, object]", value)


def _mappings(value: object) -> list[Schema]:
    return [_mapping(each) for each in _list(value)]


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("a JSON schema with something else where a list belongs")
    return cast("list[object]", value)
