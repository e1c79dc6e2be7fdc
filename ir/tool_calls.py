"""The ops of a `gen` with tools: what is said first, then the call, in a turn of its own at the end of the assistant's.

Both front ends write them: a program means the same whether it is written in `.sgl` or in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from .builder import BlockBuilder
from .constrained.calls import BEFORE, BEFORE_CALL, NO_TOOL, OWN_FIELDS, answer_type
from .ops import (
    Block,
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
    Yield,
)
from .sampling import Constraint, Sampling
from .span import Span
from .target.calls import spelled
from .types import BOOL, NONE, PROMPT, STR, RecordType, Type

_OF_THE_TEXT = frozenset({"stop", "stop_regex", "stop_token_ids", "min_tokens", "ignore_eos"})
"""What is said of the text alone: where a call ends its grammar says."""
Emit = Callable[[Any], Any]
"""Adds an op where the call stands, and gives it back."""


@dataclass(frozen=True)
class Asked:
    """What a call of the model is asked with: which call it is, and its parameters, fixed and computed.

    Without a `name` nobody can ask for the answer by it.
    """

    site: str
    name: str
    indices: tuple[Operand, ...]
    fixed: Mapping[str, Any]
    dynamic: tuple[tuple[str, Operand], ...] = ()
    span: Span | None = None

    def without(self, names: frozenset[str]) -> Asked:
        """The same without some of its parameters."""
        fixed = {name: value for name, value in self.fixed.items() if name not in names}
        return replace(
            self, fixed=fixed, dynamic=tuple(d for d in self.dynamic if d[0] not in names)
        )


def of_the_call(fixed: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a call of a tool, among those of the `gen` that it is for."""
    return {name: value for name, value in fixed.items() if name not in _OF_THE_TEXT}


class Answered(NamedTuple):
    """The answer of a `gen`, and the prompt behind it."""

    value: Value
    prompt: Value


@dataclass(frozen=True)
class ToolCall:
    """Writes the ops of one call of some tools, each with the type of its arguments."""

    asked: Asked
    tools: tuple[tuple[str, RecordType], ...]

    @property
    def type(self) -> RecordType:
        """The type of the answer."""
        return answer_type(self.tools)

    def required(self, emit: Emit, prompt: Operand) -> Answered:
        """The answer that is a call."""
        return self._call(emit, self._edge(emit, prompt, "begin"), Const("", STR))

    def auto(self, emit: Emit, prompt: Operand) -> Answered:
        """The answer that is a call or a text; what is said before a call is its text."""
        said = self._gen(emit, prompt, self.asked, BEFORE, "before_call", BEFORE_CALL)
        text = self._field(emit, said.value, "text", STR)
        calls = self._field(emit, said.value, "calls", BOOL)
        then = BlockBuilder()
        called = self._call(then.emit, self._opened(then.emit, text, prompt, said.prompt), text)
        orelse = BlockBuilder()
        plain = self._record(orelse.emit, Const(NO_TOOL, STR), text, None)
        answer = Answered(Value(self.type, self.asked.name), Value(PROMPT))
        yes, no = _sealed(then, *called), _sealed(orelse, plain, said.prompt)
        emit(If(tuple(answer), calls, yes, no, span=self.asked.span))
        return answer

    def _opened(self, emit: Emit, text: Operand, before: Operand, behind: Operand) -> Value:
        """The call begins behind what was said, or as the first of the turn."""
        compare = Compare(Value(BOOL), "eq", text, Const("", STR), span=self.asked.span)
        is_silent = emit(compare).result
        blocks: list[Block] = []
        for prompt in (before, behind):
            builder = BlockBuilder()
            blocks.append(_sealed(builder, self._edge(builder.emit, prompt, "begin")))
        chosen = Value(PROMPT)
        emit(If((chosen,), is_silent, blocks[0], blocks[1], span=self.asked.span))
        return chosen

    def _call(self, emit: Emit, prompt: Operand, text: Operand) -> Answered:
        asked = self.asked.without(_OF_THE_TEXT)
        found = self._gen(emit, prompt, asked, "", "call", self.type)
        behind = self._edge(emit, found.prompt, "end")
        name = self._field(emit, found.value, "name", STR)
        return Answered(self._record(emit, name, text, found.value), behind)

    def _gen(
        self, emit: Emit, prompt: Operand, asked: Asked, suffix: str, kind: Any, type: Type
    ) -> Answered:
        answer = Answered(Value(type, asked.name), Value(PROMPT))
        constraint = Constraint(kind, spelled([(name, str(kind)) for name, kind in self.tools]))
        op = Gen(
            answer.prompt, answer.value, prompt, asked.site + suffix, asked.indices, Sampling(**asked.fixed),
            constraint, asked.dynamic, None, asked.name + suffix if asked.name else "", span=asked.span,
        )  # fmt: skip
        emit(op)
        return answer

    def _field(self, emit: Emit, record: Operand, name: str, kind: Type) -> Value:
        return emit(GetField(Value(kind, name), record, name, span=self.asked.span)).result

    def _record(self, emit: Emit, name: Operand, text: Operand, found: Operand | None) -> Value:
        values = [name, text]
        for tool, kind in self.type.fields[len(OWN_FIELDS) :]:
            values.append(self._field(emit, found, tool, kind) if found else Const(None, NONE))
        names = tuple(name for name, _ in self.type.fields)
        result = Value(self.type, self.asked.name)
        return emit(MakeRecord(result, names, tuple(values), span=self.asked.span)).result

    def _edge(self, emit: Emit, prompt: Operand, edge: Edge) -> Value:
        return emit(Turn(Value(PROMPT), prompt, "call", edge, span=self.asked.span)).result


def _sealed(builder: BlockBuilder, *results: Operand) -> Block:
    builder.emit(Yield(tuple(results)))
    return builder.seal()
