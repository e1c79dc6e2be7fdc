"""The ops of a `gen` with tools: what is said first, then the call, in a turn of its own at the end of the assistant's.

Both front ends write them: a program means the same whether it is written in `.sgl` or in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from .builder import BlockBuilder
from .constrained.calls import (
    BEFORE,
    BEFORE_CALL,
    CALLED,
    MORE,
    NEXT,
    NO_TOOL,
    answer_type,
    answers_type,
)
from .ops import (
    Arith,
    Block,
    Compare,
    Const,
    Edge,
    Gen,
    GetField,
    If,
    MakeList,
    MakeRecord,
    Operand,
    Text,
    Turn,
    Value,
    While,
    Yield,
)
from .sampling import Constraint, Sampling
from .span import Span
from .target.calls import CALL_ENDED, NEXT_CALL, spelled
from .types import BOOL, INT, NONE, PROMPT, STR, ListType, OptionalType, RecordType, Type

OF_THE_TEXT = frozenset({"stop", "stop_regex", "stop_token_ids", "min_tokens", "ignore_eos"})
"""What is said of the text alone: where a call ends its grammar says."""
MOST_CALLS = 16
"""How many calls a turn has at most."""
MORE_TOKENS = 16
"""In how many tokens a model has begun another call, or ended its turn: those of any family's marker."""
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

    def named(self, suffix: str, **fixed: Any) -> Asked:
        """The same under a longer name, if it has one, and with more parameters."""
        name = self.name + suffix if self.name else ""
        return replace(self, name=name, fixed={**self.fixed, **fixed})


