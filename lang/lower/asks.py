"""Calls of the model to `gen` and `select` ops: constant options in the op, computed ones beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...ir.ops import Const, Edge, Gen, MakeList, Operand, Select, Turn, Value
from ...ir.sampling import THINKING_TOKENS, Constraint, Sampling
from ...ir.tool_calls import Asked
from ...ir.types import FLOAT, PROMPT, STR, ListType
from ..check.expressions.options import CONSTRAINTS, GEN_OPTIONS, TOOL_OPTIONS
from ..check.facts import GenCall, SelectCall, reasoning_of
from ..syntax import nodes as s
from .tool_calls import tool_call
from .writer import Writer

_TEXT_LISTS = ("stop", "stop_regex")


def ask(w: Writer, call: s.Call, name: str, samples: str = "") -> tuple[Operand, Operand | None]:
    """Ask the model; the answer, and the samples' prompts if they are wanted."""
    fact = w.facts.calls[call]
    if isinstance(fact, SelectCall):
        return _select(w, call, fact, name), None
    assert isinstance(fact, GenCall)
    return _gen(w, call, fact, name, samples)


def is_ask(w: Writer, node: s.Node) -> bool:
    """Whether an expression is a call of the model."""
    return isinstance(node, s.Call) and isinstance(w.facts.calls.get(node), GenCall | SelectCall)


def _select(w: Writer, call: s.Call, fact: SelectCall, name: str) -> Operand:
    if fact.listed is not None:
        choices = w.value(fact.listed)
    else:
        choices = _choices(w, call, [w.value(choice) for choice in fact.choices])
    prompt, value = Value(PROMPT), Value(w.kind(call), name)
    site = w.sites.next()
    op = Select(
        prompt, value, w.prompt, choices, site, w.frame.indices,
        fact.method, name, span=call.span,  # pyright: ignore[reportArgumentType]
    )  # fmt: skip
    w.emit(op)
    w.frame.prompt = prompt
    return value


def _choices(w: Writer, call: s.Call, operands: list[Operand]) -> Operand:
    if all(isinstance(operand, Const) for operand in operands):
        values = [operand.value for operand in operands if isinstance(operand, Const)]
        return Const(values, ListType(STR))
    return w.emit(MakeList(Value(ListType(STR)), tuple(operands), span=call.span)).result


def _gen(
    w: Writer, call: s.Call, fact: GenCall, name: str, samples: str
) -> tuple[Operand, Operand | None]:
    fixed, dynamic, constraint = _options(w, fact)
    asked = Asked(w.sites.next(), name, w.frame.indices, fixed, tuple(dynamic), call.span)
    if fact.thinks:
        asked = _think(w, asked)
    if fact.tools:
        return tool_call(w, fact, asked), None
    if constraint is None and fact.answer != STR and not _is_dynamic_constraint(dynamic):
        constraint = Constraint("type", str(fact.answer))
    has_n = "n" in fact.options
    value = Value(ListType(fact.answer) if has_n else fact.answer, name)
    prompts = Value(ListType(PROMPT), samples) if samples else None
    op = Gen(
        None if has_n else Value(PROMPT), value, w.prompt, asked.site, asked.indices, Sampling(**asked.fixed),
        constraint, asked.dynamic, prompts, name, span=call.span,
    )  # fmt: skip
    w.emit(op)
    if op.prompt is not None:
        w.frame.prompt = op.prompt
    return value, prompts


_NOT_FOR_REASONING = frozenset(
    {"stop", "stop_regex", "stop_token_ids", "max_tokens", "min_tokens", "ignore_eos",
     "logprobs", "top_logprobs"}
)  # fmt: skip
"""What is said of the answer alone; the rest holds for the reasoning as well."""
_BUDGET = "max_thinking_tokens"


def _think(w: Writer, asked: Asked) -> Asked:
    """Ask for reasoning, in a turn of its own before the answer; what the answer is asked with."""
    answer = asked.without(frozenset({"thinking", _BUDGET}))
    own = answer.without(_NOT_FOR_REASONING | {*CONSTRAINTS})
    budget = asked.fixed.get(_BUDGET, THINKING_TOKENS)
    computed = tuple(("max_tokens", value) for name, value in asked.dynamic if name == _BUDGET)
    _edge(w, asked, "begin")
    value = Value(STR, "thinking")
    op = Gen(
        Value(PROMPT), value, w.prompt, f"{asked.site}.thinking", asked.indices,
        Sampling(**{**own.fixed, "max_tokens": budget}, thinking="on"), None, (*own.dynamic, *computed), None,
        reasoning_of(asked.name) if asked.name else "", span=asked.span,
    )  # fmt: skip
    w.frame.prompt = w.emit(op).prompt
    _edge(w, asked, "end")
    if asked.name:
        w.frame.names[reasoning_of(asked.name)] = value
    return answer


def _edge(w: Writer, asked: Asked, edge: Edge) -> None:
    turn = Turn(Value(PROMPT), w.prompt, "thinking", edge, span=asked.span)
    w.frame.prompt = w.emit(turn).result


def _options(
    w: Writer, fact: GenCall
) -> tuple[dict[str, Any], list[tuple[str, Operand]], Constraint | None]:
    """Fields of `Sampling`, computed parameters, and the constraint if it is constant."""
    fixed: dict[str, Any] = {}
    dynamic: list[tuple[str, Operand]] = []
    constraint: Constraint | None = None
    style: object = "canonical"
    for name, expr in fact.options.items():
        if name in TOOL_OPTIONS:
            continue
        operand = w.value(expr)
        if not isinstance(operand, Const):
            dynamic.append((name, _as_list(w, name, operand, expr)))
        elif name in CONSTRAINTS:
            constraint = Constraint(name, str(operand.value))  # pyright: ignore[reportArgumentType]
        elif name == "constrained_style":
            style = operand.value
        else:
            fixed[name] = _fixed(name, operand.value)
    if constraint is not None and style == "free":
        constraint = replace(constraint, style="free")
    return fixed, dynamic, constraint


def _as_list(w: Writer, name: str, operand: Operand, expr: s.Expr) -> Operand:
    """A computed option; one text where several may stand becomes a list."""
    if name in _TEXT_LISTS and not isinstance(operand.type, ListType):
        return w.emit(MakeList(Value(ListType(STR)), (operand,), span=expr.span)).result
    return operand


def _fixed(name: str, value: object) -> object:
    """A constant as the field of `Sampling` wants it."""
    if isinstance(GEN_OPTIONS[name], ListType):
        return tuple(value) if isinstance(value, list) else (value,)
    if GEN_OPTIONS[name] == FLOAT and isinstance(value, int):
        return float(value)
    return value


def _is_dynamic_constraint(dynamic: list[tuple[str, Operand]]) -> bool:
    return any(name in CONSTRAINTS for name, _ in dynamic)
