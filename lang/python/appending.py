"""`s += ...`: the parts of what is appended, as ops on the state's prompt."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ...ir.ops import Const, Gen, Image, Index, Insert, Operand, Select, Text, Turn, Value
from ...ir.sampling import Sampling
from ...ir.tool_calls import Asked, ToolCall
from ...ir.types import ANY, INT, PROMPT, STR, ListType
from . import counting, said
from .appended import parts
from .context import Lowering
from .hosting import host_call
from .merging import join_branches
from .parts import BranchPart, CallPart, EdgePart, ImagePart, Part, TextPart, ValuePart
from .scope import StateData, Variable
from .surface import GenMark, SelectMark, text_appended

CALLED = "called"
"""The turn that is open where a model may have called a tool: nothing follows in it but its end."""


def append(low: Lowering, state: int, parts: list[Part]) -> None:
    """Append parts to a state, in order."""
    for part in parts:
        if low.state(state).open_role == CALLED and not _ends_turn(part):
            headline = "something behind a call of a tool: the call ends its turn"
            raise low.refuse("SGL0591", part.node, headline)
        if isinstance(part, BranchPart):
            _branch(low, state, part)
        else:
            said.grow(low, state, _append(low, state, part), part.node)


def _ends_turn(part: Part) -> bool:
    return isinstance(part, EdgePart) and (part.role, part.edge) == ("assistant", "end")


def _append(low: Lowering, state: int, part: Part) -> Operand | None:
    """Append one part; its text, if it is one."""
    match part:
        case TextPart(text, node, plain):
            said.check_literal(low, state, part)
            if text:
                _grow(
                    low,
                    state,
                    node,
                    lambda to, p: Text(result=to, prompt=p, text=text, plain=plain),
                )
            return Const(text, STR)
        case ValuePart(value, node):
            return _insert(low, state, value, node)
        case ImagePart(image, node):
            _grow(low, state, node, lambda to, p: Image(result=to, prompt=p, image=image))
            return None
        case CallPart():
            return _ask(low, state, part)
        case _:
            assert isinstance(part, EdgePart)
            _edge(low, state, part)
            return None


def _grow(low: Lowering, state: int, node: ast.AST, make: Callable[[Value, Operand], Any]) -> None:
    result = Value(PROMPT)
    data = low.state(state)
    low.emit_on(state, make(result, data.prompt), node)
    data.prompt = result


def _insert(low: Lowering, state: int, value: Operand, node: ast.expr) -> Operand:
    """Append a text; anything else is what direct mode refuses, so that Python refuses it here."""
    help = "a helper that takes the state and appends to it can be lowered"
    more = low.refuse("SGL0503", node, "what is appended here may be more than a text", help)
    if value in low.suspects:
        raise more
    if value.type == ANY:
        low.of_any_kind.append(more)
        value = host_call(low, text_appended, [value], node, STR, disturbs=False)
    elif value.type != STR:
        raise low.refuse(
            "SGL0509", node, f"a `{value.type}` is appended", "`str(...)` of it is a text"
        )
    text = value
    _grow(low, state, node, lambda to, p: Insert(result=to, prompt=p, value=text))
    return text


def _edge(low: Lowering, state: int, part: EdgePart) -> None:
    data = low.state(state)
    outer = "assistant" if part.role == "thinking" else None
    if part.role == "thinking" and part.edge == "begin" and data.open_role != outer:
        headline = "a model thinks in a turn of its own: `assistant(gen(...))`"
        raise low.refuse("SGL0591", part.node, headline)
    if part.edge == "begin" and data.open_role != outer:
        headline = f"a {part.role} turn inside a {data.open_role} turn"
        raise low.refuse("SGL0591", part.node, headline)
    if part.edge == "end" and data.open_role == CALLED:
        data.open_role = "assistant"
    if part.edge == "end" and data.open_role != part.role:
        headline = f"the end of a {part.role} turn that is not open"
        raise low.refuse("SGL0591", part.node, headline)
    first = part.edge == "begin" and low.tools and not data.has_turns
    handed: list[Any] = [tool.schema for tool in low.tools]
    tools = Const(handed, ListType(ANY)) if first else None
    _grow(
        low,
        state,
        part.node,
        lambda to, p: Turn(result=to, prompt=p, role=part.role, edge=part.edge, tools=tools),
    )
    data.open_role = part.role if part.edge == "begin" else outer
    data.opened, data.has_turns = data.prompt, True


def _ask(low: Lowering, state: int, part: CallPart) -> Operand | None:
    """A call; the text that it appends, if that is no more than a text."""
    data, mark = low.state(state), part.mark
    name = mark.name
    if name is None:
        name, data.unnamed = f"gen_{data.unnamed}", data.unnamed + 1
    if isinstance(mark, GenMark) and mark.tools:
        text, value = None, _call_tool(low, state, data, part, mark, name)
    elif isinstance(mark, SelectMark):
        text = value = _select(low, state, data, part, mark, name)
    else:
        text, value = _gen(low, state, data, part, mark, name)
    data.variables[name] = Variable(value)
    low.by_hand.add((state, name))
    return text


def _select(
    low: Lowering, state: int, data: StateData, part: CallPart, mark: SelectMark, name: str
) -> Value:
    prompt, value = Value(PROMPT), Value(STR, name)
    choices = part.choices or Const(list(mark.choices), ListType(STR))
    indices = counting.indices(low, state, part.place, part.node)
    op = Select(
        prompt=prompt, value=value, source=data.prompt, choices=choices,
        site=low.site(part.place, indices), indices=indices, method=mark.method, name=name,
    )  # fmt: skip
    low.emit_on(state, op, part.node)
    data.prompt = prompt
    return value


def _gen(
    low: Lowering, state: int, data: StateData, part: CallPart, mark: GenMark, name: str
) -> tuple[Value, Value]:
    """What a gen appends, and what it binds."""
    sampling = _sampling(low, mark, part.node)
    if mark.schema is not None:
        low.schemas[name] = mark.schema
    is_many = sampling.n is not None or any(key == "n" for key, _ in part.dynamic)
    prompt = None if is_many else Value(PROMPT)
    value = Value(ListType(STR) if is_many else STR, name)
    indices = counting.indices(low, state, part.place, part.node)
    op = Gen(
        prompt=prompt, value=value, source=data.prompt, site=low.site(part.place, indices),
        indices=indices, sampling=sampling, constraint=mark.constraint,
        dynamic=part.dynamic, name=name,
    )  # fmt: skip
    low.emit_on(state, op, part.node)
    if sampling.n is not None and is_many and not any(key == "n" for key, _ in part.dynamic):
        low.lengths[value] = sampling.n
    if prompt is None:
        return _first_sample(low, state, value, part.node), value
    data.prompt = prompt
    return value, value


def _call_tool(
    low: Lowering, state: int, data: StateData, part: CallPart, mark: GenMark, name: str
) -> Value:
    """A gen that may call a tool, which is all of a turn: what it binds."""
    if data.open_role != "assistant" or data.opened != data.prompt:
        raise low.refuse(
            "SGL0591", part.node, "a model calls tools in a turn of its own: `assistant(gen(...))`"
        )
    indices = counting.indices(low, state, part.place, part.node)
    site = low.site(part.place, indices)
    fixed = _given(low, mark)
    asked = Asked(site, name, indices, fixed, part.dynamic)
    tools = tuple((tool.name, tool.arguments) for tool in mark.tools)
    made = ToolCall(asked, tools, mark.several)
    write = made.required if mark.must_call else made.auto
    value, data.prompt = write(lambda op: low.emit_on(state, op, part.node), data.prompt)
    data.open_role = CALLED
    return value


def _first_sample(low: Lowering, state: int, samples: Value, node: ast.AST) -> Value:
    """The first of several samples goes on."""
    first = Value(STR, "first")
    low.emit_on(state, Index(result=first, items=samples, index=Const(0, INT)), node)
    _grow(low, state, node, lambda to, p: Insert(result=to, prompt=p, value=first))
    return first


def _given(low: Lowering, mark: GenMark) -> dict[str, Any]:
    """The parameters that are known, those of the run among them."""
    given = {**low.defaults, **mark.given}
    as_lists = ("stop", "stop_token_ids", "stop_regex")
    for name in as_lists:
        if isinstance(given.get(name), str | int):
            given[name] = (given[name],)
        elif name in given:
            given[name] = tuple(given[name])
    return given


def _sampling(low: Lowering, mark: GenMark, node: ast.AST) -> Sampling:
    try:
        return Sampling(**_given(low, mark))
    except TypeError as error:
        raise low.refuse("SGL0509", node, str(error)) from None


def _branch(low: Lowering, state: int, part: BranchPart) -> None:
    """`s += a if c else b`."""
    low.flush()
    scopes, builders = [], []
    for side in (part.then, part.orelse):
        builder, scope = low.region(
            low.scope.copy(), lambda side=side: append(low, state, parts(low, side))
        )
        scopes.append(scope)
        builders.append(builder)
    join_branches(low, part.cond, builders, scopes, part.node)
