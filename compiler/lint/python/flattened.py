"""Messages that are sent as blocks, and written to a store as one text each, from which the next turn replays them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..finding import Cause, Evidence, Loss
from ..layout import Request
from .blocks import is_blocks
from .elements import HISTORY
from .machine import Run
from .messages import dict_of, options_of
from .places import place_of
from .requests import Given
from .values import Const, DictV, ListV, ModuleInfo, Value
from .walking import FUNCTIONS, nodes_of

_DUMPS, _LOADS = frozenset({"dump", "dumps"}), frozenset({"load", "loads"})


def judge_flattened(run: Run, given: Given, request: Request) -> None:
    """Note a request that holds blocks of text, in a module that stores its messages as texts and loads them."""
    module = run.project.by_file.get(request.sink.file)
    if module is None or request.target == "anthropic" or not _sends_blocks(given.messages):
        return
    joining = _joining_in(module)
    if joining is not None and _is_loaded(module, _stored_by(module, joining)):
        what = "a message is sent as blocks, and stored and replayed as one text"
        origin, loss = place_of(module, joining.message), Loss(0, more="the history")
        run.evidence.append(
            Evidence(Cause.SHAPE, origin, request.sink, what, (), loss, request.family)
        )


def _sends_blocks(messages: Value | None) -> bool:
    """Whether a message that is sent is a list of texts."""
    lists = (o for o in options_of(messages) if isinstance(o, ListV)) if messages else ()
    found = (dict_of(item.value) for each in lists for item in each.items)
    contents = (m.fields.get("content") for m in found if m is not None)
    return any(isinstance(c, ListV) and is_blocks(c) and _is_of_texts(c) for c in contents)


def _is_of_texts(content: ListV) -> bool:
    kinds = [i.value.fields.get("type") for i in content.items if isinstance(i.value, DictV)]
    return all(isinstance(k, Const) and k.value in ("text", "input_text") for k in kinds)


@dataclass(frozen=True, slots=True)
class _Joining:
    """A statement that dumps messages whose blocks are joined, its function, and the message that is made so."""

    function: str
    dump: ast.stmt
    message: ast.Dict


@lru_cache(maxsize=1024)
def _joining_in(module: ModuleInfo) -> _Joining | None:
    functions = [n for n in nodes_of(module.tree) if isinstance(n, FUNCTIONS)]
    joining = {f.name for f in functions if any(map(_joins_blocks, nodes_of(f)))}
    flat = {f.name: m for f in functions for m in _flat_messages(f, joining)}
    for function in functions:
        made = next((flat[n] for n in (function.name, *_called(function)) if n in flat), None)
        for node in nodes_of(function) if made is not None else ():
            if isinstance(node, ast.stmt) and not isinstance(node, FUNCTIONS):
                if _uses(node, _DUMPS) and made is not None:
                    return _Joining(function.name, node, made)
    return None


def _joins_blocks(node: ast.AST) -> bool:
    """`"".join(block["text"] for block in content ...)`."""
    match node:
        case ast.Call(
            func=ast.Attribute(attr="join"), args=[ast.GeneratorExp() | ast.ListComp() as made]
        ):
            return _is_text_of(made.elt)
        case _:
            return False


def _is_text_of(node: ast.expr) -> bool:
    match node:
        case ast.Subscript(slice=ast.Constant(value="text")) | ast.Attribute(attr="text"):
            return True
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value="text"), *_]):
            return True
        case _:
            return False


def _flat_messages(function: ast.AST, joining: set[str]) -> Iterator[ast.Dict]:
    """Messages that take over the role of another one, where the blocks of its content are joined."""
    is_here = any(map(_joins_blocks, nodes_of(function))) or bool({*_called(function)} & joining)
    for node in nodes_of(function) if is_here else ():
        if isinstance(node, ast.Dict):
            fields = {
                k.value: v
                for k, v in zip(node.keys, node.values, strict=True)
                if isinstance(k, ast.Constant)
            }
            if "content" in fields and not isinstance(fields.get("role"), ast.Constant | None):
                yield node


def _called(function: ast.AST) -> Iterator[str]:
    for node in nodes_of(function):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield name
            case _:
                pass


def _uses(node: ast.AST, names: frozenset[str]) -> bool:
    return any(
        isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr in names
        and isinstance(n.func.value, ast.Name)
        for n in nodes_of(node)
    )


def _stored_by(module: ModuleInfo, joining: _Joining) -> list[ast.AST]:
    """The statements that store what is dumped: the dump itself, or those that are given its text."""
    if not isinstance(joining.dump, ast.Return):
        return [joining.dump]
    simple = (n for n in nodes_of(module.tree) if isinstance(n, _SIMPLE))
    return [n for n in simple if joining.function in _called(n)]


def _is_loaded(module: ModuleInfo, storing: list[ast.AST]) -> bool:
    """Whether a module loads from where it stores, by what both statements name."""
    loading = [n for n in nodes_of(module.tree) if isinstance(n, _SIMPLE) and _uses(n, _LOADS)]
    return any(_places_in(one) & _places_in(other) for one in storing for other in loading)


_COMMON = frozenset({"content", "role", "text", "type", "utf-8", "utf8", "replace"})
"""Words that say nothing of a place."""

_SIMPLE = ast.Assign | ast.AnnAssign | ast.Return | ast.Expr


def _places_in(node: ast.AST) -> set[str]:
    """The keys, constants and attributes that a statement names, apart from methods and the history itself."""
    called = {id(n.func) for n in nodes_of(node) if isinstance(n, ast.Call)}
    found: set[str] = set()
    for each in nodes_of(node):
        match each:
            case ast.Attribute(attr=name) if id(each) not in called and not HISTORY.search(name):
                found.add(name)
            case ast.Constant(value=str(words)) if len(words) > 2:
                found.add(words)
            case ast.Name(id=name) if name.isupper():
                found.add(name)
            case _:
                pass
    return found - _COMMON
