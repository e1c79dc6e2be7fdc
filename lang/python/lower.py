"""Lowering a Python function: its source becomes a module, or diagnostics that say why it can't.

Called by the driver's part of the front end. The steps build on each other: `context` (blocks, arms,
host pieces), `expressions`, `appends`, `forking`, `statements`.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ...ir.diagnostic import Diagnostic
from ...ir.module import Module, Param, Program
from ...ir.ops import Const, MakeRecord, Operand, Return, Root, Value
from ...ir.types import ANY, PROMPT, OptionalType, RecordType, Type
from ...ir.verify.verifier import verify
from .context import NOTHING
from .lowered import PROMPT_FIELD, RETURN_FIELD, Lowered
from .scope import StateData, StateRef
from .source import CannotLower, FunctionSource
from .statements import Statements

DEFAULTS: Mapping[str, Any] = {"max_tokens": 128, "temperature": 1.0}
"""What a gen that names nothing is asked with."""


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
        lowering = _Function(FunctionSource.of(function), defaults)
        module = lowering.module(name, types)
    except CannotLower as error:
        return Lowered(None, name, {}, (error.diagnostic,))
    except RecursionError:
        found = Diagnostic("SGL0502", f"`{name}` is nested too deeply")
        return Lowered(None, name, {}, (found,))
    wrong = tuple(verify(module))
    if wrong:
        return Lowered(None, name, {}, wrong)
    return Lowered(
        module, name, lowering.hosts, schemas=lowering.schemas, is_stale=lowering.is_stale
    )


class _Function(Statements):
    """One function as a program."""

    def module(self, name: str, types: Mapping[str, Type]) -> Module:
        """The module whose one program the function is."""
        node = self.source.node
        params = self._params(types)
        root = self.emit(Root(result=Value(PROMPT)), node)
        state = self.new_state(StateData(root.result))
        first = next(iter(inspect.signature(self.source.function).parameters))
        self.scope.names[first] = StateRef(state)
        self.block(node.body)
        self.flush()
        result = self._result(state, node)
        self.emit(Return(value=result), node)
        body = self._builder.seal(*(param.value for param in params))
        doc = ast.get_docstring(node) or ""
        program = Program(name, params, result.type, body, doc, self.span(node))
        return Module((program,), (), tuple(self.externs))

    def _params(self, types: Mapping[str, Type]) -> tuple[Param, ...]:
        found: list[Param] = []
        parameters = list(inspect.signature(self.source.function).parameters.values())
        for parameter in parameters[1:]:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                node = self.source.node
                raise self.refuse("SGL0509", node, f"a parameter `*{parameter.name}`")
            value = Value(types.get(parameter.name, ANY), parameter.name)
            self.scope.names[parameter.name] = value
            found.append(Param(parameter.name, value))
        return tuple(found)

    def _result(self, state: int, node: ast.AST) -> Value:
        """The record of all that the returned state shows."""
        data = self.state(state)
        fields: dict[str, tuple[Type, Operand]] = {}
        for name, variable in data.variables.items():
            kind = variable.value.type
            if not variable.certain and not isinstance(kind, OptionalType) and kind != ANY:
                kind = OptionalType(kind)
            fields[name] = (kind, variable.value)
        returned = self.scope.names.get("$return", NOTHING)
        value = returned if isinstance(returned, Value | Const) else NOTHING
        fields[RETURN_FIELD] = (value.type, value)
        fields[PROMPT_FIELD] = (PROMPT, data.prompt)
        kind = RecordType(tuple((name, field) for name, (field, _) in fields.items()))
        values = tuple(operand for _, operand in fields.values())
        record = MakeRecord(result=Value(kind, "state"), names=tuple(fields), values=values)
        return self.emit(record, node).result
