"""`match`: each case is taken, its names stand for parts of the subject, and what the cases leave is joined."""

from __future__ import annotations

import ast

from ..binding import condition_taints, unpacked
from ..expressions import evaluate
from ..frames import Frame
from ..holding import decided, taints_in
from ..indexing import indexed
from ..machine import Run
from ..names import attribute
from ..values import Obj, Opaque, Value


def match_block(run: Run, frame: Frame, node: ast.Match) -> bool:
    """`match`."""
    subject = evaluate(run, frame, node.subject)
    taints = condition_taints(run, frame, subject)
    before, envs, ends = dict(frame.env), [], []
    for case in node.cases:
        frame.env = dict(before)
        captured(run, frame, case.pattern, subject)
        frame.conds.append(taints)
        ends.append(run.body(run, frame, case.body))
        frame.conds.pop()
        envs.append(frame.env)
    live = [env for env, end in zip(envs, ends, strict=True) if not end] or [before]
    frame.env = dict(live[0])
    for env in live[1:]:
        for name, held in env.items():
            if frame.env.get(name) is not held:
                frame.env[name] = decided([frame.env.get(name), held], taints)
    return False


def captured(run: Run, frame: Frame, pattern: ast.pattern, value: Value) -> None:
    """Give the names in a pattern what they stand for."""
    match pattern:
        case ast.MatchAs(pattern=inner, name=name):
            if inner is not None:
                captured(run, frame, inner, value)
            if name is not None:
                frame.env[name] = value
        case ast.MatchSequence(patterns=patterns):
            _captured_items(run, frame, patterns, value)
        case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
            for key, each in zip(keys, patterns, strict=True):
                captured(run, frame, each, _item(run, frame, value, key))
            if rest is not None:
                frame.env[rest] = value
        case ast.MatchClass(patterns=patterns, kwd_attrs=names, kwd_patterns=named):
            fields = list(value.attrs.values()) if isinstance(value, Obj) else []
            for number, each in enumerate(patterns):
                held = fields[number] if number < len(fields) else Opaque(taints_in(value, 2))
                captured(run, frame, each, held)
            for name, each in zip(names, named, strict=True):
                here = ast.copy_location(ast.Name("_", ast.Load()), each)
                node = ast.copy_location(ast.Attribute(here, name, ast.Load()), each)
                captured(run, frame, each, attribute(run, frame, value, node))
        case ast.MatchOr(patterns=patterns):
            for each in patterns:
                captured(run, frame, each, value)
        case _:
            pass


def _captured_items(run: Run, frame: Frame, patterns: list[ast.pattern], value: Value) -> None:
    targets: list[ast.expr] = []
    for each in patterns:
        name = ast.Name("_", ast.Load())
        targets.append(ast.Starred(name) if isinstance(each, ast.MatchStar) else name)
    node = patterns[0] if patterns else ast.Pass()
    for each, held in zip(patterns, unpacked(run, frame, targets, value, node), strict=True):
        if isinstance(each, ast.MatchStar):
            frame.env |= {each.name: held} if each.name else {}
        else:
            captured(run, frame, each, held)


def _item(run: Run, frame: Frame, value: Value, key: ast.expr) -> Value:
    here = ast.copy_location(ast.Name("_", ast.Load()), key)
    node = ast.copy_location(ast.Subscript(here, key, ast.Load()), key)
    return indexed(run, frame, value, evaluate(run, frame, key), node)
