"""Which Python leaves everything that others can see as it is.

Where only quiet pieces have run, a list from outside is still what it was, and a list that is gone through
does not change meanwhile. Whatever can't be told is loud. Called by `hosting` and `loops`.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Iterable
from dataclasses import replace
from types import ModuleType
from typing import Any

from ...ir.ops import Const, Value
from ...ir.types import ANY, STR, ListType
from .blocks import Blocks
from .constants import static
from .context import SCALARS, Frame, Lowering
from .occurrences import Binding, occurrences
from .scope import HANDLES, Meaning, StateRef
from .source import CannotLower, FunctionSource
from .surface import PRIMITIVES

_SCALAR_BUILTINS = frozenset(
    "len str int float bool repr abs round ord chr format print isinstance type hash range id".split()
)
_ITERATING_BUILTINS = frozenset(
    "list tuple set frozenset dict sorted min max sum any all enumerate zip reversed".split()
)
_TEXT_METHODS = frozenset(name for name in dir(str) if not name.startswith("_"))
_GROWING = frozenset(
    "append extend insert pop remove clear sort reverse add discard update setdefault".split()
)
_READING = frozenset("get items keys values copy index count".split())
_QUIET_MODULES = frozenset({"json", "re", "math", "textwrap", "string", "time", "statistics"})
_MOST_CALLS = 4


def is_quiet(low: Lowering, nodes: Iterable[ast.AST], calls: int = 0) -> bool:
    """Whether nothing in these nodes, wherever control goes, changes what others see."""
    return all(_is_quiet(low, node, calls) for node in nodes)


def _is_quiet(low: Lowering, node: ast.AST, calls: int) -> bool:
    match node:
        case ast.Call():
            return _is_quiet_call(low, node, calls)
        case ast.Attribute(ctx=ast.Load(), value=owner):
            return static(low, node) is not None or is_handle(low, owner)
        case ast.Attribute(value=owner) | ast.Subscript(value=owner, ctx=ast.Store() | ast.Del()):
            if not (is_fresh(low, owner) or is_handle(low, owner)):
                return False
        case ast.AugAssign(target=ast.Name(id=name) as target):
            meaning = low.scope.names.get(name)
            is_scalar = isinstance(meaning, Value | Const) and meaning.type in SCALARS
            if not (is_scalar or is_handle(low, target) or is_fresh(low, target)):
                return False
        case ast.comprehension(iter=over) | ast.For(iter=over):
            if not _is_inert(low, over):
                return False
        case ast.With(items=items):
            calls_of = [item.context_expr for item in items]
            if not all(isinstance(c, ast.Call) and is_handle(low, getattr(c.func, "value", c))
                       for c in calls_of):  # fmt: skip
                return False
        case ast.Import() | ast.ImportFrom() | ast.Await() | ast.Yield() | ast.YieldFrom():
            return False
        case _:
            pass
    return all(_is_quiet(low, child, calls) for child in ast.iter_child_nodes(node))


def _is_quiet_call(low: Lowering, node: ast.Call, calls: int) -> bool:
    args = [*node.args, *(keyword.value for keyword in node.keywords)]
    if not all(_is_quiet(low, each, calls) for each in args):
        return False
    match node.func:
        case ast.Attribute(value=owner, attr=attr):
            if is_handle(low, owner):
                return True
            if attr in _GROWING:
                return is_fresh(low, owner)
            if attr in _TEXT_METHODS and is_text(low, owner):
                return _is_quiet(low, owner, calls)
            if attr in _READING and (is_fresh(low, owner) or _is_inert(low, owner)):
                return True
        case ast.Name(id=name) if name in _ITERATING_BUILTINS and _is_builtin(low, node.func):
            return all(_is_inert(low, each) for each in node.args)
        case _:
            pass
    found = static(low, node.func)
    return found is not None and _is_quiet_function(low, found[0], node, calls)


def _is_quiet_function(low: Lowering, function: Any, node: ast.Call, calls: int) -> bool:
    if _is_known(function):
        return True
    inner = getattr(function, "function", function)
    if not inspect.isfunction(inner) or calls >= _MOST_CALLS:
        return False
    try:
        source = FunctionSource.of(inner)
        given = inspect.signature(inner).bind(
            *node.args, **{k.arg or "": k.value for k in node.keywords}
        )
    except (CannotLower, TypeError):
        return False
    within = replace(low, frame=Frame(source, (inner,)), blocks=Blocks())
    for name, value in given.arguments.items():
        if isinstance(value, ast.expr) and is_handle(low, value):
            within.scope.names[name] = StateRef(0)
    return is_quiet(within, source.node.body, calls + 1)


def _is_known(function: Any) -> bool:
    """Primitives of ours, builtins that only read scalars, and functions of modules without a memory."""
    try:
        if function in PRIMITIVES:
            return True
    except TypeError:
        return False
    name = getattr(function, "__name__", "")
    if getattr(builtins, name, None) is function:
        return name in _SCALAR_BUILTINS or (
            inspect.isclass(function) and issubclass(function, Exception)
        )
    module = getattr(function, "__module__", None) or ""
    return module.partition(".")[0] in _QUIET_MODULES and not isinstance(function, ModuleType)


def _is_builtin(low: Lowering, node: ast.Name) -> bool:
    found = static(low, node)
    return found is not None and found[0] is getattr(builtins, node.id, None)


def is_handle(low: Lowering, node: ast.expr) -> bool:
    """Whether an expression is a state, or arms, of which all changes are seen by the lowering."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name) and isinstance(low.scope.names.get(node.id), HANDLES)


