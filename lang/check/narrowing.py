"""What a condition says about names: an optional value that was compared with `none` is there."""

from __future__ import annotations

from ...ir.types import OptionalType
from ..syntax import nodes as s
from .scope import Scope, Variable


def narrow(scope: Scope, condition: s.Expr, holds: bool) -> None:
    """Note in a scope what a condition says about optional names if it holds (or does not)."""
    match condition:
        case s.Unary("not", value):
            narrow(scope, value, not holds)
        case s.Logic(op, left, right) if (op == "and") == holds:
            narrow(scope, left, holds)
            narrow(scope, right, holds)
        case s.Comparison(op, s.Name(name), s.Literal(None)) if op in ("eq", "ne"):
            if (op == "ne") == holds:
                _is_there(scope, name)
        case _:
            pass


def _is_there(scope: Scope, name: str) -> None:
    variable = scope.lookup(name)
    if variable is not None and isinstance(variable.type, OptionalType):
        kind = variable.type.item
        scope.narrowed[name] = Variable(name, kind, variable.span, variable.fixed)
