"""What it means that a value is stored: a history that is cut rarely, a counter that runs."""

from __future__ import annotations

import ast
from dataclasses import replace

from ...finding import Cause
from ...layout import REQUEST
from ..frames import Frame
from ..holding import shape_of
from ..machine import Run
from ..methods.growth import made_longer
from ..places import place_of
from ..slices import assigned_to
from ..taints import NONE, Taint
from ..values import Choice, Const, DictV, ListV, Opaque, Text, Value
from ..walking import nodes_of, walk


def as_stored(run: Run, frame: Frame, target: ast.expr, source: ast.expr, value: Value) -> Value:
    """A history that is cut past a limit well above what is kept, and stored, is cut rarely."""
    guarded = frozenset(
        t for t in shape_of(value) if t.cause is Cause.WINDOW and t.flag == "guarded"
    )
    if not guarded:
        _note_longer(run, frame, target, source, value)
        return _counted(run, frame, target, source, value)
    name = ast.unparse(target).removesuffix("[:]")
    read = [
        source,
        *assigned_to(frame, {n.id for n in walk(source) if isinstance(n, ast.Name)}),
    ]
    named = (n for each in read for n in walk(each))
    seen = {ast.unparse(n) for n in named if isinstance(n, ast.Name | ast.Attribute)}
    is_lasting = not isinstance(target, ast.Name) or name not in frame.params or bool(run.loops)
    if name not in seen or not is_lasting:
        return value
    match value:
        case ListV() | Opaque():
            return replace(value, shape=value.shape - guarded)
        case Choice(options=options):
            return replace(
                value, options=[as_stored(run, frame, target, source, o) for o in options]
            )
        case _:
            return value


def _note_longer(run: Run, frame: Frame, target: ast.expr, source: ast.expr, value: Value) -> None:
    """`messages = [*messages, *results]`, `messages = messages + results`."""
    old = frame.env.get(target.id) if isinstance(target, ast.Name) else None
    if not isinstance(old, ListV) or not isinstance(value, ListV) or value is old:
        return
    match source:
        case ast.List(elts=[ast.Starred(value=ast.Name(id=name)), *_]):
            pass
        case ast.BinOp(left=ast.Name(id=name), op=ast.Add()):
            pass
        case _:
            return
    if isinstance(target, ast.Name) and name == target.id and not old.persists:
        made_longer(run, frame, old, value)


def _counted(run: Run, frame: Frame, target: ast.expr, source: ast.expr, value: Value) -> Value:
    """`n = n + 1` in a loop."""
    if not isinstance(target, ast.Name) or not isinstance(source, ast.BinOp) or not run.loops:
        return value
    if not any(isinstance(n, ast.Name) and n.id == target.id for n in walk(source)):
        return value
    return with_counter(run, frame, value, source, target.id)


def with_counter(run: Run, frame: Frame, value: Value, node: ast.AST, name: str) -> Value:
    """A name that changes in each round of a loop."""
    loops = [loop for loop in run.loops if loop.frame is not None and loop.frame.name == frame.name]
    if not loops or any(_is_reset(loop.node, name) for loop in loops):
        return value
    if isinstance(value, Text | ListV | DictV):
        return value
    if isinstance(value, Const) and not isinstance(value.value, int | float):
        return value
    taint = Taint(
        Cause.COUNTER,
        REQUEST,
        place_of(frame.module, node, f"{frame.name}:{name}"),
        f"`{name}`, which changes in each round",
        loops=run.loop_numbers(),
        needs=loops[-1].number,
    )
    held = value.taints if isinstance(value, Opaque) else NONE
    return Opaque(held | {taint}, label=name)


def _is_reset(loop: ast.AST | None, name: str) -> bool:
    """Whether each round of a loop begins with another value of a name, so that nothing is counted up."""
    for node in nodes_of(loop) if loop is not None else ():
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                if not any(isinstance(n, ast.Name) and n.id == name for n in walk(value)):
                    return True
            case _:
                pass
    return False
