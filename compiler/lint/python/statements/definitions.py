"""Definitions of functions and classes, and imports."""

from __future__ import annotations

import ast

from ..agents import decorated
from ..class_reading import class_info
from ..expressions import evaluate
from ..frames import Frame
from ..imports import imported
from ..machine import Run
from ..method_values import decorators, method_of
from ..places import bound_method, dotted
from ..values import ClassInfo, ClassV, Ext, FnV, Obj, PartialV, Value


def function(run: Run, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """`def`."""
    fn = FnV(
        node,
        frame.module,
        node.name,
        frame.names() if frame.name else {},
        None,
        None,
        decorators(node),
        _defaults(run, frame, node),
    )
    frame.env[node.name] = _wrapped(run, frame, fn, node)
    if frame.name:
        run.inner.append((fn, frame))
    for each in node.decorator_list:
        decorated(run, frame, fn, each)
    return False


def _defaults(
    run: Run, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> dict[str, Value]:
    """What parameters are without an argument: computed once, where the function is made."""
    spec = node.args
    pairs = zip(reversed([*spec.posonlyargs, *spec.args]), reversed(spec.defaults), strict=False)
    named = zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
    given = [*pairs, *((p, d) for p, d in named if d is not None)]
    return {p.arg: evaluate(run, frame, default) for p, default in given}


def _wrapped(
    run: Run, frame: Frame, fn: FnV, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Value:
    """A function as the decorators of the project leave it: what they register or wrap is followed."""
    held: Value = fn
    for each in reversed(node.decorator_list):
        maker = each.func if isinstance(each, ast.Call) else each
        if not _is_ours(evaluate(run, frame, maker)):
            continue
        decorator = evaluate(run, frame, each)
        if isinstance(decorator, FnV | ClassV | Obj):
            call = ast.copy_location(ast.Call(each, [], []), each)
            made = run.calls.value(run, frame, decorator, [held], {}, call)
            held = made if isinstance(made, FnV | PartialV | Obj) else held
    return held


def _is_ours(maker: Value) -> bool:
    """Whether a decorator is a function of the project, or a class whose instances are called."""
    is_called = isinstance(maker, ClassV) and any(
        "__call__" in c.methods for c in maker.info.line()
    )
    return isinstance(maker, FnV) or is_called


def class_body(run: Run, frame: Frame, node: ast.ClassDef) -> bool:
    """`class`."""
    info = run.classes.get(id(node)) or class_info(node, frame.module)
    run.classes[id(node)] = info
    info.bases, info.external = [], []
    for base in node.bases:
        inner = base.value if isinstance(base, ast.Subscript) else base
        found = evaluate(run, frame, inner)
        if isinstance(found, ClassV) and found.info is not info:
            info.bases.append(found.info)
        else:
            info.external.append(found.name if isinstance(found, Ext) else dotted(inner))
    _read_body(run, frame, info)
    made = ClassV(info)
    frame.env[node.name] = _registered(run, frame, made, node)
    return False


def _read_body(run: Run, frame: Frame, info: ClassInfo) -> None:
    """Run what a class computes when it is made: its attributes, and what its methods' parameters are by default."""
    inner = Frame(frame.module, {}, info.name, outer=frame.env)
    info.closure = frame.names() if frame.name else {}
    for name, node in info.methods.items():
        info.method_defaults[name] = _defaults(run, inner, node)
        inner.env[name] = method_of(info, name)
    for name, value in info.defaults.items():
        info.attrs[name] = inner.env[name] = evaluate(run, inner, value)
    for keyword in info.node.keywords:
        held = evaluate(run, frame, keyword.value) if keyword.arg == "metaclass" else None
        info.meta = held.info if isinstance(held, ClassV) else info.meta


def _registered(run: Run, frame: Frame, made: ClassV, node: ast.ClassDef) -> Value:
    """A class as its bases and its decorators find it: both may keep it in a list of their own."""
    for base in made.info.line()[1:]:
        if "__init_subclass__" in base.methods:
            fn = bound_method(method_of(base, "__init_subclass__"), made)
            run.calls.function(run, fn, [], {})
            break
    for each in reversed(node.decorator_list):
        maker = each.func if isinstance(each, ast.Call) else each
        if isinstance(evaluate(run, frame, maker), FnV):
            call = ast.copy_location(ast.Call(each, [], []), each)
            run.calls.value(run, frame, evaluate(run, frame, each), [made], {}, call)
    return made


def import_names(run: Run, frame: Frame, node: ast.Import | ast.ImportFrom) -> bool:
    """`import`."""
    frame.env |= imported(run, frame.module, node)
    return False


def global_names(run: Run, frame: Frame, node: ast.Global) -> bool:
    """`global`."""
    frame.globals_named |= set(node.names)
    return False


def outer_names(run: Run, frame: Frame, node: ast.Nonlocal) -> bool:
    """`nonlocal`."""
    frame.outer_named |= set(node.names)
    return False
