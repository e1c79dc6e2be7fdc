"""Comprehensions: what they keep of the order and extent of what they go through."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

from ..finding import Cause, Place
from ..layout import REQUEST
from .answering import answered_at
from .binding import bind, condition_taints, loop_element
from .building import order_taint, put
from .drawn import drawn, is_drawn
from .elements import is_historical, known_items
from .frames import Frame, Loop
from .growing import part_of
from .holding import extent_of, join, picked, text_taints_of, union
from .labels import label_taints
from .machine import Run
from .messages import options_of
from .places import place_of, shown
from .standing import as_iterated
from .taints import NONE, Taint, Taints
from .taken_over import drops_reasoning, takes_over_others
from .texts import used_at
from .thoughts import is_said, reasoning_taint, without_reasoning
from .values import Choice, Const, DictV, ListV, Opaque, Value
from .walking import walk

_Listing = ast.ListComp | ast.GeneratorExp | ast.SetComp


def comprehension(run: Run, frame: Frame, node: _Listing | ast.DictComp) -> Value:
    """A list, set, generator or table that is made of another."""
    kind = {ast.SetComp: "set", ast.GeneratorExp: "generator"}.get(type(node), "list")
    inner = _scope(frame)
    source = as_iterated(run, run.evaluate(run, inner, node.generators[0].iter))
    if isinstance(node, ast.DictComp):
        return join([_table(run, inner, node, each) for each in options_of(source)])
    if isinstance(source, Choice) and all(map(_is_record, source.options)):
        found = [_listed(run, frame, inner, node, kind, each) for each in source.options]
        return join(found, source.taints)
    return _listed(run, frame, inner, node, kind, source)


def _is_record(value: Value) -> bool:
    """Whether a value is a tuple of known things, each of which means what its place says."""
    is_tuple = isinstance(value, ListV) and value.kind == "tuple"
    is_tuple |= isinstance(value, Const) and isinstance(value.value, tuple)
    return is_tuple and known_items(value) is not None


def _listed(
    run: Run, frame: Frame, inner: Frame, node: _Listing, kind: str, source: Value
) -> ListV:
    """The list, set or generator that is made of one of those that may be gone through."""
    made = ListV(kind, loops=run.loop_numbers())
    _generate(run, inner, node, source, made, DictV())
    if isinstance(node, ast.SetComp):
        made.shape |= {order_taint(run, frame, node)}
    return made


def as_table(node: ast.Call) -> ast.DictComp | None:
    """`dict((key, value) for ...)` as a comprehension of a table; None for any other call."""
    match node:
        case ast.Call(
            func=ast.Name(id="dict"),
            args=[
                ast.GeneratorExp(elt=ast.Tuple(elts=[key, value]), generators=each)
                | ast.ListComp(elt=ast.Tuple(elts=[key, value]), generators=each)
            ],
            keywords=[],
        ):
            return ast.copy_location(ast.DictComp(key, value, each), node)
        case _:
            return None


def _table(run: Run, frame: Frame, node: ast.DictComp, source: Value) -> DictV:
    """A table that is made of one of those that may be gone through: each kind of message stays what it is."""
    table = DictV(loops=run.loop_numbers())
    _generate(run, frame, node, source, ListV(loops=table.loops), table)
    return table


def _scope(frame: Frame) -> Frame:
    """A frame of the same function whose new names don't reach the function."""
    return replace(frame, env=dict(frame.env), conds=list(frame.conds))


def _generate(
    run: Run,
    frame: Frame,
    node: Any,
    source: Value,
    made: ListV,
    table: DictV,
    depth: int = 0,
) -> None:
    generator: ast.comprehension = node.generators[depth]
    shape, as_text = (
        used_at(extent_of(source), place_of(frame.module, generator.iter)),
        text_taints_of(source),
    )
    conditions: Taints = asked_for(source, place_of(frame.module, generator.iter))
    items = known_items(source)
    loop = Loop(run.next_number(), place_of(frame.module, generator.target), shape, frame)
    for value in (
        items if items is not None else [loop_element(run, frame, source, generator.iter, loop)]
    ):
        run.loops.append(loop)
        bind(run, frame, generator.target, value)
        tests = [run.evaluate(run, frame, test) for test in generator.ifs]
        conditions |= union(
            _filter_taints(run, frame, t, n) for t, n in zip(tests, generator.ifs, strict=True)
        )
        if is_historical(source):  # what was said is not chosen by what is asked now
            conditions = frozenset(t for t in conditions if t.flag != "picked")
        conditions |= answered_at(run, frame, generator.ifs, made.loops)
        before = len(made.items)
        if not any(isinstance(t, Const) and not t.value for t in tests):
            frame.conds.append(NONE)
            _go_on(run, frame, node, made, table, depth + 1)
            frame.conds.pop()
        run.loops.pop()
        for item in made.items[before:]:
            item.many = item.many or items is None or bool(tests)
    shape = _kept_shape(node, generator, shape)
    made.shape |= shape | conditions
    made.as_text |= as_text
    table.shape |= shape | conditions
    table.as_text |= as_text
    made.is_copy |= _is_copying(node, generator, source)
    if _is_choice(node):
        made.parent = part_of(run, source)
    if isinstance(node, ast.DictComp):
        if drops_reasoning(run, frame, generator) or takes_over_others(frame, source):
            table.rewrites = reasoning_taint(run, frame, node)
    elif any(map(is_said, options_of(source))) and drops_reasoning(run, frame, generator):
        made.shape |= {reasoning_taint(run, frame, node)}


