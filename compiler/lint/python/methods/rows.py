"""Queries: rows in the order that a query asks for, or in none, and the newest entries of a list in a store."""

from __future__ import annotations

import ast

from ...finding import Cause
from ...layout import REQUEST
from ..calling import Calling
from ..places import place_of
from ..queries import FETCHES, SINGLE, built_rows, is_query, rows_of, single
from ..taints import NONE, Taint, Taints
from ..values import ClassV, Const, DictV, ListV, Opaque, Value
from ..walking import walk

_RUNS_QUERY = frozenset(
    {"all", "scalars", "execute", "fetchall", "limit", "to_list", "fetch_all", "mappings"}
)


_STREAMS = frozenset({"stream", "stream_scalars", "exec", "fetch", "run"})


def queried(call: Calling) -> Value | None:
    """What a query gives; None where a method is none."""
    frame, name, said = call.frame, call.name, call.said
    built = next((a for a in call.given if isinstance(a, ListV) and a.kind == "rows"), None)
    if built is not None and name in FETCHES | SINGLE | _RUNS_QUERY | _STREAMS:
        return single(built) if name in SINGLE else built
    query = next((a for a in call.given if is_query(a)), None)
    if query is not None:
        frame.queries[said] = rows_of(call.run, query, call.place)
        return single(frame.queries[said]) if name in SINGLE else frame.queries[said]
    if name in _OF_MANAGERS and ".objects." in said + ".":
        return _managed(call)
    if name == "find" and call.args and isinstance(call.args[0], DictV):
        return _rows(call, "a query without `sort`")
    if name in _RUNS_QUERY:
        built = built_rows(call.run, ast.unparse(call.node), call.place)
        if built is not None:
            return built
    if name == "lrange" and (trim := _trimmed_at(call)) is not None:
        return trim
    if name == "lrange" and len(call.args) == 3 and isinstance(call.args[1], Const):
        return _newest(call, call.args[1].value)
    if name in FETCHES | SINGLE and said in frame.queries:
        return single(frame.queries[said]) if name in SINGLE else frame.queries[said]
    return None


_OF_MANAGERS = frozenset(
    "all filter exclude values values_list iterator distinct annotate only".split()
)


def _managed(call: Calling) -> Value | None:
    """Rows of a Django model that the project defines without an order."""
    owner = call.run.evaluate(
        call.run, call.frame, ast.Name(call.said.partition(".")[0], ast.Load())
    )
    if not isinstance(owner, ClassV) or "ordering" in ast.unparse(owner.info.node):
        return None
    return _rows(call, "a query without `order_by`")


def _rows(call: Calling, what: str) -> ListV:
    """Rows in no fixed order."""
    taint = call.taint(Cause.UNORDERED, what)
    made = ListV("rows", shape=frozenset({taint}), loops=call.run.loop_numbers())
    made.add(Opaque(label="record"), many=True)
    return made


def _trimmed_at(call: Calling) -> Value | None:
    """The entries of a list that the module cuts to the newest after each push."""
    if ".ltrim(" not in call.frame.module.text:
        return None
    for node in walk(call.frame.module.tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="ltrim"), args=[_, ast.UnaryOp(op=ast.USub()), *_]
            ):
                place = place_of(call.frame.module, node)
                what = "a list that is cut to its newest entries"
                taint = Taint(Cause.WINDOW, REQUEST, place, what, loops=call.run.loop_numbers())
                made = ListV("rows", shape=frozenset({taint}))
                made.add(Opaque(label="record"), many=True)
                return made
            case _:
                pass
    return None


def _newest(call: Calling, start: object) -> Value:
    """`lrange(key, -40, -1)`: the newest entries of a list."""
    shape: Taints = NONE
    if isinstance(start, int) and start < -1:
        shape = frozenset({call.taint(Cause.WINDOW, "a query for the newest entries")})
    made = ListV("rows", shape=shape)
    made.add(Opaque(label="record"), many=True)
    return made
