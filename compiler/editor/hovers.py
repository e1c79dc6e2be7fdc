"""What an editor shows about a place: types, lifetimes, signatures, sizes of texts, and prompts before calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...ir.span import Span
from ...lang.check.builtin_types import BUILTINS
from ...lang.check.facts import GenCall, SelectCall
from ...lang.check.symbols import (
    ExternSymbol,
    FragmentSymbol,
    ModuleSymbol,
    ParamSymbol,
    ProgramSymbol,
    Symbol,
    TextSymbol,
    TypeSymbol,
    kind_word,
)
from ...lang.compile import Analysis
from ...lang.syntax import nodes as s
from .places import nodes_at, signature
from .prompts import prompt_before

TokenCount = Callable[[str], str]
"""Words for how many tokens a literal has, such as `12 tokens`."""


@dataclass(frozen=True, slots=True)
class Hover:
    """Markdown about a span."""

    text: str
    span: Span


def hover(analysis: Analysis, offset: int, count: TokenCount) -> Hover | None:
    """What stands at an offset: its type, its signature, or how many tokens a text has."""
    for node in reversed(nodes_at(analysis, offset)):
        text = _about(analysis, node, count)
        if text:
            return Hover(text, node.span)
    return None


def _about(analysis: Analysis, node: s.Node, count: TokenCount) -> str:
    facts = analysis.checked.facts
    if isinstance(node, s.Text) or (isinstance(node, s.Literal) and isinstance(node.value, str)):
        return _about_text(node, count)
    if node in facts.symbols:
        return about_symbol(facts.symbols[node], count)
    if node in facts.bindings and isinstance(node, s.Name | s.Ident):
        return _about_name(analysis, node)
    if isinstance(node, s.Ident) and node.text in analysis.file.names:
        return about_symbol(analysis.file.names[node.text], count)
    if isinstance(node, s.Call):
        return _about_call(analysis, node)
    if isinstance(node, s.Field | s.Subscript) and node in facts.types:
        return _code(str(facts.types[node]))
    return ""


def _about_name(analysis: Analysis, node: s.Name | s.Ident) -> str:
    """A local name: its type; of a parameter also how long it stays the same."""
    span, kind = analysis.checked.facts.bindings[node]
    param = _params(analysis).get(span)
    if param is None:
        return _code(f"{node.text}: {kind}")
    words = f"The same for every call of one `@{param.lifetime}`."
    return f"{_code(f'{node.text}: {kind} @{param.lifetime}')}\n\n{words}"


def _params(analysis: Analysis) -> dict[Span, ParamSymbol]:
    """The parameters of the file's programs, prompts and host functions, by where they are declared."""
    found: dict[Span, ParamSymbol] = {}
    for symbol in analysis.file.names.values():
        if isinstance(symbol, ProgramSymbol | FragmentSymbol | ExternSymbol):
            found |= {param.span: param for param in symbol.params}
    return found


def _about_text(node: s.Text | s.Literal, count: TokenCount) -> str:
    literal = str(node.value) if isinstance(node, s.Literal) else ""
    parts = [literal] if literal else [p for p in getattr(node, "parts", ()) if isinstance(p, str)]
    holes = 0 if literal else sum(not isinstance(p, str) for p in getattr(node, "parts", ()))
    values = f", and {holes} value{'s' if holes > 1 else ''}" if holes else ""
    return f"{count(''.join(parts))}{values}" if parts or holes else ""


def _about_call(analysis: Analysis, node: s.Call) -> str:
    name = node.callee.text if isinstance(node.callee, s.Name) else ""
    fact = analysis.checked.facts.calls.get(node)
    if isinstance(fact, GenCall):
        given = ", ".join(fact.options) or "defaults"
        return f"{_code(f'gen(...) -> {fact.answer}')}\n\nGiven: {given}.{_asked(analysis, node)}"
    if isinstance(fact, SelectCall):
        kind = analysis.checked.facts.types.get(node, "")
        return f"{_code(f'select(...) -> {kind}')}{_asked(analysis, node)}"
    if name in BUILTINS:
        return f"{_code(BUILTINS[name].signature(name))}\n\n{BUILTINS[name].doc}"
    return ""


def _asked(analysis: Analysis, node: s.Call) -> str:
    """The prompt that a call goes on from, as a block of text."""
    text = prompt_before(analysis, node).strip("\n").replace("`" * 3, "'" * 3)
    return f"\n\nThe prompt before it:\n\n```text\n{text}\n```" if text else ""


def about_symbol(symbol: Symbol, count: TokenCount) -> str:
    """A declaration in a few words: its signature, type or size."""
    match symbol:
        case ProgramSymbol() | ExternSymbol() | FragmentSymbol():
            return f"{_code(signature(symbol))}\n\n{kind_word(symbol)}"
        case TextSymbol(name=name, value=value):
            return f"{_code(f'text {name}')}\n\n{count(value)}"
        case TypeSymbol(name=name, type=kind):
            return _code(f"type {name} = {kind}")
        case ModuleSymbol(name=name, file=file):
            return f"{_code(f'module {name}')}\n\n{file.path}"
        case _:
            return ""


def _code(text: str) -> str:
    return f"```sgl\n{text}\n```"
