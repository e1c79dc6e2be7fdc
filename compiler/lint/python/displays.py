"""Texts, lists and tables as they are written in source, with what is evaluated inside them."""

from __future__ import annotations

import ast

from .backwards import rebuilt_from_the_end
from .building import merge, order_taint, put, splice
from .clocks import coarse
from .frames import Frame
from .machine import Run
from .places import place_of
from .standing import as_iterated, as_written
from .taints import MARKS, Lit, Part
from .texts import parts_of, put_behind, text
from .unsaid import note_left_out
from .values import Const, DictV, ListV, Value


def f_string(run: Run, frame: Frame, node: ast.JoinedStr) -> Value:
    """`f"...{x}..."`: its literals and what is written between them."""
    parts: list[Part] = []
    for piece in node.values:
        match piece:
            case ast.Constant(value=held):
                parts.append(Lit(str(held), place_of(frame.module, piece)))
            case ast.FormattedValue(value=inner, format_spec=spec):
                more = _formatted(run, frame, inner, spec)
                put_behind(parts, more, place_of(frame.module, inner))
            case _:
                pass
    return text(parts)


def _formatted(run: Run, frame: Frame, inner: ast.expr, spec: ast.expr | None) -> tuple[Part, ...]:
    place = place_of(frame.module, inner)
    value = as_written(run, run.evaluate(run, frame, inner), place)
    pattern = run.evaluate(run, frame, spec) if spec is not None else None
    if isinstance(pattern, Const) and isinstance(pattern.value, str) and "%" in pattern.value:
        value = coarse(value, pattern.value)
    return parts_of(value, place)


def list_display(run: Run, frame: Frame, node: ast.List | ast.Tuple | ast.Set) -> Value:
    """`[...]`, `(...)`, `{...}`: what it is made of; a set has no order."""
    kind = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}[type(node)]
    made = ListV(kind, loops=run.loop_numbers())
    for each in node.elts:
        if isinstance(each, ast.Starred):
            splice(made, as_iterated(run, run.evaluate(run, frame, each.value)))
        else:
            made.add(run.evaluate(run, frame, each))
    if isinstance(node, ast.Set) and (len(node.elts) > 1 or _comes_to_more(frame, node)):
        made.shape |= {order_taint(run, frame, node)}
    return made


def _comes_to_more(frame: Frame, node: ast.Set) -> bool:
    """Whether a set of one element is a global that its module adds to."""
    for each in frame.module.tree.body if not frame.name else ():
        if isinstance(each, ast.Assign | ast.AnnAssign) and each.value is node:
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            names = [t.id for t in targets if isinstance(t, ast.Name)]
            added = (f"{n}.{how}" for n in names for how in ("add(", "update("))
            return any(word in frame.module.text for word in added)
    return False


def dict_display(run: Run, frame: Frame, node: ast.Dict) -> Value:
    """`{key: value}`: keys in order; one that marks a breakpoint is noted."""
    rebuilt_from_the_end(run, frame, node)
    made = DictV(loops=run.loop_numbers())
    for key, held in zip(node.keys, node.values, strict=True):
        value = run.evaluate(run, frame, held)
        if key is None:
            merge(made, value)
            continue
        name = run.evaluate(run, frame, key)
        put(run, frame, made, name, value, node)
        if isinstance(name, Const) and name.value in MARKS:
            made.place = place_of(frame.module, held)
    note_left_out(run, frame, made, node)
    return made
