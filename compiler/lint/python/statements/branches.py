"""Branches: each is taken, and what they leave is joined."""

from __future__ import annotations

import ast

from ..binding import condition_taints
from ..contents import ambient_in
from ..expressions import evaluate
from ..frames import Frame
from ..holding import decided, join
from ..machine import Run
from ..narrowing import narrowed
from ..taints import NONE, Taints
from ..values import Const, ListV, Obj, Opaque, Value
from ..walking import walk
from .assign import assign


def branch(run: Run, frame: Frame, node: ast.If) -> bool:
    """`if`."""
    test = evaluate(run, frame, node.test)
    if isinstance(test, Const) and not _is_main(node.test):
        frame.guards.append(node.test)
        ended = run.body(run, frame, node.body if test.value else node.orelse)
        frame.guards.pop()
        return ended
    taints = condition_taints(run, frame, test)
    before = frame.env
    ends: list[bool] = []
    envs: list[dict[str, Value]] = []
    told = narrowed(frame, node.test)
    for number, body in enumerate((node.body, node.orelse)):
        frame.env = dict(before)
        if told is not None:
            name, *held = told
            frame.env[name] = held[number]
        frame.conds.append(taints)
        frame.guards.append(node.test)
        ends.append(run.body(run, frame, body))
        frame.guards.pop()
        frame.conds.pop()
        envs.append(frame.env)
    if taints and any(ends):
        frame.return_taints |= taints
    if ends[0] and not ends[1]:
        frame.guards.append(node.test)
    if told is not None and not any(ends):
        _widen(envs, told, before)
    frame.env = joined_env(envs, ends, taints, before)
    return all(ends)


def _widen(
    envs: list[dict[str, Value]], told: tuple[str, Value, Value], before: dict[str, Value]
) -> None:
    """Behind both branches a name that neither of them set holds what it held before them."""
    name = told[0]
    if all(env.get(name) is held for env, held in zip(envs, told[1:], strict=True)):
        for env in envs:
            env[name] = before[name]


def _is_main(test: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in walk(test))


def joined_env(
    envs: list[dict[str, Value]], ends: list[bool], taints: Taints, before: dict[str, Value]
) -> dict[str, Value]:
    """The names after several branches."""
    live = [env for env, ended in zip(envs, ends, strict=True) if not ended]
    if len(live) == 1:
        return live[0]
    if not live:
        return before
    found = dict(live[0])
    for name in {*live[0], *live[1]}:
        one, other = live[0].get(name), live[1].get(name)
        if one is not other:
            found[name] = decided([one, other], taints)
    return found


def with_block(run: Run, frame: Frame, node: ast.With | ast.AsyncWith) -> bool:
    """`with`."""
    printed = len(run.printed)
    for item in node.items:
        value = evaluate(run, frame, item.context_expr)
        if isinstance(value, Opaque) and value.label == "redirect_stdout()" and value.contents:
            run.printed.append(value.contents)
        if item.optional_vars is not None:
            held = _entered(run, value)
            assign(run, frame, item.optional_vars, held, node)
    try:
        return run.body(run, frame, node.body)
    finally:
        del run.printed[printed:]


def _entered(run: Run, value: Value) -> Value:
    if isinstance(value, Obj):
        for info in value.cls.line():
            if "__enter__" in info.methods:
                from ..method_values import method_of

                fn = method_of(info, "__enter__")
                fn.bound = value
                return run.calls.function(run, fn, [], {})
    if isinstance(value, ListV) and value.kind == "generator" and value.items:
        return join(i.value for i in value.items)
    return value


def try_block(run: Run, frame: Frame, node: ast.Try) -> bool:
    """`try`: what handlers leave is joined."""
    before, raised = dict(frame.env), len(run.raised)
    ended = run.body(run, frame, node.body)
    ended = ended or run.body(run, frame, node.orelse)
    envs, ends = [frame.env], [ended]
    for handler in node.handlers:
        frame.env = dict(before)
        frame.conds.append(NONE)
        if handler.name:
            frame.env[handler.name] = Opaque(ambient_in(run.raised[raised:]), label="error")
        ends.append(run.body(run, frame, handler.body))
        frame.conds.pop()
        envs.append(frame.env)
    live = [env for env, end in zip(envs, ends, strict=True) if not end]
    frame.env = dict(live[0]) if live else before
    for env in live[1:]:
        for name, held in env.items():
            if frame.env.get(name) is not held:
                frame.env[name] = join([frame.env.get(name), held])
    return run.body(run, frame, node.finalbody) or (all(ends) and bool(ends))
