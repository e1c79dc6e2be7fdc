"""Tool calls as constrained output: what the names and arguments of some tools consist of, and what a call says.

A call is written as its family writes it (`target/call_format.py`), and read with the types of the tools that it is
for. Its value is a record with the name of the tool and, under that name, the arguments; the others are none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ..sampling import Constraint
from ..target.call_format import CallFormat
from ..types import (
    BOOL,
    FLOAT,
    INT,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
    literal_kind,
    parse_type,
)
from ..values.limits import Json
from .parts import (
    Forced,
    Free,
    OneOf,
    OutputPart,
    bare,
    json_parts,
    merged,
)
from .shape import checked, json_schema

NO_TOOL = ""
"""The name of no tool: the model answered without a call."""
BEFORE = ".text"
"""What the name and the site of what is said before a call have behind those of the call."""
CALLED, MORE = ".call", ".more"
"""What the names of several calls have behind that of their `gen`, and that of the question whether there are more."""
NEXT = ".next"
"""What the site of every call of a turn but the first has behind that of the first."""
OWN_FIELDS = ("name", "text")
"""The fields of an answer that are no tool's."""


def answer_type(tools: Sequence[tuple[str, RecordType]]) -> RecordType:
    """The type of an answer that may be a call: `{name, text, ...}`, with a field for the arguments of each tool."""
    return RecordType((("name", STR), ("text", STR), *_arguments_of(tools)))


def answers_type(tools: Sequence[tuple[str, RecordType]]) -> RecordType:
    """The type of an answer that may be several calls: `{text, calls}`, each of them `{name, ...}`."""
    call = RecordType((("name", STR), *_arguments_of(tools)))
    return RecordType((("text", STR), ("calls", ListType(call))))


def _arguments_of(tools: Sequence[tuple[str, RecordType]]) -> list[tuple[str, Type]]:
    return [(name, OptionalType(kind)) for name, kind in tools]


BEFORE_CALL = RecordType((("text", STR), ("calls", BOOL)))
"""The type of what is said before a call, or instead of one."""


