"""Whether a JSON schema has an instance that ends: one that requires itself inside of itself has none.

Such a schema is no mistake to a grammar compiler, and a model that follows it writes until it is cut off. Only what
must be there counts: required properties, items up to `minItems`, one of several ways. All else may be left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import unquote

from ....ir.values.numerals import whole

Schema = Mapping[str, Any]


def endless_reference(schema: object) -> str | None:
    """A `$ref` of what never ends, if the whole never does. References elsewhere, and to nothing, are not judged."""
    references = sorted(set(_references(schema)))
    ending: set[str] = set()
    while True:
        more = {
            each
            for each in references
            if each not in ending and _ends(_target(schema, each), ending)
        }
        ending |= more
        if not more:
            break
    if _ends(schema, ending):
        return None
    return next((each for each in references if each not in ending), None)


def _references(schema: object) -> Iterator[str]:
    stack = [schema]
    while stack:
        part = stack.pop()
        if isinstance(part, Mapping):
            found = cast("Schema", part)
            if isinstance(reference := found.get("$ref"), str):
                yield reference
            stack += list(found.values())
        elif isinstance(part, list):
            stack += cast("list[object]", part)


def _target(schema: object, reference: str) -> object:
    """What a reference leads to; `True`, which ends, where that is no path from here."""
    if reference != "#" and not reference.startswith("#/"):
        return True
    found = schema
    for step in reference[1:].split("/")[1:]:
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping) and name in found:
            found = cast("Schema", found)[name]
        elif (
            isinstance(found, list)
            and (at := whole(name)) is not None
            and at < len(cast("list[Any]", found))
        ):
            found = cast("list[Any]", found)[at]
        else:
            return True
    return found


def _ends(schema: object, ending: set[str]) -> bool:
    """Whether a schema has an instance that ends, as far as it is known which references do."""
    if not isinstance(schema, Mapping):
        return True
    found = cast("Schema", schema)
    reference = found.get("$ref")
    if isinstance(reference, str) and reference not in ending:
        return False
    if "enum" in found or "const" in found:
        return True
    must = [*_required(found), *_listed(found, "allOf")]
    return all(_ends(each, ending) for each in must) and all(
        any(_ends(way, ending) for way in ways)
        for ways in (_listed(found, "anyOf"), _listed(found, "oneOf"))
        if ways
    )


def _required(schema: Schema) -> list[object]:
    """What must stand in every instance: nothing, where it may be of another kind."""
    match schema.get("type"):
        case "object":
            properties, names = schema.get("properties"), _listed(schema, "required")
            found = cast("Schema", properties) if isinstance(properties, Mapping) else {}
            return [found[name] for name in names if isinstance(name, str) and name in found]
        case "array":
            least = schema.get("minItems", 0)
            first = _listed(schema, "prefixItems")
            count = least if isinstance(least, int) else 0
            return [*first[:count], *([schema.get("items")] if count > len(first) else [])]
        case _:
            return []


def _listed(schema: Schema, name: str) -> list[object]:
    found = schema.get(name)
    return cast("list[object]", found) if isinstance(found, list) else []
