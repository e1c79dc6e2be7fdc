"""Calls of the model to `gen` and `select` ops: constant options in the op, computed ones beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...ir.ops import Const, Edge, Gen, MakeList, Operand, Select, Turn, Value
from ...ir.sampling import THINKING_TOKENS, Constraint, Sampling
from ...ir.types import FLOAT, PROMPT, STR, ListType, Type
from ..check.expressions.options import CONSTRAINTS, GEN_OPTIONS
from ..check.facts import GenCall, SelectCall, reasoning_of
from ..syntax import nodes as s
from .tool_calls import ToolCalls
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
    if fact.tools:
        return _tool_call(w, call, fact, name, fixed, dynamic), None
    site = w.sites.next()
    if fact.thinks:
        _think(w, call, name, f"{site}.thinking", fixed, dynamic)
    has_n = "n" in fact.options
    if constraint is None and fact.answer != STR and not _is_dynamic_constraint(dynamic):
        constraint = Constraint("type", str(fact.answer))
    kind: Type = ListType(fact.answer) if has_n else fact.answer
    value = Value(kind, name)
    prompt = None if has_n else Value(PROMPT)
    prompts = Value(ListType(PROMPT), samples) if samples else None
    op = Gen(
        prompt, value, w.prompt, site, w.frame.indices, Sampling(**fixed), constraint,
        tuple(dynamic), prompts, name, span=call.span,
    )  # fmt: skip
    w.emit(op)
    if prompt is not None:
        w.frame.prompt = prompt
    return value, prompts


def _tool_call(
    w: Writer,
    call: s.Call,
    fact: GenCall,
    name: str,
    fixed: dict[str, Any],
    dynamic: list[tuple[str, Operand]],
) -> Operand:
    """Ask for a call of a tool, behind reasoning where that is asked for."""
    choice = fixed.pop("tool_choice", "auto")
    for tool in fact.tools:
        w.needed(tool)
    if fact.thinks:
        _think(w, call, name, f"{w.sites.next()}.thinking", fixed, dynamic)
    asked = ToolCalls(w, call, fact, name, fixed, dynamic)
    return asked.required() if choice == "required" else asked.auto()


_NOT_FOR_REASONING = frozenset(
    {"stop", "stop_regex", "stop_token_ids", "max_tokens", "min_tokens", "ignore_eos",
     "logprobs", "top_logprobs"}
)  # fmt: skip
"""What is said of the answer alone; the rest holds for the reasoning as well."""


def _think(
    w: Writer,
    call: s.Call,
    name: str,
    site: str,
    fixed: dict[str, Any],
    dynamic: list[tuple[str, Operand]],
) -> None:
    """Ask for reasoning, in a turn of its own before the answer; its options are taken from those of the answer."""
    fixed.pop("thinking", None)
    own = {n: v for n, v in fixed.items() if n not in _NOT_FOR_REASONING}
    own["max_tokens"] = own.pop("max_thinking_tokens", THINKING_TOKENS)
    computed = [(n, v) for n, v in dynamic if n not in (*_NOT_FOR_REASONING, *CONSTRAINTS)]
    computed = [("max_tokens" if n == "max_thinking_tokens" else n, v) for n, v in computed]
    fixed.pop("max_thinking_tokens", None)
    dynamic[:] = [(n, v) for n, v in dynamic if n != "max_thinking_tokens"]
    _edge(w, call, "begin")
    prompt, value = Value(PROMPT), Value(STR, "thinking")
    sampling = Sampling(**own, thinking="on")
    op = Gen(
        prompt, value, w.prompt, site, w.frame.indices, sampling, dynamic=tuple(computed),
        name=reasoning_of(name) if name else "", span=call.span,
    )  # fmt: skip
    w.emit(op)
    w.frame.prompt = prompt
    _edge(w, call, "end")
    if name:
        w.frame.names[reasoning_of(name)] = value


def _edge(w: Writer, call: s.Call, edge: Edge) -> None:
    turn = Turn(Value(PROMPT), w.prompt, "thinking", edge, span=call.span)
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
        if name == "tools":
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
