"""A `gen` with tools: what is said first, then the call, in a turn of its own at the end of the assistant's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...ir.constrained.calls import (
    BEFORE,
    BEFORE_CALL,
    NO_TOOL,
    OWN_FIELDS,
    answer_type,
    tool_schema,
)
from ...ir.ops import (
    Compare,
    Const,
    Edge,
    Gen,
    GetField,
    If,
    MakeRecord,
    Operand,
    Turn,
    Value,
)
from ...ir.sampling import Constraint, Sampling
from ...ir.target.calls import spelled
from ...ir.types import ANY, BOOL, NONE, PROMPT, STR, ListType, RecordType, Type
from ..check.facts import CallFact, GenCall
from ..check.symbols import ExternSymbol
from ..syntax import nodes as s
from .writer import Writer, seal

_OF_THE_CALL = frozenset({"stop", "stop_regex", "stop_token_ids", "min_tokens", "ignore_eos"})
"""What is said of the text alone: where a call ends its grammar says."""


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


class ToolCalls:
    """Writes the ops of one call. `fixed` and `dynamic`: its options."""

    def __init__(
        self,
        w: Writer,
        node: s.Call,
        fact: GenCall,
        name: str,
        fixed: Mapping[str, Any],
        dynamic: Sequence[tuple[str, Operand]],
    ) -> None:
        self._w, self._node, self._name = w, node, name
        self._site = w.sites.next()
        self._fixed, self._dynamic = fixed, tuple(dynamic)
        self._tools = [(tool.name, arguments_of(tool)) for tool in fact.tools]
        self._type = answer_type(self._tools)

    def required(self) -> Operand:
        """The answer that is a call."""
        return self._call(Const("", STR))

    def auto(self) -> Operand:
        """The answer that is a call or a text; what is said before a call is its text."""
        w, before = self._w, self._w.prompt
        constraint = Constraint("before_call", self._constraint("call").text)
        said = self._gen(self._site + BEFORE, self._name + BEFORE, constraint, BEFORE_CALL)
        text, calls = self._field(said, "text", STR), self._field(said, "calls", BOOL)
        behind = w.prompt
        with w.region(self._node.span) as yes:
            is_silent = self._emit_compare(text)
            self._choose_prompt(is_silent, before, behind)
            called = self._call(text, is_open=True)
            then = seal(yes, (), (called, w.prompt))
        with w.region(self._node.span) as no:
            plain = self._record(Const(NO_TOOL, STR), text, None)
            orelse = seal(no, (), (plain, behind))
        value, prompt = Value(self._type, self._name), Value(PROMPT)
        w.emit(If((value, prompt), calls, then, orelse, span=self._node.span))
        w.frame.prompt = prompt
        return value

    def _emit_compare(self, text: Operand) -> Operand:
        op = Compare(Value(BOOL), "eq", text, Const("", STR), span=self._node.span)
        return self._w.emit(op).result

    def _choose_prompt(self, is_silent: Operand, before: Operand, behind: Operand) -> None:
        """Open the call behind what was said, or as the first of the turn."""
        w, prompts = self._w, [before, behind]
        blocks = []
        for prompt in prompts:
            with w.region(self._node.span) as frame:
                frame.prompt = prompt
                self._edge("begin")
                blocks.append(seal(frame, (), (w.prompt,)))
        chosen = Value(PROMPT)
        w.emit(If((chosen,), is_silent, *blocks, span=self._node.span))
        w.frame.prompt = chosen

    def _call(self, text: Operand, *, is_open: bool = False) -> Operand:
        if not is_open:
            self._edge("begin")
        found = self._gen(self._site, self._name, self._constraint("call"), self._type)
        self._edge("end")
        return self._record(self._field(found, "name", STR), text, found)

    def _constraint(self, kind: Any) -> Constraint:
        return Constraint(kind, spelled([(name, str(type)) for name, type in self._tools]))

    def _gen(self, site: str, name: str, constraint: Constraint | None, kind: Type) -> Operand:
        w, prompt, value = self._w, Value(PROMPT), Value(kind, self._name)
        is_call = constraint is not None and constraint.kind == "call"
        fixed = {n: v for n, v in self._fixed.items() if not (is_call and n in _OF_THE_CALL)}
        dynamic = tuple((n, v) for n, v in self._dynamic if not (is_call and n in _OF_THE_CALL))
        op = Gen(
            prompt, value, w.prompt, site, w.frame.indices, Sampling(**fixed), constraint, dynamic,
            None, name if self._name else "", span=self._node.span,
        )  # fmt: skip
        w.emit(op)
        w.frame.prompt = prompt
        return value

    def _field(self, record: Operand, name: str, kind: Type) -> Operand:
        op = GetField(Value(kind, name), record, name, span=self._node.span)
        return self._w.emit(op).result

    def _record(self, name: Operand, text: Operand, found: Operand | None) -> Operand:
        values = [name, text]
        for tool, kind in self._type.fields[len(OWN_FIELDS) :]:
            values.append(self._field(found, tool, kind) if found else Const(None, NONE))
        names = tuple(name for name, _ in self._type.fields)
        op = MakeRecord(Value(self._type, self._name), names, tuple(values), span=self._node.span)
        return self._w.emit(op).result

    def _edge(self, edge: Edge) -> None:
        turn = Turn(Value(PROMPT), self._w.prompt, "call", edge, span=self._node.span)
        self._w.frame.prompt = self._w.emit(turn).result


def told(tools: list[Any]) -> Const:
    """Tools as the operand of a turn."""
    return Const(tools, ListType(ANY))
