"""Every place of a file that stands for one name, and the edits that rename it.

A local name belongs to the declaration around it: no two variables of one program share a name. A
declared name is found by its symbol. Arguments and mocks that name a parameter or a call go along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...ir.span import Span
from ...lang.check.facts import GenCall, SymbolCall, reasoning_of
from ...lang.check.symbols import ModuleSymbol, ProgramSymbol, Symbol, TypeSymbol
from ...lang.compile import Analysis
from ...lang.syntax import nodes as s
from ...lang.syntax.layout import EXPRESSION_WORDS, RESERVED
from .places import nodes_at


@dataclass(frozen=True, slots=True)
class Occurrences:
    """A name and where it stands. `shorthands`: where it is a field as well, `{name}` for `{name: name}`."""

    name: str
    spans: tuple[Span, ...]
    shorthands: frozenset[int]


class CannotRename(Exception):
    """The name can't be another one; the message says why."""


def occurrences(analysis: Analysis, offset: int) -> Occurrences | None:
    """All places of what stands at an offset, in source order; None where no name stands."""
    for node in reversed(nodes_at(analysis, offset)):
        name = _name_of(node, offset)
        if name is None:
            continue
        spans = list(_spans(analysis, node, name, offset))
        if spans:
            found = {span.start: span for span in spans}
            ordered = tuple(found[start] for start in sorted(found))
            return Occurrences(name, ordered, frozenset(_shorthands(analysis)))
    return None


def renamed(analysis: Analysis, offset: int, new: str) -> list[tuple[Span, str]]:
    """The edits that give a name another one. Raises CannotRename."""
    found = occurrences(analysis, offset)
    if found is None:
        raise CannotRename("no name stands here")
    symbol = _symbol_at(analysis, offset)
    if symbol is not None and not _is_own(analysis, symbol):
        raise CannotRename(f"`{found.name}` is declared in another file")
    if found.name in _tools(analysis):
        raise CannotRename(
            f"`{found.name}` is what a model calls a tool by, and what its answer calls the arguments"
        )
    if not re.fullmatch(r"[^\W\d]\w*", new) or new in RESERVED or new in EXPRESSION_WORDS:
        raise CannotRename(f"`{new}` can't be a name")
    if new in analysis.file.names or new in _local_names(analysis, offset):
        raise CannotRename(f"there is a name `{new}` already")
    return [
        (span, f"{found.name}: {new}" if span.start in found.shorthands else new)
        for span in found.spans
    ]


# --- what stands at a place -----------------------------------------------------------------------


def _name_of(node: s.Node, offset: int) -> str | None:
    """The name that a node is at an offset, if it is one."""
    match node:
        case s.Name(text) | s.Ident(text):
            return text
        case s.Field(_, name) if name.span.start <= offset <= name.span.end:
            return name.text
        case s.NamedType(module, name) if module is None:
            return name.text
        case _:
            return None


def _symbol_at(analysis: Analysis, offset: int) -> Symbol | None:
    """The declared name that stands at an offset."""
    facts = analysis.checked.facts
    for node in reversed(nodes_at(analysis, offset)):
        if node in facts.bindings:
            return None
        if node in facts.symbols and not isinstance(node, s.Use):
            return facts.symbols[node]
        name = _name_of(node, offset)
        if name is not None and name in analysis.file.names:
            return analysis.file.names[name]
    return None


def _is_own(analysis: Analysis, symbol: Symbol) -> bool:
    return symbol.span.source is analysis.file.tree.source


def _spans(analysis: Analysis, node: s.Node, name: str, offset: int) -> Iterator[Span]:
    if node in analysis.checked.facts.bindings:
        item = _item_at(analysis, offset)
        if item is not None:
            yield from _of_local(analysis, item, name)
        return
    symbol = _symbol_at(analysis, offset)
    if symbol is not None:
        yield from _of_symbol(analysis, symbol, name)


def _item_at(analysis: Analysis, offset: int) -> s.Item | None:
    items = [i for i in analysis.file.tree.items if i.span.start <= offset <= i.span.end]
    return items[0] if items else None


