"""Parameters: each gets its argument, its default, or an unknown value of its type."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from ..finding import Cause
from ..layout import TURN
from .annotations import annotated
from .frames import Frame
from .holding import join
from .machine import Run
from .places import place_of
from .taints import Taint
from .values import Const, DictV, FnV, ListV, Opaque, Value
from .walking import walk


def bind_parameters(
    run: Run,
    frame: Frame,
    fn: FnV,
    args: list[Value],
    kwargs: dict[str, Value],
    rest: Value | None = None,
) -> None:
    """Give every parameter its argument, its default, or an unknown value of its type."""
    spec = fn.node.args
    names = [*spec.posonlyargs, *spec.args]
    if fn.bound is not None:
        args = [fn.bound, *args]
    if names and fn.owner is not None:
        frame.me = names[0].arg
    for number, parameter in enumerate(names):
        if number < len(args):
            frame.env[parameter.arg] = args[number]
        else:
            frame.env[parameter.arg] = _named(run, fn, parameter, kwargs, rest)
    for parameter in spec.kwonlyargs:
        frame.env[parameter.arg] = _named(run, fn, parameter, kwargs, rest)
    if spec.vararg:
        made = ListV("tuple")
        for extra in args[len(names) :]:
            made.add(extra)
        if not made.items and not args:
            frame.env[spec.vararg.arg] = Opaque(label=spec.vararg.arg)
        else:
            frame.env[spec.vararg.arg] = made
    if spec.kwarg:
        taken = {p.arg for p in (*names, *spec.kwonlyargs)}
        frame.env[spec.kwarg.arg] = DictV(
            {k: v for k, v in kwargs.items() if k not in taken},
            rest or (None if run.active and (args or kwargs) else Opaque(label=spec.kwarg.arg)),
        )
    frame.params = frozenset(p.arg for p in (*names, *spec.kwonlyargs))


def _named(
    run: Run, fn: FnV, parameter: ast.arg, kwargs: dict[str, Value], rest: Value | None
) -> Value:
    if parameter.arg in kwargs:
        return kwargs[parameter.arg]
    default = fn.defaults.get(parameter.arg)
    if default is not None and not (isinstance(default, Const) and default.value is None):
        if isinstance(default, Opaque) and default.is_fixed and not default.taints:
            if default.label != "Depends()":
                return default
        unknown = not run.active
        if unknown and isinstance(default, Opaque) and not default.taints and parameter.annotation:
            return annotated(run, fn.module, parameter.annotation, parameter.arg, parameter)
        if not unknown or not isinstance(default, Const):
            return default
        return join(
            [default, annotated(run, fn.module, parameter.annotation, parameter.arg, parameter)]
        )
    if default is not None and run.active:
        return default
    if not run.active and (parameter.arg in ASKED or parameter.arg in said_in(fn.node)):
        return _asked(run, fn, parameter)
    return annotated(run, fn.module, parameter.annotation, parameter.arg, parameter)


ASKED = frozenset(
    "question query user_input user_text user_message user_query text wish utterance request_text".split()
)
"""Names of parameters that hold what a person asks for: what hangs on it differs from turn to turn."""


@lru_cache(maxsize=4096)
def said_in(function: ast.AST) -> frozenset[str]:
    """The names that a function writes into a message of a user's."""
    found: set[str] = set()
    for node in walk(function):
        match node:
            case ast.Dict(keys=keys, values=values) if _is_users(keys, values):
                texts = [v for k, v in zip(keys, values, strict=True) if _word(k) in _TEXTS]
            case ast.Call(func=ast.Name(id="HumanMessage" | "UserMessage")):
                texts = [*node.args, *(k.value for k in node.keywords if k.arg in _TEXTS)]
            case _:
                continue
        found |= {t.id for t in texts if isinstance(t, ast.Name)}
        found |= {_shown_in(t) for t in texts}
    return frozenset(found - {""})


_TEXTS = ("content", "text", "parts")


def _word(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _is_users(keys: Sequence[ast.expr | None], values: Sequence[ast.expr]) -> bool:
    said = zip(keys, values, strict=True)
    return any(_word(k) == "role" and _word(v) in ("user", "human") for k, v in said)


def _shown_in(text: ast.expr) -> str:
    """The one name that a text is made of, with literal text around it."""
    names = {n.id for n in walk(text) if isinstance(n, ast.Name)}
    is_plain = not any(isinstance(n, ast.Call | ast.Subscript) for n in walk(text))
    return names.pop() if is_plain and len(names) == 1 else ""


def _asked(run: Run, fn: FnV, parameter: ast.arg) -> Value:
    """What a person asks for, of which tools and options should not depend."""
    found = annotated(run, fn.module, parameter.annotation, parameter.arg, parameter)
    if not isinstance(found, Opaque) or found.taints or found.item is not None:
        return found
    place = place_of(fn.module, parameter)
    taint = Taint(
        Cause.STATE, TURN, place, f"`{parameter.arg}`, another one each time", flag="asked"
    )
    return replace(found, taints=frozenset({taint}))
