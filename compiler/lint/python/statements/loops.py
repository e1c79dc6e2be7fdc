"""Loops: over a few known elements one by one, over anything else twice."""

from __future__ import annotations

import ast

from ...finding import Cause, Place
from ...layout import REQUEST
from ..arms import keep_apart
from ..binding import bind, loop_element
from ..elements import is_historical, known_items
from ..expressions import evaluate
from ..externals.containers import in_order
from ..frames import Frame, Loop
from ..holding import extent_of, join
from ..machine import Run
from ..places import dotted, place_of
from ..standing import as_iterated
from ..taints import NONE, Taint, Taints
from ..texts import used_at
from ..values import Choice, Const, ListV, Opaque, Text, Value
from ..walking import nodes_of, walk
from .branches import joined_env

MAX_ROUNDS = 2


def for_loop(run: Run, frame: Frame, node: ast.For | ast.AsyncFor) -> bool:
    """`for`."""
    source = as_iterated(run, evaluate(run, frame, node.iter))
    said = dotted(node.iter)
    if isinstance(source, Opaque) and said in frame.queries:
        source = frame.queries[said]
    items = known_items(source)
    if _sorts_its_folders(node):
        source = in_order(source)
    shape = used_at(extent_of(source), place_of(frame.module, node.iter)) | _newest_that_fit(
        run, frame, source, node
    )
    place = place_of(frame.module, node.target)
    loop = Loop(run.next_number(), place, shape, frame, node, source, _flags(frame), _texts(frame))
    if items is not None and len(items) * len(node.body) <= 60 and not _asks(node):
        loop.is_exact = True
        for value in items:
            _round(run, frame, loop, node, value)
    else:
        for number in range(MAX_ROUNDS):
            if number:
                _turn_flags(run, frame, loop, node)
                _carry_texts(run, frame, loop, node)
            _round(run, frame, loop, node, loop_element(run, frame, source, node.iter, loop))
    keep_apart(loop)
    grown_up(run, frame)
    if any(isinstance(n, ast.Break) for n in nodes_of(node)):
        before = dict(frame.env)
        run.body(run, frame, node.orelse)
        frame.env = joined_env([before, frame.env], [False, False], NONE, before)
        return False
    return run.body(run, frame, node.orelse) and False


def _sorts_its_folders(node: ast.For | ast.AsyncFor) -> bool:
    """`for folder, dirs, files in os.walk(...): dirs.sort()`: the folders come in a fixed order."""
    match node.target, node.iter:
        case ast.Tuple(elts=[_, ast.Name(id=dirs), _]), ast.Call(func=func):
            if dotted(func).rpartition(".")[2] != "walk":
                return False
        case _:
            return False
    for each in node.body:
        text = ast.unparse(each)
        if text.startswith((f"{dirs}.sort(", f"{dirs}[:] = sorted(")):
            return True
    return False


def _newest_that_fit(run: Run, frame: Frame, source: Value, node: ast.For | ast.AsyncFor) -> Taints:
    """A loop over a history from its end that stops at a limit: what it collects is a window."""
    backwards = isinstance(node.iter, ast.Call) and dotted(node.iter.func) == "reversed"
    backwards = backwards or (
        isinstance(node.iter, ast.Subscript) and "::-1" in ast.unparse(node.iter)
    )
    if not backwards or not is_historical(source):
        return NONE
    for each in nodes_of(node):
        stops = isinstance(each, ast.If) and any(isinstance(n, ast.Break) for n in each.body)
        if (
            stops
            and isinstance(each, ast.If)
            and any(isinstance(n, ast.Compare) for n in walk(each.test))
        ):
            place = place_of(frame.module, node, f"{frame.name}:reversed")
            what = "the newest messages that fit"
            return frozenset({Taint(Cause.WINDOW, REQUEST, place, what, loops=run.loop_numbers())})
    return NONE


def _asks(node: ast.For | ast.AsyncFor) -> bool:
    return (
        isinstance(node.iter, ast.Call)
        and isinstance(node.iter.func, ast.Name)
        and node.iter.func.id == "range"
    )


