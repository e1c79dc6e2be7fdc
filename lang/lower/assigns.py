"""Statements that bind a name."""

from __future__ import annotations

from ...ir.ops import Const, Operand
from ...ir.types import ANY, STR
from ..check.facts import reasoning_of
from ..syntax import nodes as s
from .asks import ask, is_ask
from .writer import Writer


def assign(w: Writer, node: s.Assign) -> None:
    """Bind a name to a value, or to the model's answer (and another to its samples' prompts)."""
    name = node.target.text
    if w.frame.lookup(reasoning_of(name)) is not None:
        w.frame.names[reasoning_of(name)] = Const("", STR)
    if isinstance(node.value, s.Call) and is_ask(w, node.value):
        samples = node.samples.text if node.samples is not None else ""
        value, prompts = ask(w, node.value, name, samples)
        if prompts is not None:
            w.frame.names[samples] = prompts
    else:
        value = _typed(w, w.value(node.value), node.target)
    w.frame.names[name] = value


def _typed(w: Writer, operand: Operand, target: s.Ident) -> Operand:
    """A constant with the type of the name that it is bound to."""
    kind = w.facts.bindings.get(target, (None, ANY))[1]
    if isinstance(operand, Const) and kind != ANY:
        return Const(operand.value, kind)
    return operand
