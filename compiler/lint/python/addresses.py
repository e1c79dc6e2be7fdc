"""Addresses in text: functions, and objects of which nothing says how they are written, are shown by where they lie."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..finding import Cause, Place
from ..layout import SESSION
from .nouns import holds_facts
from .places import dotted
from .taints import NONE, Hole, Taint, Taints
from .texts import parts_of, text
from .values import Choice, ClassInfo, Const, DictV, FnV, ListV, Obj, PartialV, Value

_PLAIN = frozenset({"object", "ABC", "Protocol", "Generic"})
"""Bases of other packages that leave instances without a form of their own."""

_WORDS = ("__repr__", "__str__", "__format__")


def with_addresses(value: Value, place: Place) -> Value:
    """A value where it becomes text: the same, or its text with the addresses that stand in it."""
    taints = addresses_in(value, place)
    return text((*parts_of(value, place), Hole(taints))) if taints else value


def addresses_in(value: Value, place: Place) -> Taints:
    """What a value's text holds of addresses."""
    name = None if isinstance(value, Const) else next(_addresses(value, 4), None)
    if name is None:
        return NONE
    return frozenset(
        {Taint(Cause.ADDRESS, SESSION, place, f"the address that `{name}` is shown as")}
    )


def _addresses(value: Value, depth: int, words: tuple[str, ...] = _WORDS) -> Iterator[str]:
    """The names of what is written with its address."""
    match value:
        case FnV(node=ast.Lambda()):
            yield "lambda"
        case FnV(node=ast.FunctionDef(decorator_list=[]) | ast.AsyncFunctionDef(decorator_list=[])):
            yield value.name
        case PartialV(func=FnV() as func):
            yield func.name
        case ListV(items=items) if depth:
            for item in items:
                yield from _addresses(item.value, depth - 1, _WORDS[:1])
        case DictV(fields=fields) if depth:
            for held in fields.values():
                yield from _addresses(held, depth - 1, _WORDS[:1])
        case Choice(options=options) if depth:
            found = [list(_addresses(o, depth - 1, words)) for o in options]
            yield from found[0] if all(found) else ()
        case Obj(cls=cls) if depth:
            yield from _of_object(value, cls, depth, words)
        case _:
            pass


def _of_object(value: Obj, cls: ClassInfo, depth: int, words: tuple[str, ...]) -> Iterator[str]:
    line = cls.line()
    if any(word in (*each.methods, *each.defaults) for each in line for word in words):
        return
    bases = {name.rpartition(".")[2].partition("[")[0] for each in line for name in each.external}
    marks = {dotted(node).rpartition(".")[2] for c in line for node in c.node.decorator_list}
    if holds_facts(cls):
        for info in line:
            for name in info.annotations.keys() & value.attrs.keys():
                if not _is_left_out(info.defaults.get(name)):
                    yield from _addresses(value.attrs[name], depth - 1, words[:1])
    elif bases <= _PLAIN and not marks and all(each.meta is None for each in line):
        yield cls.name


def _is_left_out(default: ast.expr | None) -> bool:
    """Whether a field is one that isn't shown."""
    keywords = default.keywords if isinstance(default, ast.Call) else []
    return any(k.arg in ("repr", "exclude", "init_var") for k in keywords)
