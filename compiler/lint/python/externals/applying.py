"""Functions that call what they are given: `reduce`, `starmap`, threads, and functions that name what they get."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from ..elements import element_of, indexed, known_items
from ..frames import Frame
from ..holding import join, shape_of
from ..machine import Run
from ..texts import literal
from ..values import Const, Ext, Item, ListV, Opaque, PartialV, Value
from .reflected import External


def reduce_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`functools.reduce`: over a few known elements one by one, over anything else twice."""
    if len(args) < 2:
        return Opaque()
    each = known_items(args[1])
    items = list(each) if each is not None else [element_of(args[1])] * 2
    found = args[2] if len(args) > 2 else items.pop(0)
    for item in items:
        found = run.call(run, "value", frame, args[0], [found, item], {}, node)
    return found


def accumulate_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`itertools.accumulate`: everything that is reached on the way."""
    if not args:
        return Opaque()
    made = ListV("generator", shape=shape_of(args[0]))
    func = args[1] if len(args) > 1 else Ext("operator.add")
    whole = reduce_call(run, frame, [func, args[0]], {}, node)
    made.add(join([element_of(args[0]), whole]), many=True)
    return made


def starmap_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`itertools.starmap`."""
    if len(args) < 2:
        return Opaque()
    made = ListV("generator", shape=shape_of(args[1]))
    items = known_items(args[1])
    for each in items if items is not None else [element_of(args[1])]:
        given = known_items(each) or [element_of(each)]
        value = run.call(run, "value", frame, args[0], given, {}, node)
        made.add(value, many=items is None)
    return made


def thread_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`threading.Thread` and its kin: what is to run does run."""
    target = kwargs.get("target", args[1] if len(args) > 1 else None)
    given, named = kwargs.get("args"), kwargs.get("kwargs")
    if target is not None:
        items = [i.value for i in given.items] if isinstance(given, ListV) else []
        fields = getattr(named, "fields", {})
        run.call(run, "value", frame, target, items, dict(fields), node)
    return Opaque(label="thread")


GETTERS = ("itemgetter", "attrgetter", "methodcaller")


def getter_call(kind: str) -> External:
    """`operator.itemgetter`, `attrgetter` and `methodcaller`: functions that take one thing out of what they get."""

    def made(
        run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
    ) -> Value:
        return PartialV(Ext(f"<{kind}>"), list(args), dict(kwargs))

    return made


def taken_out(kind: str) -> External:
    """What such a function gives."""

    def taken(
        run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
    ) -> Value:
        if len(args) < 2:
            return Opaque()
        *names, owner = args
        found = [_taken(run, frame, kind, owner, name, node) for name in names]
        if kind == "methodcaller":
            method = _taken(run, frame, kind, owner, names[0], node)
            return run.call(run, "value", frame, method, names[1:], dict(kwargs), node)
        return found[0] if len(found) == 1 else ListV("tuple", [Item(each) for each in found])

    return taken


def _taken(run: Run, frame: Frame, kind: str, owner: Value, name: Value, node: ast.Call) -> Value:
    here = ast.Name("<owner>", ast.Load())
    inner = Frame(frame.module, {"<owner>": owner}, frame.name)
    if kind == "itemgetter":
        index = ast.copy_location(ast.Subscript(here, here, ast.Load()), node)
        return indexed(run, frame, owner, name, index)
    found: ast.expr = here
    for each in (literal(name) or "").split("."):
        found = ast.copy_location(ast.Attribute(found, each, ast.Load()), node)
    return run.evaluate(run, inner, found)


def operator_call(op: ast.operator) -> External:
    """`operator.add` and its kin."""

    def operated_on(
        run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
    ) -> Value:
        if len(args) != 2:
            return Opaque()
        one, other = ast.Name("<one>", ast.Load()), ast.Name("<other>", ast.Load())
        inner = Frame(frame.module, {"<one>": args[0], "<other>": args[1]}, frame.name)
        return run.evaluate(run, inner, ast.copy_location(ast.BinOp(one, op, other), node))

    return operated_on


def pushed(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`heapq.heappush`, `bisect.insort`: into a list."""
    if len(args) >= 2 and isinstance(args[0], ListV):
        args[0].add(args[1], bool(frame.conds) or bool(run.loops))
    return Const(None)


def element_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`heapq.heappop`: one of a list."""
    return element_of(args[0]) if args else Opaque()


def iter_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`iter`: the same; with a second argument, what a function gives again and again."""
    if len(args) < 2:
        return args[0] if args else Opaque()
    item = run.call(run, "value", frame, args[0], [], {}, node)
    return ListV("generator", [Item(item, many=True)])
