"""Statements that only lengthen the prompt: texts, values, answers, fragments, turns."""

from __future__ import annotations

from ...ir.ops import Const, Image, Insert, Operand, Text, Turn, Use, Value
from ...ir.span import Span
from ...ir.types import IMAGE, NONE, PROMPT
from ...ir.values.operations import text_form
from ..check.facts import SymbolCall
from ..syntax import nodes as s
from .asks import ask, is_ask
from .calls import arguments
from .texts import pieces
from .writer import Writer


def append(w: Writer, node: s.Append) -> None:
    """Append what a line of its own says."""
    value = node.value
    if isinstance(value, s.Call) and is_ask(w, value):
        ask(w, value, "")
    elif isinstance(value, s.Text):
        for piece in pieces(w, value.parts):
            _operand(w, piece, value.span)
    else:
        _operand(w, w.value(value), value.span)


def _operand(w: Writer, operand: Operand, span: Span) -> None:
    """Append literal text, an image, or the text form of a value."""
    result = Value(PROMPT)
    if isinstance(operand, Const):
        text = text_form(operand.value) if operand.value is not None else ""
        if text:
            w.frame.prompt = w.emit(Text(result, w.prompt, text, span=span)).result
    elif operand.type == IMAGE:
        w.frame.prompt = w.emit(Image(result, w.prompt, operand, span=span)).result
    elif operand.type != NONE:
        w.frame.prompt = w.emit(Insert(result, w.prompt, operand, span=span)).result


def use(w: Writer, node: s.Use) -> None:
    """Append a fragment."""
    fact = w.facts.calls[node]
    assert isinstance(fact, SymbolCall)
    args = arguments(w, fact.args, fact.symbol.params)
    w.needed(fact.symbol)
    site, name = w.sites.next(), getattr(fact.symbol, "unique", fact.symbol.name)
    op = Use(Value(PROMPT), w.prompt, name, args, site, w.frame.indices, span=node.span)
    w.frame.prompt = w.emit(op).result


def turn(w: Writer, node: s.Turn) -> None:
    """Append a turn: its begin, its body, its end."""
    tools = w.value(node.args[0].value) if node.args else w.tools
    if w.frame.depth == 0:
        w.tools = None  # from here on no turn is the first
    begin = Turn(Value(PROMPT), w.prompt, node.role, "begin", tools, span=node.head)
    w.frame.prompt = w.emit(begin).result
    w.statements(node.body)
    end = Turn(Value(PROMPT), w.prompt, node.role, "end", None, span=node.head)
    w.frame.prompt = w.emit(end).result
