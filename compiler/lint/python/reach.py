"""Which functions may reach a call that sends a prompt, told by names alone: the others need not be followed.

A function may send where it mentions a word that sends (`create`, `invoke`, `Agent` ...), or the name of a function,
class or variable of the project that may. Names are not resolved, so that too much counts rather than too little.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from .frameworks import FRAMEWORK_WORDS
from .listings import ORDERLESS_WORDS
from .sinks.call import SINK_WORDS
from .sinks.hooks import HOOK_NAMES
from .sources.lookup import is_source_word
from .values import ModuleInfo
from .walking import INNER, last_name

_OF_THE_CLASS = frozenset(
    {"__init__", "__post_init__", "__new__", "__call__", "__enter__", "__aenter__"}
)
_HOOK = "<hook>"
"""The word of a function that is called with a request by somebody who sends it then."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True)
class _Unit:
    """A function, or an assignment: the words in it, and the names that reach it."""

    words: set[str]
    names: set[str]
    node: ast.AST


@dataclass(slots=True)
class Reach:
    """The functions of a project that may send a prompt, and those that may give something volatile."""

    sending: set[int] = field(default_factory=set)
    giving: set[int] = field(default_factory=set)
    orderless: set[int] = field(default_factory=set)
    """Those that may give things in no fixed order."""

    files: set[str] = field(default_factory=set)
    words: dict[int, set[str]] = field(default_factory=dict)
    """By function: the words in it."""

    def mentions(self, node: ast.AST, names: set[str]) -> bool:
        """Whether a function holds one of some names, as a word of its own or behind a dot."""
        return id(node) not in self.words or not self.words[id(node)].isdisjoint(names)

    def may_send(self, node: ast.AST) -> bool:
        """Whether a function may reach a call that sends a prompt."""
        return id(node) in self.sending

    def sends(self, module: ModuleInfo) -> bool:
        """Whether anything in a module may send a prompt."""
        return module.file in self.files

    def may_be_orderless(self, node: ast.AST) -> bool:
        """Whether a function may give, or keep, things in no fixed order."""
        return id(node) in self.orderless

    def matters(self, node: ast.AST) -> bool:
        """Whether something is lost where a function is not followed: it may send, or give what varies."""
        return id(node) in self.sending or id(node) in self.giving


def reach_of(modules: Iterable[ModuleInfo], own_sinks: Iterable[str]) -> Reach:
    """Find the functions that may send, whatever they are called through."""
    units: list[_Unit] = []
    home: dict[int, str] = {}
    for module in modules:
        found = _units_of(module.tree)
        home |= {id(unit.node): module.file for unit in found}
        units += found
    words = {_HOOK, *SINK_WORDS, *FRAMEWORK_WORDS, *(sink.rpartition(".")[2] for sink in own_sinks)}
    sending = _reaching(units, words)
    files = {home[each] for each in sending}
    giving = {word for word in set().union(*(u.words for u in units)) if is_source_word(word)}
    orderless = _reaching(units, set(ORDERLESS_WORDS))
    said = {id(unit.node): unit.words for unit in units}
    return Reach(sending, _reaching(units, giving), orderless, files, said)


def _reaching(units: list[_Unit], words: set[str]) -> set[int]:
    """The units that mention some words, and whatever mentions those."""
    hot: set[int] = set()
    by_word: dict[str, list[_Unit]] = {}
    for unit in units:
        for word in unit.words:
            by_word.setdefault(word, []).append(unit)
    todo, seen = list(words), set(words)
    while todo:
        for unit in by_word.get(todo.pop(), ()):
            if id(unit.node) not in hot:
                hot.add(id(unit.node))
                todo += unit.names - seen
                seen |= unit.names
    return hot


def _units_of(tree: ast.Module) -> list[_Unit]:
    """What runs when a module is imported, its functions and its references, in one walk over the tree."""
    top = _Unit(set(), set(), tree)
    found = [top]
    for node in tree.body:
        is_definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        _gather(node, set() if is_definition else top.words, (), found)
    return found


def _gather(node: ast.AST, words: set[str], owners: tuple[str, ...], found: list[_Unit]) -> None:
    """Take the words of a node into those of the function around it, and note the units below it."""
    kind = type(node)
    if kind is ast.Name:
        words.add(node.id)  # type: ignore[attr-defined]
        return
    if kind is ast.Constant:
        return
    if kind not in _TOLD:
        _gather_below(node, words, owners, found)
        return
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            called = {_HOOK} if HOOK_NAMES.fullmatch(name) else set()
            unit = _Unit(called, {name, *(owners if name in _OF_THE_CLASS else ())}, node)
            found.append(unit)
            _gather_below(node, unit.words, (), found)
            words |= unit.words
            return
        case ast.ClassDef(name=name, bases=bases):
            unit = _Unit(set(), {name}, node)
            found.append(unit)
            for base in bases:
                _gather(base, unit.words, (), found)
            _gather_below(node, words, (name,), found)
            return
        case ast.Assign(targets=targets, value=value):
            mine: set[str] = set()
            _gather(value, mine, owners, found)
            if _is_reference(value, mine):
                found.append(_Unit(mine, {last_name(t) for t in targets}, node))
            words |= mine
            for target in targets:
                _gather(target, words, owners, found)
            return
        case ast.Attribute(attr=name):
            words.add(name)
        case ast.keyword(arg=str(name)):
            words.add(f"{name}=")
        case ast.Call(func=func) if node.args or node.keywords:
            words.add(f"{last_name(func)}()")
        case ast.Dict(keys=keys):
            words |= {f"[{k.value}]" for k in keys if isinstance(k, ast.Constant)}
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            words.add(f"[{key}]")
        case _:
            pass
    _gather_below(node, words, owners, found)


def _gather_below(
    node: ast.AST, words: set[str], owners: tuple[str, ...], found: list[_Unit]
) -> None:
    for name in INNER[type(node)]:
        held = getattr(node, name, None)
        for each in held if type(held) is list else (held,):
            if isinstance(each, ast.Name):
                words.add(each.id)
            elif type(each) not in _SILENT and isinstance(each, ast.AST):
                _gather(each, words, owners, found)


_TOLD = frozenset(
    {
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Assign,
        ast.Attribute,
        ast.keyword,
        ast.Call,
        ast.Dict,
        ast.Subscript,
    }
)
"""The nodes that say a word or make a unit, names left out."""

_SILENT = frozenset({ast.Constant, type(None), str})
"""What stands in the fields of nodes and says no word."""


def _is_reference(value: ast.expr, words: set[str]) -> bool:
    """Whether an assignment gives a function another name, or a name to a template or an agent."""
    if words & FRAMEWORK_WORDS:
        return True
    match value:
        case ast.Attribute() | ast.Lambda():
            return True
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name == "partial"
        case _:
            return False