# --- local names ----------------------------------------------------------------------------------


def _of_local(analysis: Analysis, item: s.Item, name: str) -> Iterator[Span]:
    facts = analysis.checked.facts
    for node in s.walk((item,)):
        if node in facts.bindings and isinstance(node, s.Name | s.Ident) and node.text == name:
            yield node.span
    yield from _arguments(analysis, item, name)
    yield from _mocks(analysis, item, name)


def _arguments(analysis: Analysis, item: s.Item, name: str) -> Iterator[Span]:
    """The arguments that give a parameter by its name."""
    declared = getattr(item, "name", None)
    for node, fact in analysis.checked.facts.calls.items():
        own = isinstance(fact, SymbolCall) and getattr(declared, "span", None) == fact.symbol.span
        if own and isinstance(node, s.Call | s.Use):
            names = [arg.name for arg in node.args if arg.name is not None]
            yield from (ident.span for ident in names if ident.text == name)


def _mocks(analysis: Analysis, item: s.Item, name: str) -> Iterator[Span]:
    """The mocks that answer for a call which is bound to a name, or for what was thought before it."""
    places = {name: -1, reasoning_of(name): -2}
    for node, fact in analysis.checked.facts.mocks.items():
        of_item = isinstance(fact.program, ProgramSymbol) and fact.program.decl is item
        if fact.extern is None and fact.name in places and (of_item or fact.program is None):
            yield node.path[places[fact.name]].span


def _local_names(analysis: Analysis, offset: int) -> set[str]:
    item = _item_at(analysis, offset)
    nodes = s.walk((item,)) if item is not None else ()
    facts = analysis.checked.facts
    return {n.text for n in nodes if n in facts.bindings and isinstance(n, s.Name | s.Ident)}


# --- declared names -------------------------------------------------------------------------------


def _of_symbol(analysis: Analysis, symbol: Symbol, name: str) -> Iterator[Span]:
    if _is_own(analysis, symbol) or isinstance(symbol, ModuleSymbol):
        yield symbol.span
    source = analysis.file.tree.source
    for node, found in analysis.checked.facts.symbols.items():
        if found is symbol and node.span.source is source:
            yield from _written(node, name)
    for node in s.walk(analysis.file.tree.items):
        yield from _by_name(analysis, node, symbol, name)


def _written(node: s.Node, name: str) -> Iterator[Span]:
    """Where a node that stands for a symbol writes its name."""
    match node:
        case s.Name(text) if text == name:
            yield node.span
        case s.Field(_, ident) if ident.text == name:
            yield ident.span
        case s.Use(path):
            yield from (ident.span for ident in path if ident.text == name)
        case _:
            pass


def _by_name(analysis: Analysis, node: s.Node, symbol: Symbol, name: str) -> Iterator[Span]:
    """Where a node names a declaration without a fact of its own: types, and the paths of mocks."""
    match node:
        case s.NamedType(module, ident) if ident.text == name:
            if isinstance(symbol, TypeSymbol) and module is None and _is_own(analysis, symbol):
                yield ident.span
        case s.NamedType(s.Ident(text) as module, _) if text == name:
            if isinstance(symbol, ModuleSymbol):
                yield module.span
        case s.Mock(path=path, params=params):
            owners = path if params is not None else path[:-1]
            known = [ident for ident in owners if ident.text == name]
            if analysis.file.names.get(name) is symbol:
                yield from (ident.span for ident in known)
        case _:
            pass


def _tools(analysis: Analysis) -> set[str]:
    """Host functions that a model may call: their names are words of prompts, and fields of answers."""
    calls = [fact for fact in analysis.checked.facts.calls.values() if isinstance(fact, GenCall)]
    return {tool.name for call in calls for tool in call.tools}


def _shorthands(analysis: Analysis) -> Iterator[int]:
    for node in s.walk(analysis.file.tree.items):
        if isinstance(node, s.RecordExpr):
            yield from (n.span.start for n, value in node.entries if value.span == n.span)