def tool_schema(
    name: str, arguments: RecordType, doc: str, about: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """A tool as chat templates and services take it. `about`: what is said of its arguments."""
    parameters: Any = _with_kinds(json_schema(arguments))
    for field, said in (about or {}).items():
        if field in parameters["properties"]:
            parameters["properties"][field]["description"] = said
    function = {"name": name, "description": doc or name, "parameters": parameters}
    return {"type": "function", "function": function}


def _with_kinds(schema: Any) -> Any:
    """The schema with the kind of values that are listed beside them: templates that name types look nowhere else."""
    if isinstance(schema, list):
        return [_with_kinds(each) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    known = cast("dict[str, Any]", schema)
    found = {name: _with_kinds(each) for name, each in known.items() if name != "enum"}
    if "enum" not in known:
        return found
    return {"type": _NAMES[type(known["enum"][0])], "enum": known["enum"], **found}


_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True, slots=True)
class ToolSet:
    """The tools that a call may be for, and how the family of a model writes them."""

    tools: tuple[tuple[str, RecordType], ...]
    format: CallFormat

    @classmethod
    def of(cls, text: str) -> ToolSet:
        """The tools of a constraint's text. Raises ValueError."""
        said = json.loads(text)
        tools = tuple((name, parse_type(kind)) for name, kind in said["tools"])
        if not all(isinstance(kind, RecordType) for _, kind in tools):
            raise ValueError("the arguments of a tool are a record")
        given: dict[str, Any] = said.get("format") or {}
        if "truth" in given:
            given = {**given, "truth": tuple(given["truth"])}
        made = CallFormat(**given)
        return cls(cast("tuple[tuple[str, RecordType], ...]", tools), made)

    @property
    def answer(self) -> RecordType:
        """The type of a call."""
        return answer_type(self.tools)

    def parts(self) -> tuple[OutputPart, ...]:
        """What a call consists of."""
        each = [merged(tuple(self._parts(name, kind))) for name, kind in self.tools]
        if len(each) == 1:
            return each[0]
        return (OneOf(tuple(_option(parts) for parts in each)),)

    def parse(self, text: str) -> Json:
        """The value of a call. Raises ValueError."""
        for name, kind in self.tools:
            pattern = "".join(_regex(part) for part in self._shape(name, kind))
            found = re.fullmatch(pattern, text, re.DOTALL)
            if found is not None:
                return self.value(name, self._arguments(kind, found.groups()))
        raise ValueError(f"{text[:60]!r} calls none of the tools")

    def write(self, value: Mapping[str, Any]) -> str:
        """The text of a call that has this value, as its family writes it."""
        name = value["name"]
        kind = dict(self.tools)[name]
        given = value[name]
        if not self.format.pairs:
            return f"{name}{self.format.sep}{json.dumps(given, ensure_ascii=False)}"
        values = (self._spelled(given[field]) for field, _ in kind.fields)
        shape = (
            part if isinstance(part, str) else next(values) for part in self._shape(name, kind)
        )
        return "".join(shape)

    def value(self, name: str, arguments: Json, text: str = "") -> dict[str, Json]:
        """The value of an answer."""
        others: dict[str, Json] = {other: None for other, _ in self.tools}
        return {"name": name, "text": text, **others, **({name: arguments} if name else {})}

    # --- arguments ------------------------------------------------------------------------------

    def _parts(self, name: str, kind: RecordType) -> Iterator[OutputPart]:
        if not self.format.pairs:
            yield Forced(name + self.format.sep)
            yield from json_parts(kind)
            return
        types = iter(kind.fields)
        for part in self._shape(name, kind):
            if isinstance(part, str):
                yield Forced(part)
            else:
                yield from self._value_parts(next(types)[1])

    def _shape(self, name: str, kind: RecordType) -> Iterator[str | Type]:
        """What is written, with a type in the place of each value."""
        own = self.format
        if not own.pairs:
            yield name + own.sep
            yield kind
            return
        yield name + own.sep
        for number, (field, each) in enumerate(kind.fields):
            what = _kind_of(each)
            yield (own.joint if number else "") + own.before(field, what)
            yield each
            yield own.behind(field, what)

    def _value_parts(self, kind: Type) -> tuple[OutputPart, ...]:
        own = self.format
        if kind == BOOL:
            return (OneOf(tuple((word, ()) for word in own.truth)),)
        if is_text(kind) and own.quote == '"':
            return _inside_quotes(kind)
        if isinstance(kind, UnionType):
            return (OneOf(tuple((bare(each), ()) for each in kind.literals)),)
        if kind == STR:
            return (Free(_until(own.quote or own.closes)),)
        return json_parts(kind)

    def _arguments(self, kind: RecordType, texts: Sequence[str]) -> Json:
        if not self.format.pairs:
            return checked(kind, json.loads(texts[0]))
        pairs = zip(kind.fields, texts, strict=True)
        return checked(kind, {name: self._read(each, text) for (name, each), text in pairs})

    def _read(self, kind: Type, text: str) -> Json:
        if kind == BOOL:
            return {word: word == self.format.truth[0] for word in self.format.truth}[text]
        if is_text(kind):
            return json.loads(f'"{text}"') if self.format.quote == '"' else text
        return json.loads(text)

    def _spelled(self, value: Json) -> str:
        """A value as an argument of a pair, without its quotes."""
        if isinstance(value, bool):
            return self.format.truth[0 if value else 1]
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        is_quoted = isinstance(value, str) and self.format.quote == '"'
        return json.dumps(value, ensure_ascii=False)[1:-1] if is_quoted else text


def is_text(kind: Type) -> bool:
    """Whether the values of a type are texts."""
    return kind == STR or (isinstance(kind, UnionType) and literal_kind(kind) == STR)


def _kind_of(kind: Type) -> str:
    """The kind of a type's values as JSON Schema calls it."""
    if is_text(kind):
        return "string"
    if isinstance(kind, ListType):
        return "array"
    if isinstance(kind, RecordType):
        return "object"
    return "boolean" if kind == BOOL else "number"


def unsayable(kind: RecordType, format: CallFormat) -> str | None:
    """The first argument that a family has no spelling for, if there is one."""
    if not format.pairs:
        return None
    bad = (name for name, each in kind.fields if not _is_sayable(each, format))
    return next(bad, None)


def _is_sayable(kind: Type, format: CallFormat) -> bool:
    """Whether a family has a spelling: for lists and records if it has JSON, for what has one kind if it says kinds."""
    if kind in (STR, INT, FLOAT, BOOL) or isinstance(kind, UnionType):
        return True
    return format.is_json and not (format.is_typed and isinstance(kind, OptionalType))


def _inside_quotes(kind: Type) -> tuple[OutputPart, ...]:
    """What a text consists of between its quotes."""
    if isinstance(kind, UnionType):
        texts = (json.dumps(each, ensure_ascii=False)[1:-1] for each in kind.literals)
        return (OneOf(tuple((text, ()) for text in texts)),)
    return json_parts(kind)[1:-1]


def _until(end: str) -> str:
    """A pattern of texts in which nothing begins as `end` does, so that it is known where they end."""
    first, *rest = (re.escape(char) for char in end[:2])
    if not rest:
        return f"[^{first}\\\\\\x00-\\x1f]*"
    return f"([^{first}]|{first}+[^{first}{rest[0]}])*"


def _option(parts: tuple[OutputPart, ...]) -> tuple[str, tuple[OutputPart, ...]]:
    first, *rest = parts
    assert isinstance(first, Forced)
    return first.text, tuple(rest)


def _regex(part: str | Type) -> str:
    return re.escape(part) if isinstance(part, str) else "(.*?)"


def said_of(value: Mapping[str, Any], constraint: Constraint) -> str | None:
    """What a model says where the answer has this value; None where the constraint is about no call."""
    if constraint.kind == "before_call":
        return str(value["text"])
    return ToolSet.of(constraint.text).write(value) if constraint.kind == "call" else None


def constrained_type(constraint: Constraint) -> Type:
    """The type of what an answer under a constraint is. Raises ValueError."""
    match constraint.kind:
        case "type":
            return parse_type(constraint.text)
        case "call":
            return ToolSet.of(constraint.text).answer
        case "before_call":
            return BEFORE_CALL
        case _:
            return STR
