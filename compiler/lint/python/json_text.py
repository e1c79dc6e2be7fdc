"""JSON: what is dumped keeps its taints, and arguments that a model wrote are followed from parse to dump."""

from __future__ import annotations

import re
from dataclasses import replace

from ..finding import Cause, Place
from ..layout import REQUEST, SESSION
from .addresses import addresses_in
from .calling import Calling
from .holding import is_fixed, taints_in, union
from .messages import options_of
from .replayed import DUMPED
from .sinks.bodies import body_in
from .taints import NONE, Hole, Lit, Part, Taint
from .texts import parts_of, text, used_at
from .values import Choice, Const, DictV, Ext, ListV, Opaque, Value

PARSED = "<arguments>"
"""The label of arguments that were parsed; it passes through copies and attributes."""

_NAMES = ("arguments", "raw_arguments", "function_args", "args_json", "arguments_json")


_STORED = re.compile(r"(^|[._\[])(arg(ument)?s|kwargs|tool_input|parameters|params|input)(\[\])?$")
"""Labels of what may be the arguments of a call, as data: in a tool call they were a text before."""


_SCHEMA = re.compile(r"^[a-z_.]*(schema|json_schema)$")
_SERVED = re.compile(
    r"(^|[.\]])(inputSchema|outputSchema)(\.\w+)*$|^tools\.tools\[\]\.(model_dump|dict|to_dict)\(\)$"
)
"""Labels of schemas that a server of tools sent, and of its tools as tables."""


def is_arguments(value: Value) -> bool:
    """Whether a value is the string of arguments that a model wrote."""
    match value:
        case Opaque(label=label):
            return label.rpartition(".")[2] in _NAMES
        case Choice(options=options):
            return any(is_arguments(option) for option in options)
        case _:
            return False


def is_parsed(value: Value) -> bool:
    """Whether a value is such arguments, parsed."""
    match value:
        case Opaque(label=label):
            return label == PARSED
        case Choice(options=options):
            return any(is_parsed(option) for option in options)
        case DictV(fields=fields, rest=rest):
            return not fields and rest is not None and is_parsed(rest)
        case ListV(items=items):
            return any(is_parsed(i.value) for i in items)
        case _:
            return False


def loaded(call: Calling) -> Value:
    """`json.loads`."""
    if call.args and is_arguments(call.args[0]):
        return Opaque(label=PARSED, is_reply=True)
    kept = bool(call.args) and is_fixed(call.args[0])
    return Opaque(union(taints_in(a) for a in call.args[:1]), label="json", is_fixed=kept)


def dumped(call: Calling) -> Value:
    """`json.dumps`."""
    if not call.args:
        return Const("")
    held = _as_one(call.args[0])
    body = body_in(held)
    if body is not None:
        call.run.calls.body(call.run, call.frame, body, call.node)
    place = call.origin("dumps")
    if is_parsed(held):
        taint = Taint(Cause.ARGUMENTS, REQUEST, place, call.shown, loops=call.loops)
        return text((Hole(frozenset({taint}), PARSED),))
    if isinstance(held, Opaque) and _STORED.search(held.label) and not held.is_fixed:
        what = call.shown
        loops = call.loops
        taint = Taint(Cause.ARGUMENTS, REQUEST, place, what, loops=loops, flag="stored")
        return text((Hole(frozenset({taint}) | taints_in(held), held.label),))
    sorts = call.kwargs.get("sort_keys")
    is_sorted = (isinstance(sorts, Const) and bool(sorts.value)) or "option" in call.kwargs
    loose = None if is_sorted else _order_of_keys(call, held)
    if loose is not None and isinstance(held, Opaque) and (_is_given_schema(held) or loose.flag):
        return text((Hole(frozenset({loose}) | taints_in(held), held.label),))
    shown = addresses_in(held, place) if _is_shown(call.kwargs.get("default")) else NONE
    parts = _json_parts(held, place, loose, 5)
    if any(isinstance(o, Opaque) and not (o.is_fixed or o.is_reply) for o in options_of(held)):
        taint = Taint(Cause.ARGUMENTS, REQUEST, place, call.shown, loops=call.loops, flag=DUMPED)
        parts = _with_taint(parts, taint)
    return text((*parts, *((Hole(shown),) if shown else ())))


def _as_one(value: Value) -> Value:
    """Of several unknown values under one name, such as a loop's rounds leave, the first."""
    options = [o for o in options_of(value) if isinstance(o, Opaque)]
    if not isinstance(value, Choice) or len(options) < len(value.options) or value.taints:
        return value
    is_one = len({o.label for o in options}) == 1
    return replace(options[0], taints=union(o.taints for o in options)) if is_one else value


def _with_taint(parts: tuple[Part, ...], taint: Taint) -> tuple[Part, ...]:
    """Parts of which the first that isn't known has one more taint."""
    at = next((n for n, part in enumerate(parts) if isinstance(part, Hole)), None)
    if at is None:
        return parts
    hole = parts[at]
    assert isinstance(hole, Hole)
    return (*parts[:at], replace(hole, taints=hole.taints | {taint}), *parts[at + 1 :])


def _order_of_keys(call: Calling, held: Value) -> Taint:
    """The order of keys in a table, as whoever sent it wrote them."""
    what = f"{call.shown}, in the order of keys that it came in,"
    flag = "said" if isinstance(held, Opaque) and _is_fetched(held) else ""
    place = call.origin("dumps")
    return Taint(Cause.KEY_ORDER, SESSION, place, what, loops=call.loops, flag=flag)


def _is_shown(default: Value | None) -> bool:
    """Whether what JSON has no form for is written as Python shows it."""
    return isinstance(default, Ext) and default.name in ("str", "repr")


def _is_given_schema(value: Opaque) -> bool:
    """Whether a schema comes from outside as data: each client writes its keys in an order of its own."""
    is_schema = _SCHEMA.search(value.label) or _SERVED.search(value.label)
    return bool(is_schema) and not (value.is_fixed or value.is_reply)


def _is_fetched(value: Opaque) -> bool:
    """Whether data is a service's answer, whose keys stand in the order in which it sent them."""
    return value.label.endswith("json()") and not value.is_reply and value.parent is None


def _json_parts(value: Value, place: Place, loose: Taint | None, depth: int) -> tuple[Part, ...]:
    """The pieces of a value as JSON; `loose`: what its keys vary with, where nothing sorts them."""
    match _as_one(value):
        case DictV() as value if depth:
            parts: list[Part] = [Lit("{")]
            kept = frozenset(
                t for t in value.shape if loose is not None or t.cause is not Cause.UNORDERED
            )
            if kept | value.as_text:
                parts.append(Hole(kept | value.as_text))
            for key, held in value.fields.items():
                parts += [
                    Lit(f'"{key}": '),
                    *_json_parts(held, place, loose, depth - 1),
                    Lit(", "),
                ]
            if value.rest is not None:
                parts += _json_parts(value.rest, place, loose, depth - 1)
            return (*parts, Lit("}"))
        case ListV() as value if depth:
            inner: list[Part] = []
            for item in value.items:
                inner += [*_json_parts(item.value, place, loose, depth - 1), Lit(", ")]
            taints = union([used_at(value.shape, place), value.as_text])
            return (Lit("["), *((Hole(taints),) if taints else ()), *inner, Lit("]"))
        case Opaque(label=label) if loose is not None and _SERVED.search(label):
            return (Hole(taints_in(value) | {loose}, label),)
        case _:
            return parts_of(value, place)
