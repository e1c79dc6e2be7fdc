"""What an annotation says of a value: a set has no order, a class of the project has known attributes."""

from __future__ import annotations

import ast

from ..finding import Cause
from ..layout import REQUEST
from .machine import Run
from .places import place_of, shown
from .taints import Taint
from .values import ClassInfo, ClassV, DictV, ListV, ModuleInfo, ModV, Obj, Opaque, Value
from .walking import last_name

_SETS = frozenset({"set", "frozenset", "Set", "FrozenSet", "AbstractSet", "MutableSet"})
_LISTS = frozenset(
    {"list", "List", "Sequence", "Iterable", "tuple", "Tuple", "Collection", "Iterator", "deque"}
)
_WRAPPERS = frozenset(
    {"Optional", "Annotated", "Final", "ClassVar", "Awaitable", "Required", "NotRequired", "Mapped"}
)
_CONTEXTS = frozenset({"RunContext", "RunContextWrapper", "AgentContext"})
"""What frameworks hand to functions of an agent, with the dependencies of its user in it."""


def annotated(
    run: Run, module: ModuleInfo, node: ast.expr | None, label: str, site: ast.AST
) -> Value:
    """An unknown value of an annotated type; `site` is where it is read or declared."""
    match node:
        case ast.Constant(value=str(text)):
            return annotated(run, module, _parsed(text), label, site)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            is_none = isinstance(left, ast.Constant) and left.value is None
            return annotated(run, module, right if is_none else left, label, site)
        case ast.Subscript(value=head, slice=inner):
            return _generic(run, module, last_name(head), inner, label, site)
        case ast.Name() | ast.Attribute():
            if last_name(node) in _SETS:
                return unordered(run, module, label, site, None)
            found = class_named(run, module, node)
            return run_self(run, found) if found else Opaque(label=label)
        case _:
            return Opaque(label=label)


def _generic(
    run: Run, module: ModuleInfo, name: str, inner: ast.expr, label: str, site: ast.AST
) -> Value:
    first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
    if name in _SETS:
        return unordered(
            run, module, label, site, annotated(run, module, first, f"{label}[]", site)
        )
    if name in _CONTEXTS:
        held = annotated(run, module, first, "deps", site)
        counted: dict[object, Value] = {
            name: Opaque(label=f"{label}.{name}") for name in ("usage", "run_step", "retry")
        }
        return DictV({"deps": held, "context": held, **counted}, Opaque(label=label))
    if name in _WRAPPERS:
        return annotated(run, module, first, label, site)
    if name in _LISTS:
        item = annotated(run, module, first, f"{label}[]", site)
        is_known = isinstance(item, Obj | ListV)
        return Opaque(label=label, item=item if is_known else None)
    if (
        name in ("dict", "Dict", "Mapping")
        and isinstance(inner, ast.Tuple)
        and len(inner.elts) == 2
    ):
        item = annotated(run, module, inner.elts[1], f"{label}[]", site)
        return Opaque(label=label, item=item if isinstance(item, Obj | ListV) else None)
    return Opaque(label=label)


def unordered(run: Run, module: ModuleInfo, label: str, site: ast.AST, item: Value | None) -> ListV:
    """An unknown set."""
    taint = Taint(
        Cause.UNORDERED,
        REQUEST,
        place_of(module, site, label),
        f"the set `{label}`" if label else shown(site),
        loops=run.loop_numbers(),
        flag="annotated",
    )
    made = ListV("set", shape=frozenset({taint}))
    made.add(item or Opaque(label=f"{label}[]"), many=True)
    return made


def class_named(run: Run, module: ModuleInfo, node: ast.expr) -> ClassInfo | None:
    """The class of the project that a name means in a module."""
    match node:
        case ast.Name(id=name):
            found = module.env.get(name)
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            held = module.env.get(name)
            if isinstance(held, ModV):
                run.prepare(run, held.info)
            found = held.info.env.get(attr) if isinstance(held, ModV) else None
        case _:
            return None
    return found.info if isinstance(found, ClassV) else None


def run_self(run: Run, info: ClassInfo) -> Value:
    """Any instance of a class, long built."""
    return run.calls.instance(run, info)


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None
