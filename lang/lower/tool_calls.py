"""The tools of a body: host functions as what chat templates are told of them, and a call of one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...ir.constrained.calls import tool_schema
from ...ir.ops import Const, Operand
from ...ir.tool_calls import Asked, ToolCall
from ...ir.types import ANY, ListType, RecordType
from ..check.facts import CallFact, GenCall
from ..check.symbols import ExternSymbol
from ..syntax import nodes as s
from .writer import Writer


def arguments_of(symbol: ExternSymbol) -> RecordType:
    """The type of the arguments of a host function."""
    return RecordType(tuple((param.name, param.type) for param in symbol.params))


def tools_of(facts: Mapping[s.Node, CallFact], spans: Callable[[s.Node], bool]) -> list[Any]:
    """The tools that the calls of a body may be for, as chat templates take them; each once."""
    found: dict[str, Any] = {}
    for node, fact in facts.items():
        if isinstance(fact, GenCall) and spans(node):
            for tool in fact.tools:
                found.setdefault(
                    tool.name, tool_schema(tool.name, arguments_of(tool), _shown(tool))
                )
    return list(found.values())


def _shown(tool: ExternSymbol) -> str:
    shown = ", ".join(f"{param.name}: {param.type}" for param in tool.params)
    return f"{tool.name}({shown}) -> {tool.result}"


def tool_call(w: Writer, fact: GenCall, asked: Asked) -> Operand:
    """Ask for a call of a tool, or where the model may choose for one or a text."""
    for tool in fact.tools:
        w.needed(tool)
    tools = tuple((tool.name, arguments_of(tool)) for tool in fact.tools)
    made = ToolCall(asked, tools, fact.several)
    write = made.required if fact.must_call else made.auto
    value, w.frame.prompt = write(w.emit, w.prompt)
    return value


def told(tools: list[Any]) -> Const:
    """Tools as the operand of a turn."""
    return Const(tools, ListType(ANY))
