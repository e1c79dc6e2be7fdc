"""Functions that call what they are given: `reduce`, `starmap`, threads, and functions that name what they get."""

from __future__ import annotations

import ast

from ..calling import Calling, External
from ..elements import element_of, known_items
from ..frames import Frame
from ..holding import join, shape_of
from ..indexing import indexed
from ..texts import literal
from ..values import Const, Ext, Item, ListV, Opaque, PartialV, Value


def reduce_call(call: Calling) -> Value:
    """`functools.reduce`: over a few known elements one by one, over anything else twice."""
    if len(call.args) < 2:
        return Opaque()
    each = known_items(call.args[1])
    items = list(each) if each is not None else [element_of(call.args[1])] * 2
    found = call.args[2] if len(call.args) > 2 else items.pop(0)
    for item in items:
        found = call.applied(call.args[0], [found, item])
    return found


def accumulate_call(call: Calling) -> Value:
    """`itertools.accumulate`: everything that is reached on the way."""
    if not call.args:
        return Opaque()
    made = ListV("generator", shape=shape_of(call.args[0]))
    func = call.args[1] if len(call.args) > 1 else Ext("operator.add")
    whole = reduce_call(call.with_args(func, call.args[0]))
    made.add(join([element_of(call.args[0]), whole]), many=True)
    return made


def starmap_call(call: Calling) -> Value:
    """`itertools.starmap`."""
    if len(call.args) < 2:
        return Opaque()
    made = ListV("generator", shape=shape_of(call.args[1]))
    items = known_items(call.args[1])
    for each in items if items is not None else [element_of(call.args[1])]:
        given = known_items(each) or [element_of(each)]
        value = call.applied(call.args[0], given)
        made.add(value, many=items is None)
    return made


def thread_call(call: Calling) -> Value:
    """`threading.Thread` and its kin: what is to run does run."""
    target = call.kwargs.get("target", call.args[1] if len(call.args) > 1 else None)
    given, named = call.kwargs.get("args"), call.kwargs.get("kwargs")
    if target is not None:
        items = [i.value for i in given.items] if isinstance(given, ListV) else []
        fields = getattr(named, "fields", {})
        call.applied(target, items, dict(fields))
    return Opaque(label="thread")


GETTERS = ("itemgetter", "attrgetter", "methodcaller")


def getter_call(kind: str) -> External:
    """`operator.itemgetter`, `attrgetter` and `methodcaller`: functions that take one thing out of what they get."""

    def made(call: Calling) -> Value:
        return PartialV(Ext(f"<{kind}>"), list(call.args), dict(call.kwargs))

    return made


def taken_out(kind: str) -> External:
    """What such a function gives."""

    def taken(call: Calling) -> Value:
        if len(call.args) < 2:
            return Opaque()
        *names, owner = call.args
        found = [_taken(call, kind, owner, name) for name in names]
        if kind == "methodcaller":
            method = _taken(call, kind, owner, names[0])
            return call.applied(method, names[1:], dict(call.kwargs))
        return found[0] if len(found) == 1 else ListV("tuple", [Item(each) for each in found])

    return taken


def _taken(call: Calling, kind: str, owner: Value, name: Value) -> Value:
    here = ast.Name("<owner>", ast.Load())
    inner = Frame(call.frame.module, {"<owner>": owner}, call.frame.name)
    if kind == "itemgetter":
        index = ast.copy_location(ast.Subscript(here, here, ast.Load()), call.node)
        return indexed(call.run, call.frame, owner, name, index)
    found: ast.expr = here
    for each in (literal(name) or "").split("."):
        found = ast.copy_location(ast.Attribute(found, each, ast.Load()), call.node)
    return call.run.evaluate(call.run, inner, found)


def operator_call(op: ast.operator) -> External:
    """`operator.add` and its kin."""

    def operated_on(call: Calling) -> Value:
        if len(call.args) != 2:
            return Opaque()
        one, other = ast.Name("<one>", ast.Load()), ast.Name("<other>", ast.Load())
        inner = Frame(
            call.frame.module, {"<one>": call.args[0], "<other>": call.args[1]}, call.frame.name
        )
        return call.run.evaluate(
            call.run, inner, ast.copy_location(ast.BinOp(one, op, other), call.node)
        )

    return operated_on


def pushed(call: Calling) -> Value:
    """`heapq.heappush`, `bisect.insort`: into a list."""
    if len(call.args) >= 2 and isinstance(call.args[0], ListV):
        call.args[0].add(call.args[1], bool(call.frame.conds) or bool(call.run.loops))
    return Const(None)


def element_call(call: Calling) -> Value:
    """`heapq.heappop`: one of a list."""
    return element_of(call.args[0]) if call.args else Opaque()


def iter_call(call: Calling) -> Value:
    """`iter`: the same; with a second argument, what a function gives again and again."""
    if len(call.args) < 2:
        return call.first
    item = call.applied(call.args[0], [])
    return ListV("generator", [Item(item, many=True)])
