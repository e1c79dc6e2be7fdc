"""Calls read out of what a model wrote freely: by the marker of its family, the name behind it, and the arguments.

What a constraint leads is read exactly (`constrained/calls.py`); here white space may differ, and arguments may be left
out or stand in another order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from .call_format import KIND, NAME, CallFormat
from .calls import Calls

Parameters = Mapping[str, Any]
"""For each tool the JSON schema of its arguments."""


class ReadCall(NamedTuple):
    """A tool, and its arguments as far as they could be read."""

    name: str
    arguments: Mapping[str, Any]


def read_calls(text: str, calls: Calls, tools: Parameters) -> tuple[str, list[ReadCall]]:
    """What was said before the first call, and the calls; all of it where there are none."""
    found = list(_calls(text, calls, tools)) if calls.is_known else []
    return (text[: text.find(calls.marker)].rstrip(), found) if found else (text, [])


def _calls(text: str, calls: Calls, tools: Parameters) -> Iterator[ReadCall]:
    at = text.find(calls.marker)
    while at >= 0:
        read = _call(text[at:], calls, tools)
        if read is not None and read.name in tools:
            yield read
        at = text.find(calls.marker, at + len(calls.marker))


def _call(text: str, calls: Calls, tools: Parameters) -> ReadCall | None:
    """The call that a text begins with."""
    lead = calls.begins[calls.begins.find(calls.marker) :]
    begun = re.match(_loose(lead), text)
    if calls.format.pairs:
        return _of_pairs(text[begun.end() :], calls.format, tools) if begun else None
    behind = _behind_name(text[begun.end() :], calls.format) if begun else None
    return behind or (_of_object(text, lead) if "{" in lead else None)


def _behind_name(text: str, format: CallFormat) -> ReadCall | None:
    """A call whose arguments are one JSON object behind its name."""
    found = re.search(_counted(re.escape(format.sep.strip())), text)
    value = _object(text[found.end() :]) if found else None
    return ReadCall(text[: found.start()].strip(), value) if found and value is not None else None


def _of_object(text: str, lead: str) -> ReadCall | None:
    """A call that is one JSON object, whatever its fields are called."""
    before = lead[: lead.find("{")]
    begun = re.match(_loose(before), text)
    value = _object(text[begun.end() :]) if begun else None
    if value is None or not isinstance(value.get("name"), str):
        return None
    given = value.get("arguments", value.get("parameters", {}))
    arguments = _object(given if isinstance(given, str) else json.dumps(given))
    return ReadCall(value["name"], arguments) if arguments is not None else None


def _of_pairs(text: str, format: CallFormat, tools: Parameters) -> ReadCall | None:
    named = re.match(rf"\s*([\w.-]+)(?:{_counted(_loose(format.sep))})?", text)
    if named is None or named[1] not in tools:
        return None
    schema: Mapping[str, Any] = tools[named[1]].get("properties", {})
    read = dict(_pairs(text[named.end() :], format))
    values = {key: _value(said, schema.get(key, {}), format) for key, said in read.items()}
    return ReadCall(named[1], values)


def _pairs(text: str, format: CallFormat) -> Iterator[tuple[str, str]]:
    mids = (_loose(mid).replace(re.escape(KIND), r"\w+") for mid in (format.text_mid, format.mid))
    opens, mid = _loose(format.opens), f"(?:{'|'.join(mids)})"
    if format.closes:
        value = f"(.*?){_loose(format.closes).replace(re.escape(NAME), '(?P=name)')}"
    else:
        quote = re.escape(format.quote)
        quoted = r'"(?:[^"\\]|\\.)*"' if format.quote == '"' else f"{quote}.*?{quote}"
        value = rf"({quoted}|[^,)\]}}]*)(?:,\s*)?"
    pair = re.compile(rf"\s*{opens}\s*(?P<name>[\w.-]+)\s*{mid}{value}", re.DOTALL)
    at = 0
    while (found := pair.match(text, at)) is not None and found.end() > at:
        yield found[1], found[2]
        at = found.end()


def _value(text: str, schema: Mapping[str, Any], format: CallFormat) -> Any:
    """A value as its schema has it: a text as it stands, everything else as JSON if it is that."""
    kinds = schema.get("type")
    is_text = kinds == "string" or (isinstance(kinds, list) and "string" in kinds)
    if is_text or all(isinstance(each, str) for each in schema.get("enum", [None])):
        return _text(text, format)
    stripped = text.strip()
    if stripped in format.truth:
        return stripped == format.truth[0]
    value = _json(stripped)
    return stripped if value is None and stripped != "null" else value


def _text(text: str, format: CallFormat) -> str:
    """A text without the quotes that stand around it."""
    if format.quote == '"' and text[:1] == '"':
        quoted = _json(text)
        return quoted if isinstance(quoted, str) else text
    if not format.quote:
        return text
    return text.removeprefix(format.quote).removesuffix(format.quote)


def _json(text: str) -> Any:
    """The JSON value that a text begins with; None where it begins with none."""
    try:
        return json.JSONDecoder().raw_decode(text.lstrip())[0]
    except (ValueError, RecursionError):
        return None


def _object(text: str) -> dict[str, Any] | None:
    """The JSON object that a text begins with, if it begins with one."""
    value = _json(text)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _loose(text: str) -> str:
    """A pattern of a text in which white space may be more, or less."""
    before, behind = (r"\s*" if edge.isspace() else "" for edge in (text[:1], text[-1:]))
    return before + r"\s*".join(map(re.escape, text.split())) + behind


def _counted(pattern: str) -> str:
    """A pattern in which a number may be another one: some families count the calls of a turn."""
    return re.sub(r"\d+", r"\\d+", pattern)
