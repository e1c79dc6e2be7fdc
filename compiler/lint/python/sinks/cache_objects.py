"""Cache objects that a service keeps by name: one that is made for a single call is written and never read again."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from ...finding import Cause, Evidence
from ..calling import Calling
from ..values import Opaque, Value
from ..walking import walk

_MAKERS = ("caches.create", "CachedContent.create")
_READERS = frozenset("generate_content generate_content_stream generate_content_async".split())
_ENDERS = frozenset({"delete"})


def cache_object(call: Calling, name: str) -> Value | None:
    """The cache object that a call makes; None when it makes none. Noted where one call alone reads it."""
    if not name.endswith(_MAKERS):
        return None
    held = _name_of(call.frame.statements, call.node)
    if held and _is_for_each_call(call) and _reads(call.frame.statements, held, call.node) == 1:
        call.run.evidence.append(_read_once(call, held))
    return Opaque(label="cache")


def _read_once(call: Calling, held: str) -> Evidence:
    """A marker behind what differs where that stands in the object, else one that is never read again."""
    names = {node.id for node in walk(call.node) if isinstance(node, ast.Name)}
    differs = bool(names & (_rounds_of(call) | call.frame.params - {call.frame.me}))
    what = f"`{held}`, a cache object that is made in each call and read once"
    family = f"{call.here.file.rpartition('/')[2].removesuffix('.py')}.{call.frame.name}"
    cause = Cause.MARK_BEHIND if differs else Cause.UNREAD
    return Evidence(cause, call.here, call.here, what, family=family)


def _rounds_of(call: Calling) -> set[str]:
    """What loops that are running are at, by name."""
    targets = (getattr(loop.node, "target", None) for loop in call.run.loops)
    nodes = (node for target in targets if target is not None for node in walk(target))
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _is_for_each_call(call: Calling) -> bool:
    """Whether the function that makes it is given something: one without parameters runs once, mostly."""
    is_given = bool(call.frame.params - {call.frame.me}) or bool(call.run.loops)
    return is_given and not call.frame.guards


def _name_of(statements: Sequence[ast.stmt], made: ast.AST) -> str:
    """The name that a function gives what a call makes."""
    for node in _nodes(statements):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            value = node.value.value if isinstance(node.value, ast.Await) else node.value
            target = node.targets[0]
            if value is made and isinstance(target, ast.Name):
                return target.id
    return ""


def _reads(statements: Sequence[ast.stmt], name: str, made: ast.AST) -> int:
    """How many calls read a cache object; 0 where it may be read elsewhere, or again."""
    parents = {child: node for node in _nodes(statements) for child in ast.iter_child_nodes(node)}
    uses = [n for n in parents if isinstance(n, ast.Name) and n.id == name]
    readers: list[ast.Call] = []
    for use in uses:
        if isinstance(use.ctx, ast.Store):
            continue
        call = _call_around(use, parents)
        last = call.func.attr if call is not None and isinstance(call.func, ast.Attribute) else ""
        if call is None or last not in _READERS | _ENDERS or _is_repeated(call, made, parents):
            return 0
        if last in _READERS:
            readers.append(call)
    return len(readers) if sum(isinstance(u.ctx, ast.Store) for u in uses) == 1 else 0


_REPEATS = (
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
)


def _is_repeated(node: ast.AST, made: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether a call may run more than once for one cache object."""
    at: ast.AST | None = node
    while at is not None:
        if isinstance(at, _REPEATS) and not any(each is made for each in walk(at)):
            return True
        at = parents.get(at)
    return False


def _call_around(use: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> ast.Call | None:
    """The call of a client that a name is an argument of, through the settings it is written into."""
    at = parents.get(use)
    while at is not None and not isinstance(at, ast.stmt):
        func = at.func if isinstance(at, ast.Call) else None
        if isinstance(at, ast.Call) and isinstance(func, ast.Attribute):
            if func.attr in _READERS | _ENDERS:
                return at
            if not func.attr[:1].isupper():
                return None
        at = parents.get(at)
    return None


def _nodes(statements: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    return (node for statement in statements for node in walk(statement))
