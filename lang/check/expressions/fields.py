"""Fields: of records, and the names of modules, which are written like fields."""

from __future__ import annotations

from ....ir.types import ANY, ListType, OptionalType, RecordType, Type
from ...syntax import nodes as s
from ..builtin_types import BUILTINS
from ..facts import reasoning_of
from ..report import Reporter
from ..suggest import closest
from ..symbols import ModuleSymbol
from ..unknown_names import listed
from .inference import Inference
from .mismatches import may_be_none


def field_type(asked: Inference, expr: s.Field) -> Type:
    """The type of a field of a record, or of a name of a module."""
    module = asked.names.module_of(expr.value)
    if module is not None:
        return _module_member(asked, expr, module)
    kind = asked.value(expr.value)
    reasoning = _reasoning(asked, expr, kind)
    if reasoning is not None:
        return reasoning
    if isinstance(kind, RecordType):
        found = kind.field(expr.name.text)
        if found is not None:
            return found
        _unknown_field(asked.reporter, expr, kind)
    elif isinstance(kind, OptionalType):
        may_be_none(asked.reporter, expr.value, kind)
    elif kind != ANY:
        _no_fields(asked.reporter, expr, kind)
    return ANY


def _reasoning(asked: Inference, expr: s.Field, kind: Type) -> Type | None:
    """The type of what was thought before an answer: `answer.thinking`."""
    if expr.name.text != "thinking" or not isinstance(expr.value, s.Name):
        return None
    if isinstance(kind, RecordType) and kind.field("thinking") is not None:
        return None
    found = asked.names.scope.lookup(reasoning_of(expr.value.text))
    if found is not None:
        asked.facts.reasoning.add(expr)
    return None if found is None else found.type


def _module_member(asked: Inference, expr: s.Field, module: ModuleSymbol) -> Type:
    symbol = asked.names.member(expr.name, module)
    if symbol is None:
        return ANY
    return asked.names.symbol_value(expr, expr.span.text, symbol)


def _unknown_field(reporter: Reporter, expr: s.Field, kind: RecordType) -> None:
    names = [name for name, _ in kind.fields]
    near = closest(expr.name.text, names)
    help = f"there is a field `{near}`" if near else f"its fields are {listed(names)}"
    headline, label = f"unknown field `{expr.name.text}`", f"not a field of `{kind}`"
    reporter.report("SGL0107", expr.name.span, headline, label, help=help, fix=near)


def _no_fields(reporter: Reporter, expr: s.Field, kind: Type) -> None:
    name, value = expr.name.text, expr.value.span.text
    help = "only records have fields"
    if name in BUILTINS:
        help = f"functions are called with the value: `{name}({value})`"
    elif name == "thinking":
        help = '`gen(thinking="on")` thinks before it answers'
    elif name == "append":
        help = f"lists are joined: `{value} = {value} + [item]`"
    elif isinstance(kind, ListType) and isinstance(kind.item, RecordType):
        help = f"take the field of each item: `[x.{name} for x in {value}]`"
    reporter.report("SGL0107", expr.name.span, f"`{kind}` has no field `{name}`", help=help)