def _round(run: Run, frame: Frame, loop: Loop, node: ast.For | ast.AsyncFor, value: Value) -> None:
    run.loops.append(loop)
    before = dict(frame.env)
    bind(run, frame, node.target, value)
    ended = run.body(run, frame, node.body)
    run.loops.pop()
    loop.own.clear()
    if ended:
        for name, held in before.items():
            if frame.env.get(name) is not held:
                frame.env[name] = join([held, frame.env.get(name)])


def grown_up(run: Run, frame: Frame) -> None:
    """Lists grow no more once the loops have ended that run since they were made."""
    running = set(run.loop_numbers())
    for value in frame.env.values():
        if isinstance(value, ListV) and value.is_growing:
            value.is_growing = not running <= set(value.loops)


def _turn_flags(run: Run, frame: Frame, loop: Loop, node: ast.AST) -> None:
    """A flag that a round leaves otherwise than it found it: both values occur, in different rounds."""
    for each in nodes_of(node):
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=bool(held))):
                found = frame.env.get(name)
                before = loop.flags.get(name)
                if isinstance(found, Const) and before is not None and before is not held:
                    place = place_of(frame.module, each, f"{frame.name}:{name}")
                    frame.env[name] = Opaque(frozenset({_flag_taint(run, loop, place, name)}))
            case _:
                pass


def _carry_texts(run: Run, frame: Frame, loop: Loop, node: ast.AST) -> None:
    """A text that a round sets anew: the next one finds what the one before left, another each time."""
    grown = {
        n.target.id
        for n in nodes_of(node)
        if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)
    }
    for each in nodes_of(node):
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in loop.texts - grown:
                said = {n.id for n in walk(value) if isinstance(n, ast.Name)}
                held = frame.env.get(name)
                is_constant = isinstance(held, Const) or isinstance(value, ast.Constant)
                is_text = all(
                    isinstance(o, Const | Text) or (isinstance(o, Opaque) and not o.is_reply)
                    for o in (held.options if isinstance(held, Choice) else [held])
                )
                if name not in said and not is_constant and is_text:
                    place = place_of(frame.module, each, f"{frame.name}:{name}")
                    frame.env[name] = Opaque(frozenset({_flag_taint(run, loop, place, name)}))
            case _:
                pass


def _texts(frame: Frame) -> set[str]:
    """The names that are a text before a loop."""
    return {
        name
        for name, value in frame.env.items()
        if isinstance(value, Const) and isinstance(value.value, str | None)
    }


def _flag_taint(run: Run, loop: Loop, place: Place, name: str) -> Taint:
    what = f"`{name}`, which changes in each round"
    return Taint(
        Cause.COUNTER,
        REQUEST,
        place,
        what,
        loops=(*run.loop_numbers(), loop.number),
        needs=loop.number,
    )


def _flags(frame: Frame) -> dict[str, bool]:
    """The names that are true or false before a loop."""
    return {
        name: value.value
        for name, value in frame.env.items()
        if isinstance(value, Const) and isinstance(value.value, bool)
    }


def while_loop(run: Run, frame: Frame, node: ast.While) -> bool:
    """`while`."""
    loop = Loop(
        run.next_number(),
        place_of(frame.module, node.test),
        NONE,
        frame,
        node,
        None,
        _flags(frame),
        _texts(frame),
    )
    test = evaluate(run, frame, node.test)
    endless = isinstance(test, Const) and bool(test.value)
    frame.guards.append(node.test)
    ended = False
    for number in range(MAX_ROUNDS):
        run.loops.append(loop)
        if number:
            _turn_flags(run, frame, loop, node)
            _carry_texts(run, frame, loop, node)
        before = dict(frame.env)
        ended = run.body(run, frame, node.body)
        run.loops.pop()
        if ended:
            frame.env = joined_env([before, frame.env], [False, False], NONE, before)
            break
    frame.guards.pop()
    grown_up(run, frame)
    has_break = any(isinstance(n, ast.Break) for n in nodes_of(node))
    return endless and ended and not has_break