def of_the_call(fixed: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a call of a tool, among those of the `gen` that it is for."""
    return {name: value for name, value in fixed.items() if name not in OF_THE_TEXT}


class Answered(NamedTuple):
    """The answer of a `gen`, and the prompt behind it."""

    value: Value
    prompt: Value


@dataclass(frozen=True)
class ToolCall:
    """Writes the ops of a turn that calls some tools, each with the type of its arguments.

    `several`: the turn may hold more than one call, up to `MOST_CALLS`.
    """

    asked: Asked
    tools: tuple[tuple[str, RecordType], ...]
    several: bool = False

    @property
    def type(self) -> RecordType:
        """The type of the answer."""
        return answers_type(self.tools) if self.several else answer_type(self.tools)

    def required(self, emit: Emit, prompt: Operand) -> Answered:
        """The answer that is a call."""
        return self._called(emit, self._edge(emit, prompt, "begin"), Const("", STR))

    def auto(self, emit: Emit, prompt: Operand) -> Answered:
        """The answer that is a call or a text; what is said before a call is its text."""
        said = self._gen(emit, prompt, self.asked, BEFORE, "before_call")
        text = self._field(emit, said.value, "text", STR)
        calls = self._field(emit, said.value, "calls", BOOL)
        then = BlockBuilder()
        called = self._called(then.emit, self._opened(then.emit, text, prompt, said.prompt), text)
        orelse = BlockBuilder()
        plain = self._plain(orelse.emit, text)
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

    def _called(self, emit: Emit, prompt: Operand, text: Operand) -> Answered:
        """The turn from its first call to its end."""
        asked = self.asked.without(OF_THE_TEXT)
        if self.several:
            calls, prompt = self._calls(emit, prompt, asked.named(CALLED))
            value = self._made(emit, self.type, [text, calls])
        else:
            found = self._gen(emit, prompt, asked, "", "call")
            prompt = found.prompt
            name = self._field(emit, found.value, "name", STR)
            value = self._made(emit, self.type, [name, text, *self._arguments(emit, found.value)])
        return Answered(value, self._edge(emit, prompt, "end"))

    # --- several calls ----------------------------------------------------------------------------

    def _calls(self, emit: Emit, prompt: Operand, asked: Asked) -> Answered:
        """One call after the other, until the model makes no more."""
        first, prompt, more = self._one(emit, prompt, asked)
        calls = emit(MakeList(Value(self._list), (first,), span=asked.span)).result
        going = Value(BOOL)
        goes_on = Block((Value(PROMPT), Value(self._list), going), (Yield((going,)),))
        found = (Value(PROMPT), Value(self._list), Value(BOOL))
        limit, inits = Const(MOST_CALLS - 1, INT), (prompt, calls, more)
        emit(While(found, inits, goes_on, self._next(asked), limit, span=asked.span))
        return Answered(found[1], found[0])

    def _next(self, asked: Asked) -> Block:
        """Another call behind those that are known: the prompt, the calls, and whether one more follows."""
        index, before, known = Value(INT, "call"), Value(PROMPT), Value(self._list)
        body = BlockBuilder()
        behind = self._words(body.emit, before, NEXT_CALL)
        following = replace(asked, site=asked.site + NEXT, indices=(*asked.indices, index))
        call, behind, more = self._one(body.emit, behind, following)
        one = body.emit(MakeList(Value(self._list), (call,), span=asked.span)).result
        grown = body.emit(Arith(Value(self._list), "add", (known, one), span=asked.span)).result
        body.emit(Yield((behind, grown, more)))
        return body.seal(index, before, known, Value(BOOL))

    def _one(self, emit: Emit, prompt: Operand, asked: Asked) -> tuple[Value, Value, Value]:
        """A call, the prompt behind it, and whether another one follows."""
        found = self._gen(emit, prompt, asked, "", "call")
        ended = self._words(emit, found.prompt, CALL_ENDED)
        question = asked.without(frozenset({"max_tokens"})).named("", max_tokens=MORE_TOKENS)
        more = self._gen(emit, ended, question, MORE, "before_call")
        name = self._field(emit, found.value, "name", STR)
        call = self._made(emit, self._list.item, [name, *self._arguments(emit, found.value)])
        return call, found.prompt, self._field(emit, more.value, "calls", BOOL)

    @property
    def _list(self) -> ListType:
        kind = self.type.fields[-1][1]
        assert isinstance(kind, ListType)
        return kind

    def _words(self, emit: Emit, prompt: Operand, text: str) -> Value:
        return emit(Text(Value(PROMPT), prompt, text, span=self.asked.span)).result

    # --- parts --------------------------------------------------------------------------------------

    def _gen(self, emit: Emit, prompt: Operand, asked: Asked, suffix: str, kind: Any) -> _Said:
        type = BEFORE_CALL if kind == "before_call" else answer_type(self.tools)
        found = _Said(Value(type, asked.name), Value(PROMPT))
        tools = [(name, str(each)) for name, each in self.tools]
        constraint = Constraint(kind, spelled(tools, several=self.several, again=suffix == MORE))
        emit(Gen(
            found.prompt, found.value, prompt, asked.site + suffix, asked.indices, Sampling(**asked.fixed),
            constraint, asked.dynamic, None, asked.name + suffix if asked.name else "", span=asked.span,
        ))  # fmt: skip
        return found

    def _field(self, emit: Emit, record: Operand, name: str, kind: Type) -> Value:
        return emit(GetField(Value(kind, name), record, name, span=self.asked.span)).result

    def _arguments(self, emit: Emit, found: Operand) -> list[Operand]:
        """The arguments of each tool, none for those that were not called."""
        return [self._field(emit, found, name, OptionalType(kind)) for name, kind in self.tools]

    def _plain(self, emit: Emit, text: Operand) -> Value:
        """The answer that is a text."""
        if self.several:
            none = emit(MakeList(Value(self._list), (), span=self.asked.span)).result
            return self._made(emit, self.type, [text, none])
        nothing = [Const(None, NONE) for _ in self.tools]
        return self._made(emit, self.type, [Const(NO_TOOL, STR), text, *nothing])

    def _made(self, emit: Emit, kind: Type, values: list[Operand]) -> Value:
        assert isinstance(kind, RecordType)
        names = tuple(name for name, _ in kind.fields)
        result = Value(kind, self.asked.name)
        return emit(MakeRecord(result, names, tuple(values), span=self.asked.span)).result

    def _edge(self, emit: Emit, prompt: Operand, edge: Edge) -> Value:
        return emit(Turn(Value(PROMPT), prompt, "call", edge, span=self.asked.span)).result


class _Said(NamedTuple):
    """What a call of the model gives."""

    value: Value
    prompt: Value


def _sealed(builder: BlockBuilder, *results: Operand) -> Block:
    builder.emit(Yield(tuple(results)))
    return builder.seal()
