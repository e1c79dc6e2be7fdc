"""What an editor asks about a place in a source: what it is, where it was bound, what could stand there.

Pure functions over an analysis and a character offset; `server.py` speaks the protocol around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...ir.module import LIFETIMES
from ...ir.sampling import SELECT_METHODS
from ...ir.span import Span
from ...ir.types import SCALARS, ListType, OptionalType, RecordType, Type
from ...lang.check.builtin_types import BUILTINS
from ...lang.check.expressions.options import GEN_OPTIONS
from ...lang.check.symbols import (
    ExternSymbol,
    FragmentSymbol,
    ModuleSymbol,
    ParamSymbol,
    ProgramSymbol,
    Symbol,
    TypeSymbol,
    kind_word,
)
from ...lang.compile import Analysis
from ...lang.syntax import nodes as s

KEYWORDS = (
    "program prompt text type extern import test system user assistant tool if elif else for in while max "
    "fork parallel arm unordered section use resume return pass break continue mock expect "
    "gen select true false none and or not"
).split()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word that could stand at the cursor; `kind` is one of variable, field, function, keyword, type, module."""

    label: str
    kind: str
    detail: str = ""


def definition(analysis: Analysis, offset: int) -> Span | None:
    """Where the name at an offset was bound or declared, maybe in an imported file."""
    facts = analysis.checked.facts
    for node in reversed(nodes_at(analysis, offset)):
        if node in facts.bindings:
            return facts.bindings[node][0]
        if node in facts.symbols:
            return _declared(facts.symbols[node])
        if isinstance(node, s.Ident | s.NamedType):
            name = node.text if isinstance(node, s.Ident) else node.name.text
            symbol = analysis.file.names.get(name)
            if symbol is not None:
                return _declared(symbol)
    return None


def completions(
    analysis: Analysis, offset: int, earlier: Analysis | None = None
) -> list[Suggestion]:
    """What could stand at an offset. `earlier`: an analysis of the file when it could still be read."""
    text = analysis.file.tree.source.text
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    dotted = re.search(r"([^\W\d]\w*)\.\w*$", line)
    if dotted:
        known = [each for each in (analysis, earlier) if each is not None]
        return next(filter(None, (list(_members(each, dotted[1], offset)) for each in known)), [])
    if re.search(r"@\w*$", line):
        return [Suggestion(name, "keyword", "lifetime") for name in LIFETIMES]
    found = {**_words(), **_declared_names(analysis), **_variables(analysis, offset)}
    call = re.search(r"\b(gen|select)\([^()]*$", line)
    if call:
        found = {**found, **_parameters(call[1])}
    return list(found.values())


def nodes_at(analysis: Analysis, offset: int) -> list[s.Node]:
    """The nodes of the file that cover an offset, outermost first."""
    found = [n for n in s.walk(analysis.file.tree.items) if n.span.start <= offset <= n.span.end]
    return sorted(found, key=lambda n: n.span.start - n.span.end)


def signature(symbol: ProgramSymbol | ExternSymbol | FragmentSymbol) -> str:
    """How a program, prompt or host function is called."""
    params = ", ".join(_param(param) for param in symbol.params)
    result = "" if isinstance(symbol, FragmentSymbol) else f" -> {symbol.result}"
    return f"{symbol.name}({params}){result}"


def _param(param: ParamSymbol) -> str:
    kept = "" if param.lifetime == "request" else f" @{param.lifetime}"
    return f"{param.name}: {param.type}{kept}"


def _declared(symbol: Symbol) -> Span:
    if isinstance(symbol, ModuleSymbol):
        return Span(symbol.file.tree.source, 0, 0)
    return symbol.span


# --- completion -----------------------------------------------------------------------------------


def _words() -> dict[str, Suggestion]:
    found = {word: Suggestion(word, "keyword") for word in KEYWORDS}
    found |= {
        n: Suggestion(n, "function", f"{b.signature(n)}: {b.doc}") for n, b in BUILTINS.items()
    }
    return found | {
        name: Suggestion(name, "type") for name in SCALARS if name not in ("prompt", "any")
    }


def _declared_names(analysis: Analysis) -> dict[str, Suggestion]:
    return {name: _suggested(name, symbol) for name, symbol in analysis.file.names.items()}


def _suggested(name: str, symbol: Symbol) -> Suggestion:
    match symbol:
        case ProgramSymbol() | ExternSymbol() | FragmentSymbol():
            return Suggestion(name, "function", signature(symbol))
        case TypeSymbol(type=kind):
            return Suggestion(name, "type", str(kind))
        case ModuleSymbol():
            return Suggestion(name, "module")
        case _:
            return Suggestion(name, "variable", kind_word(symbol))


def _variables(analysis: Analysis, offset: int) -> dict[str, Suggestion]:
    """Names bound before the offset in the declaration around it."""
    return {
        name: Suggestion(name, "variable", str(kind))
        for name, (span, kind) in _bound(analysis, offset).items()
        if span.start < offset
    }


def _bound(analysis: Analysis, offset: int) -> Mapping[str, tuple[Span, Type]]:
    """The names that the declaration around an offset binds (a comprehension's stand behind their use)."""
    starts = [item.span.start for item in analysis.file.tree.items]
    first = max((start for start in starts if start <= offset), default=0)
    last = min(
        (start for start in starts if start > offset), default=len(analysis.file.tree.source.text)
    )
    found: dict[str, tuple[Span, Type]] = {}
    for span, kind in analysis.checked.facts.bindings.values():
        if span.source is analysis.file.tree.source and first <= span.start < last:
            found[span.text] = (span, kind)
    return found


def _members(analysis: Analysis, name: str, offset: int) -> Iterator[Suggestion]:
    symbol = analysis.file.names.get(name)
    if isinstance(symbol, ModuleSymbol):
        yield from (_suggested(n, inner) for n, inner in symbol.file.names.items())
        return
    bound = _bound(analysis, offset).get(name)
    kind = bound[1] if bound else None
    while isinstance(kind, OptionalType | ListType):
        kind = kind.item
    if isinstance(kind, RecordType):
        yield from (Suggestion(field, "field", str(inner)) for field, inner in kind.fields)


def _parameters(call: str) -> dict[str, Suggestion]:
    if call == "select":
        return {"method": Suggestion("method", "field", " | ".join(SELECT_METHODS))}
    return {name: Suggestion(name, "field", "parameter of gen") for name in GEN_OPTIONS}
