"""Methods of text that is known, in whole or in part: `format`, `join`, `replace`, `split`."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import partial

from ..calling import Calling
from ..filling import formatted, substituted, variables_of
from ..frames import Frame
from ..holding import taints_in
from ..rendering import context_of, rendered_text
from ..standing import as_written, table_of
from ..texts import joined, known_start, literal, replaced, transformed
from ..values import Const, DictV, ListV, Opaque, Text, Value
from ..walking import walk

_PLAIN = {
    "upper": str.upper,
    "lower": str.lower,
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "title": str.title,
    "capitalize": str.capitalize,
    "casefold": str.casefold,
    "expandtabs": str.expandtabs,
}


FILLED = {
    "substitute": "dollar",
    "safe_substitute": "dollar",
    "render": "jinja",
    "format_map": "brace",
}


def text_method(call: Calling, receiver: Const | Text) -> Value:
    """What a method of a text gives."""
    name, args, kwargs, place = call.name, call.args, call.kwargs, call.here
    if name == "format":
        rest = Opaque() if any(k.arg is None for k in call.node.keywords) else None
        return formatted(receiver, args, kwargs, place, rest, partial(_reached, call))
    if name == "join" and args:
        return joined(receiver, args[0], place)
    if name == "replace" and len(args) >= 2:
        return replaced(receiver, args[0], args[1], place)
    if name == "render":
        values = context_of(call, args)
        held = rendered_text(call.run, receiver, values, place)
        if held is not None:
            return held
    if name in FILLED:
        values = dict(kwargs)
        names = sorted(variables_of(known_start(receiver)))
        table = table_of(call.run, args[0], names) if args else None
        if isinstance(table, DictV):
            values |= {k: v for k, v in table.fields.items() if isinstance(k, str)}
        rest = table.rest if isinstance(table, DictV) else None
        return substituted(receiver, values, FILLED[name], place, rest)
    if name in _PLAIN and not args:
        return (
            transformed(receiver, lambda s: s, place)
            if name == "strip"
            else transformed(receiver, _PLAIN[name], place)
        )
    if name in (
        "strip",
        "lstrip",
        "rstrip",
        "removeprefix",
        "removesuffix",
        "ljust",
        "rjust",
        "center",
        "zfill",
        "encode",
        "decode",
    ):
        return receiver
    if name in ("split", "splitlines", "partition", "rsplit", "rpartition"):
        return _split(receiver, name, args)
    if name in ("startswith", "endswith", "isdigit", "find", "index", "count"):
        return Opaque(taints_in(receiver))
    return Opaque(taints_in(receiver))


def _reached(call: Calling, value: Value, path: str) -> Value:
    """What a field of a template leads to: `{page.title}`, `{page[title]}`."""
    words = re.sub(r"\[(?!-?\d)([^\]]*)\]", r"['\1']", f"_{path}")
    try:
        tree = ast.parse(words, mode="eval").body
    except SyntaxError:
        return value
    for each in walk(tree):
        ast.copy_location(each, call.node)
    inner = Frame(call.frame.module, {"_": value}, call.frame.name)
    return as_written(call.run, call.run.evaluate(call.run, inner, tree), call.here)


def _split(receiver: Const | Text, name: str, args: Sequence[Value]) -> Value:
    made = ListV("list")
    held = receiver.value if isinstance(receiver, Const) else None
    by = literal(args[0]) if args else None
    if isinstance(held, str) and name in ("split", "splitlines"):
        pieces = held.splitlines() if name == "splitlines" else held.split(by)
        for piece in pieces[:60]:
            made.add(Const(piece))
        return made
    made.add(Opaque(taints_in(receiver), label="piece"), many=True)
    return made
