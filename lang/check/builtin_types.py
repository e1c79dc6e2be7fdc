"""The pure functions of the language as the checker knows them: arguments and result types.

What they do at run time is in `ir/values/builtins.py`; a test holds the two lists together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...ir.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
    accepts,
    literal_kind,
)

Result = Callable[[list[Type]], Type]


@dataclass(frozen=True)
class Builtin:
    """A function: `params` are (name, what it takes); those after `required` may be left out."""

    params: tuple[tuple[str, str], ...]
    required: int
    result: Result
    doc: str
    variadic: bool = False

    def signature(self, name: str) -> str:
        """How the function is called, for messages and the editor."""
        shown = [
            param if index < self.required else f"{param}?"
            for index, (param, _) in enumerate(self.params)
        ]
        return f"{name}({', '.join([*shown, '...'] if self.variadic else shown)})"


def _always(kind: Type) -> Result:
    return lambda types: kind


def _item(types: list[Type]) -> Type:
    first = types[0] if types else ANY
    return first.item if isinstance(first, ListType) else ANY


def _plain(kind: Type) -> Type:
    return literal_kind(kind) if isinstance(kind, UnionType) else kind


def _least(types: list[Type]) -> Type:
    if len(types) == 1:
        return _item(types)
    kinds = {_plain(kind) for kind in types}
    return FLOAT if kinds == {INT, FLOAT} else kinds.pop() if len(kinds) == 1 else ANY


def _pairs(types: list[Type]) -> Type:
    second = _item(types[1:]) if len(types) > 1 else ANY
    return ListType(RecordType((("first", _item(types)), ("second", second))))


def _found(types: list[Type]) -> Type:
    item = _item(types)
    return ANY if item == ANY else OptionalType(item)


def _rounded(types: list[Type]) -> Type:
    return INT if len(types) == 1 else _plain(types[0])


def _numbered(types: list[Type]) -> Type:
    return ListType(RecordType((("index", INT), ("item", _item(types)))))


BUILTINS: dict[str, Builtin] = {
    "len": Builtin((("x", "sized"),), 1, _always(INT), "characters, items or fields"),
    "join": Builtin((("items", "scalars"), ("separator", "str")), 1, _always(STR),
                    "the items as one text"),
    "split": Builtin((("text", "str"), ("separator", "str")), 1, _always(ListType(STR)),
                     "the parts of a text, at white space without a separator"),
    "strip": Builtin((("text", "str"), ("characters", "str")), 1, _always(STR),
                     "the text without white space at its ends"),
    "lower": Builtin((("text", "str"),), 1, _always(STR), "the text in lower case"),
    "upper": Builtin((("text", "str"),), 1, _always(STR), "the text in upper case"),
    "replace": Builtin((("text", "str"), ("old", "str"), ("new", "str")), 3, _always(STR),
                       "the text with every `old` replaced"),
    "startswith": Builtin((("text", "str"), ("prefix", "str")), 2, _always(BOOL),
                          "whether the text begins with a prefix"),
    "endswith": Builtin((("text", "str"), ("suffix", "str")), 2, _always(BOOL),
                        "whether the text ends with a suffix"),
    "contains": Builtin((("x", "sized"), ("item", "any")), 2, _always(BOOL),
                        "whether a text has a part, a list an item, a record a field"),
    "sorted": Builtin((("items", "list"), ("reverse", "bool")), 1, lambda t: t[0],
                      "the items in order"),
    "range": Builtin((("start", "int"), ("stop", "int"), ("step", "int")), 1,
                     _always(ListType(INT)), "`range(stop)` or `range(start, stop, step?)`"),
    "enumerate": Builtin((("items", "list"), ("start", "int")), 1, _numbered,
                         "`{index, item}` for each item"),
    "zip": Builtin((("a", "list"), ("b", "list")), 2, _pairs,
                   "`{first, second}` for each pair of items"),
    "min": Builtin((("items", "orderable"),), 1, _least, "the least", variadic=True),
    "max": Builtin((("items", "orderable"),), 1, _least, "the greatest", variadic=True),
    "sum": Builtin((("items", "numbers"),), 1, lambda t: _plain(_item(t)), "the sum"),
    "argmax": Builtin((("items", "list"),), 1, _always(INT), "the index of the greatest"),
    "majority": Builtin((("items", "list"),), 1, _item, "the most frequent item"),
    "round": Builtin((("x", "number"), ("digits", "int")), 1, _rounded,
                     "the nearest `int`, or the number with so many decimals"),
    "find_by": Builtin((("items", "records"), ("field", "str"), ("value", "any")), 3, _found,
                       "the first record whose field has that value, or `none`"),
    "json": Builtin((("x", "any"),), 1, _always(STR), "canonical JSON text"),
    "parse_json": Builtin((("text", "str"),), 1, _always(ANY), "the value of a JSON text"),
}  # fmt: skip

_NUMBER = (INT, FLOAT)
TAKEN = {
    "str": "a `str`", "bool": "a `bool`", "int": "an `int`", "any": "a value", "list": "a list",
    "sized": "a text, a list or a record", "scalars": "a list of texts or numbers",
    "number": "a number", "records": "a list of records", "numbers": "a list of numbers",
    "orderable": "a list, or several numbers or texts",
}  # fmt: skip


def takes(what: str, given: Type, count: int) -> bool:
    """Whether a parameter takes an argument of a type (`count`: how many there are in all)."""
    kind = _plain(given)
    if kind == ANY:
        return True
    match what:
        case "str" | "bool" | "int":
            return accepts({"str": STR, "bool": BOOL, "int": INT}[what], kind)
        case "list":
            return isinstance(kind, ListType)
        case "sized":
            return kind == STR or isinstance(kind, ListType | RecordType)
        case "scalars":
            return isinstance(kind, ListType) and _is_scalar(kind.item)
        case "number":
            return kind in _NUMBER
        case "records":
            return isinstance(kind, ListType) and (
                isinstance(kind.item, RecordType) or kind.item == ANY
            )
        case "numbers":
            return isinstance(kind, ListType) and _plain(kind.item) in (*_NUMBER, ANY)
        case "orderable":
            return isinstance(kind, ListType) if count == 1 else kind in (*_NUMBER, STR)
        case _:
            return True


def _is_scalar(kind: Type) -> bool:
    return isinstance(kind, UnionType) or kind in (STR, INT, FLOAT, BOOL, ANY)