def _go_on(run: Run, frame: Frame, node: Any, made: ListV, table: DictV, depth: int) -> None:
    """The next generator inside, or what is given for an element of all of them."""
    if depth == len(node.generators):
        _yield_element(run, frame, node, made, table)
        return
    source = as_iterated(run, run.evaluate(run, frame, node.generators[depth].iter))
    _generate(run, frame, node, source, made, table, depth)


def _filter_taints(run: Run, frame: Frame, test: Value, node: ast.expr) -> Taints:
    """A filter makes a list's extent vary with what the filter looks at."""
    found = condition_taints(run, frame, test) | _asked_about(run, frame, node)
    place = place_of(frame.module, node)
    return frozenset(
        replace(t, cause=Cause.WINDOW, flag="", what=f"the window {shown(node)}")
        if _counts_from_end(node, t)
        else picked(t, place)
        if t.flag == "asked"
        else drawn(t, place)
        if is_drawn(node, t)
        else replace(t, flag="filter").through(place)
        for t in found
        if t.needs not in {loop.number for loop in run.loops[-1:]}
    )


def asked_for(source: Value, place: Place) -> Taints:
    """What is gone through was looked up by what a person asks: which elements there are, the question says."""
    held = source.taints if isinstance(source, Opaque) and not is_historical(source) else NONE
    return frozenset(picked(t, place) for t in held if t.flag == "asked")


def _counts_from_end(node: ast.expr, taint: Taint) -> bool:
    """Whether a filter keeps what stands behind a place that moves with the length."""
    is_order = isinstance(node, ast.Compare) and isinstance(
        node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE
    )
    return taint.flag == "length" and is_order


_ASKED = re.compile(
    r"^(text|message|task|prompt|request|question|query|intent|goal|wish|utterance|user_input|instruction|situation|topic)$"
)


def _asked_about(run: Run, frame: Frame, node: ast.expr) -> Taints:
    """What a filter asks for by the question of the call."""
    found: set[Taint] = set()
    for each in walk(node):
        if not isinstance(each, ast.Name):
            continue
        held = frame.env.get(each.id)
        if isinstance(held, Opaque):
            place = place_of(frame.module, each)
            if _ASKED.match(held.label):
                found.add(Taint(Cause.VARYING, REQUEST, place, f"`{held.label}`"))
            found |= {t for t in label_taints(held, place) if t.cause is Cause.VARYING}
    return frozenset(found)


def _kept_shape(node: Any, generator: ast.comprehension, shape: Taints) -> Taints:
    """A head of a history that is taken over as it is loses nothing; one that is changed is rewritten."""
    if not any(t.flag == "head" for t in shape):
        return shape
    plain = isinstance(node, ast.ListComp | ast.GeneratorExp) and ast.dump(node.elt).replace(
        "Load", "Store"
    ) == ast.dump(generator.target)
    return (
        frozenset(t for t in shape if t.flag != "head")
        if plain
        else frozenset(replace(t, flag="") if t.flag == "head" else t for t in shape)
    )


def _is_choice(node: Any) -> bool:
    """Whether a comprehension gives some of the elements that it goes through, as they are."""
    match node:
        case ast.ListComp(elt=ast.Name(id=name), generators=[ast.comprehension(target=target)]):
            return isinstance(target, ast.Name) and target.id == name
        case _:
            return False


def _is_copying(node: Any, generator: ast.comprehension, source: Value) -> bool:
    """Whether a comprehension copies the messages of a history one by one."""
    if isinstance(node, ast.DictComp) or not isinstance(generator.target, ast.Name):
        return False
    if not is_historical(source):
        return False
    name = generator.target.id
    match node.elt:
        case ast.Call(func=ast.Name(id="dict"), args=[ast.Name(id=inner)]):
            return inner == name
        case ast.Call(func=ast.Attribute(attr="copy" | "deepcopy" | "model_copy")):
            return True
        case ast.Dict(keys=[None], values=[ast.Name(id=inner)]):
            return inner == name
        case _:
            return False


def _yield_element(run: Run, frame: Frame, node: Any, made: ListV, table: DictV) -> None:
    if isinstance(node, ast.DictComp):
        key, value = run.evaluate(run, frame, node.key), run.evaluate(run, frame, node.value)
        put(run, frame, table, key, value, node)
        if not isinstance(key, Const):
            table.key = key
            made.add(key, many=True)
        return
    element = run.evaluate(run, frame, node.elt)
    made.shape |= without_reasoning(element)
    made.add(element)
