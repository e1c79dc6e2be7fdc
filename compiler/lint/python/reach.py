"""Which functions may reach a call that sends a prompt, told by names alone: the others need not be followed.

A function may send where it mentions a word that sends (`create`, `invoke`, `Agent` ...), or the name of a function,
class or variable of the project that may. Names are not resolved, so that too much counts rather than too little.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .frameworks import FRAMEWORK_WORDS
from .sinks.call import SINK_WORDS
from .sources import SOURCE_WORDS
from .values import ModuleInfo

_OF_THE_CLASS = frozenset(
    {"__init__", "__post_init__", "__new__", "__call__", "__enter__", "__aenter__"}
)
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
    files: set[str] = field(default_factory=set)

    def may_send(self, node: ast.AST) -> bool:
        """Whether a function may reach a call that sends a prompt."""
        return id(node) in self.sending

    def sends(self, module: ModuleInfo) -> bool:
        """Whether anything in a module may send a prompt."""
        return module.file in self.files

    def matters(self, node: ast.AST) -> bool:
        """Whether something is lost where a function is not followed: it may send, or give what varies."""
        return id(node) in self.sending or id(node) in self.giving


def reach_of(modules: Iterable[ModuleInfo], own_sinks: Iterable[str]) -> Reach:
    """Find the functions that may send, whatever they are called through."""
    units: list[_Unit] = []
    home: dict[int, str] = {}
    for module in modules:
        found = [
            _Unit(_words_of_all(_top(module.tree)), set(), module.tree),
            *_units(module.tree, ()),
        ]
        home |= {id(unit.node): module.file for unit in found}
        units += found
    words = {*SINK_WORDS, *FRAMEWORK_WORDS, *(sink.rpartition(".")[2] for sink in own_sinks)}
    sending = _reaching(units, words)
    files = {home[each] for each in sending}
    return Reach(sending, _reaching(units, set(SOURCE_WORDS)), files)


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


def _top(tree: ast.Module) -> Iterator[ast.AST]:
    """What runs when a module is imported."""
    defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return (each for each in tree.body if not isinstance(each, defined))


def _units(node: ast.AST, owners: tuple[str, ...]) -> Iterator[_Unit]:
    """Functions and assignments, those inside others too."""
    for each in ast.iter_child_nodes(node):
        match each:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names = {name, *(owners if name in _OF_THE_CLASS else ())}
                yield _Unit(_words(each), names, each)
                yield from _units(each, ())
            case ast.ClassDef(name=name):
                yield _Unit({*_words_of_all(each.bases)}, {name}, each)
                yield from _units(each, (name,))
            case ast.Assign(targets=targets, value=value) if _is_reference(value):
                yield _Unit(_words(value), {_last(t) for t in targets}, each)
            case ast.stmt():
                yield from _units(each, owners)
            case _:
                pass


def _is_reference(value: ast.expr) -> bool:
    """Whether an assignment gives a function another name, or a name to a template or an agent."""
    if _words(value) & FRAMEWORK_WORDS:
        return True
    match value:
        case ast.Attribute() | ast.Lambda():
            return True
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name == "partial"
        case _:
            return False


def _last(target: ast.expr) -> str:
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def _words_of_all(nodes: Iterable[ast.AST]) -> set[str]:
    return {word for node in nodes for word in _words(node)}


def _words(node: ast.AST) -> set[str]:
    """The names, attributes and keywords in some code."""
    found: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            found.add(each.id)
        elif isinstance(each, ast.Attribute):
            found.add(each.attr)
        elif isinstance(each, ast.keyword) and each.arg == "messages":
            found.add("messages=")
        elif isinstance(each, ast.Call) and (each.args or each.keywords):
            found.add(f"{_last(each.func)}()")
    return found
