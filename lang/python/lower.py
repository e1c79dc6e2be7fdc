"""Lowering a Python function: its source becomes a module, or diagnostics that say why it can't.

Called by the driver's part of the front end. `context` is what every kind of node is given; the kinds build on
each other: `expressions`, `appending`, `forks`, `helpers`, `loops`, `statements`.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ...ir.collector import without_collection
from ...ir.diagnostic import Diagnostic
from ...ir.module import Module, Param, Program
from ...ir.ops import Const, MakeRecord, Operand, Return, Root, Value
from ...ir.types import ANY, PROMPT, OptionalType, RecordType, Type
from ...ir.verify.verifier import verify
from . import said
from .context import NOTHING, Door, Frame, Lowering
from .expressions import value
from .handed import tools_handed
from .helpers import meaning_of
from .lowered import PROMPT_FIELD, RETURN_FIELD, Lowered
from .scope import RETURN, StateData, StateRef
from .source import CannotLower, FunctionSource
from .statements import block

DEFAULTS: Mapping[str, Any] = {"max_tokens": 128, "temperature": 1.0}
"""What a gen that names nothing is asked with."""


@without_collection()
def lower(
    function: Callable[..., Any],
    types: Mapping[str, Type],
    defaults: Mapping[str, Any] = DEFAULTS,
) -> Lowered:
    """Lower a function whose first parameter is the state, for arguments of these types.

    Calls nothing of the user's. Without a module, the diagnostics (SGL05xx) say why.
    """
    name = getattr(function, "__name__", "program")
    try:
        source = FunctionSource.of(function)
        low = Lowering(Door(value, block, meaning_of), Frame(source, (function,)), defaults)
        low.tools = tools_handed(function)
        module = _module(low, name, types)
    except CannotLower as error:
        return Lowered(None, name, {}, (error.diagnostic,))
    except RecursionError:
        found = Diagnostic("SGL0502", f"`{name}` is nested too deeply")
        return Lowered(None, name, {}, (found,))
    wrong = tuple(verify(module))
    if wrong:
        return Lowered(None, name, {}, wrong)
    hosts, schemas = low.hosts.pieces, low.schemas
    said = tuple(low.warnings.values())
    return Lowered(module, name, hosts, said, schemas=schemas, is_stale=low.outside.is_stale)


def _module(low: Lowering, name: str, types: Mapping[str, Type]) -> Module:
    """The module whose one program the function is."""
    source = low.frame.source
    node = source.node
    params = _params(low, types)
    root = low.emit(Root(result=Value(PROMPT)), node)
    state = low.blocks.new_state(StateData(root.result))
    first = next(iter(inspect.signature(source.function).parameters))
    low.scope.names[first] = StateRef(state)
    low.block(node.body)
    low.flush()
    if low.makes_marks and low.of_any_kind:
        raise low.of_any_kind[0]
    result = _result(low, state, node)
    low.emit(Return(value=result), node)
    body = low.blocks.seal(*(param.value for param in params))
    doc = ast.get_docstring(node) or ""
    program = Program(name, params, result.type, body, doc, low.span(node))
    return Module((program,), (), tuple(low.hosts.externs))


def _params(low: Lowering, types: Mapping[str, Type]) -> tuple[Param, ...]:
    found: list[Param] = []
    source = low.frame.source
    parameters = list(inspect.signature(source.function).parameters.values())
    for parameter in parameters[1:]:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise low.refuse("SGL0509", source.node, f"a parameter `*{parameter.name}`")
        given = Value(types.get(parameter.name, ANY), parameter.name)
        low.scope.names[parameter.name] = given
        found.append(Param(parameter.name, given))
    return tuple(found)


def _result(low: Lowering, state: int, node: ast.AST) -> Value:
    """The record of all that the returned state shows."""
    data = low.state(state)
    fields: dict[str, tuple[Type, Operand]] = {}
    for name, variable in data.variables.items():
        if said.is_hidden(name):
            continue
        kind = variable.value.type
        if not variable.certain and not isinstance(kind, OptionalType) and kind != ANY:
            kind = OptionalType(kind)
        fields[name] = (kind, variable.value)
    returned = low.scope.names.get(RETURN, NOTHING)
    result = returned if isinstance(returned, Value | Const) else NOTHING
    fields[RETURN_FIELD] = (result.type, result)
    fields[PROMPT_FIELD] = (PROMPT, data.prompt)
    kind = RecordType(tuple((name, field) for name, (field, _) in fields.items()))
    values = tuple(operand for _, operand in fields.values())
    record = MakeRecord(result=Value(kind, "state"), names=tuple(fields), values=values)
    return low.emit(record, node).result