def is_text(low: Lowering, node: ast.expr) -> bool:
    """Whether an expression gives a text, and nothing that only behaves as one."""
    known = static(low, node)
    if known is not None:
        return type(known[0]) is str
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.Name(id=name):
            meaning = low.scope.names.get(name)
            return isinstance(meaning, Value | Const) and meaning.type == STR
        case ast.Subscript(value=ast.Name(id=name), slice=index):
            return _is_bound_to_text(low, low.scope.names.get(name), static(low, index))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return is_text(low, left) and is_text(low, right)
        case ast.IfExp(body=body, orelse=orelse):
            return is_text(low, body) and is_text(low, orelse)
        case ast.Call(func=ast.Attribute(value=owner, attr=attr)):
            return attr in _TEXT_METHODS - {"split", "splitlines", "rsplit"} and is_text(low, owner)
        case ast.Call(func=ast.Name(id="str") as name):
            return _is_builtin(low, name)
        case _:
            return False


def _is_bound_to_text(low: Lowering, owner: Meaning | None, index: tuple[Any] | None) -> bool:
    """Whether a variable of a state is a text."""
    if not isinstance(owner, StateRef) or index is None or type(index[0]) is not str:
        return False
    variable = low.state(owner.number).variables.get(index[0])
    return variable is not None and variable.value.type == STR


def _is_inert(low: Lowering, node: ast.expr) -> bool:
    """Whether going through a value runs nobody's code."""
    match node:
        case ast.Name(id=name):
            meaning = low.scope.names.get(name)
            if isinstance(meaning, Value | Const):
                return meaning.type != ANY or is_fresh(low, node)
            return isinstance(meaning, HANDLES) or static(low, node) is not None
        case ast.Attribute():
            return static(low, node) is not None
        case ast.Call() | ast.Subscript() if is_fresh_value(low, node) or is_handle(low, node):
            return True
        case ast.Call(
            func=ast.Name(id="range" | "enumerate" | "zip" | "reversed") as name, args=args
        ):
            return _is_builtin(low, name) and all(_is_inert(low, each) for each in args)
        case ast.Call(func=ast.Attribute(value=owner, attr="items" | "keys" | "values")):
            return _is_inert(low, owner)
        case _:
            return isinstance(
                node, ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Constant | ast.ListComp
                | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.JoinedStr | ast.BinOp | ast.Compare,
            )  # fmt: skip


def is_fresh(low: Lowering, node: ast.expr) -> bool:
    """Whether a name is only ever bound to lists and dictionaries made in this function, for it."""
    if not isinstance(node, ast.Name) or node.id not in low.frame.local_names():
        return False
    args = low.frame.source.node.args
    if node.id in {arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)}:
        return False
    found = occurrences(low.frame.source.node)
    stores, bindings = found.stores.get(node.id, []), found.bindings.get(node.id, [])
    made = [each for each in bindings if _is_made_here(low, each)]
    is_stored = [each for each in stores if isinstance(each.ctx, ast.Store)]
    return 0 < len(is_stored) == len(made)


def _is_made_here(low: Lowering, node: Binding) -> bool:
    match node:
        case ast.AugAssign():
            return True
        case _:
            return node.value is not None and is_fresh_value(low, node.value)


def is_fresh_value(low: Lowering, node: ast.expr) -> bool:
    """Whether an expression makes a list, or the like, that nobody else knows."""
    match node:
        case ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set" | "sorted" | "tuple") as name):
            return _is_builtin(low, name)
        case ast.Call(func=ast.Attribute(value=owner, attr="split" | "splitlines" | "rsplit")):
            return is_text(low, owner)
        case _:
            return False


def is_list(low: Lowering, node: ast.expr) -> bool:
    """Whether a name stands for a value that is known to be a list."""
    meaning = low.scope.names.get(node.id) if isinstance(node, ast.Name) else None
    return isinstance(meaning, Value) and isinstance(meaning.type, ListType)
