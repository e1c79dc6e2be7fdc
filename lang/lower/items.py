"""Lists and records: making them, taking from them, and naming the items of one."""

from __future__ import annotations

from collections.abc import Callable

from ...ir.ops import (
    Builtin,
    Collect,
    Const,
    GetField,
    Index,
    MakeList,
    MakeRecord,
    Operand,
    Pick,
    Value,
)
from ...ir.span import Span
from ...ir.types import ANY, BOOL, NONE, PROMPT, STR, ListType, OptionalType, RecordType, Type
from ..check.facts import reasoning_of
from ..check.symbols import TextSymbol
from ..syntax import nodes as s
from .writer import Writer, seal

_KEPT = Const(True, BOOL)


def list_of(w: Writer, expr: s.ListExpr) -> Operand:
    """The value of a list; a constant where all its items are."""
    operands = tuple(w.value(item) for item in expr.items)
    if all(isinstance(operand, Const) for operand in operands):
        values = [operand.value for operand in operands if isinstance(operand, Const)]
        return Const(values, w.kind(expr))
    return w.emit(MakeList(Value(w.kind(expr)), operands, span=expr.span)).result


def record(w: Writer, expr: s.RecordExpr) -> Operand:
    """The value of a record; a constant where all its fields are."""
    names = tuple(name.text for name, _ in expr.entries)
    operands = tuple(w.value(value) for _, value in expr.entries)
    if operands and all(isinstance(operand, Const) for operand in operands):
        values = [operand.value for operand in operands if isinstance(operand, Const)]
        return Const(dict(zip(names, values, strict=True)), w.kind(expr))
    return w.emit(MakeRecord(Value(w.kind(expr)), names, operands, span=expr.span)).result


def field(w: Writer, expr: s.Field) -> Operand:
    """A field of a record, or a text of an imported file."""
    symbol = w.facts.symbols.get(expr)
    if expr in w.facts.reasoning and isinstance(expr.value, s.Name):
        thought = w.frame.lookup(reasoning_of(expr.value.text))
        assert thought is not None
        return thought
    if isinstance(symbol, TextSymbol):
        return Const(symbol.value, STR)
    return _field_of(w, w.value(expr.value), expr.name.text, expr.span)


def _field_of(w: Writer, of: Operand, name: str, span: Span) -> Operand:
    kind = of.type.item if isinstance(of.type, OptionalType) else of.type
    found = kind.field(name) if isinstance(kind, RecordType) else None
    return w.emit(GetField(Value(found or ANY, name), of, name, span=span)).result


def subscript(w: Writer, expr: s.Subscript) -> Operand:
    """An item of a list, or one of several prompts."""
    base, place = w.value(expr.items), w.value(expr.index)
    kind = w.kind(expr)
    if kind == PROMPT:
        return w.emit(Pick(Value(PROMPT), base, place, span=expr.span)).result
    return w.emit(Index(Value(kind), base, place, span=expr.span)).result


def slice_of(w: Writer, expr: s.Slice) -> Operand:
    """A part of a list."""
    bounds = [Const(None, NONE) if b is None else w.value(b) for b in (expr.first, expr.last)]
    args = (w.value(expr.items), *bounds)
    return w.emit(Builtin(Value(w.kind(expr)), "slice", args, span=expr.span)).result


def comprehension(w: Writer, expr: s.Comprehension) -> Operand:
    """A comprehension; with a condition first a list of the kept items: others have no value."""
    items = w.value(expr.items)
    if expr.condition is not None:
        condition = expr.condition
        items = _collect(w, expr, items, lambda item: (item, w.value(condition)))
    return _collect(w, expr, items, lambda item: (w.value(expr.value), _KEPT))


def _collect(
    w: Writer,
    expr: s.Comprehension,
    items: Operand,
    of_item: Callable[[Operand], tuple[Operand, Operand]],
) -> Operand:
    """The values that a function gives for the items it keeps."""
    name = expr.targets[0].text if len(expr.targets) == 1 else "item"
    item = Value(item_type(items), name)
    with w.region(expr.span) as frame:
        bind_targets(w, expr.targets, item, expr.span)
        value, keep = of_item(item)
        body = seal(frame, (item,), (value, keep))
    return w.emit(Collect(Value(ListType(value.type)), items, body, span=expr.span)).result


def item_value(items: Operand, targets: tuple[s.Ident, ...]) -> Value:
    """The block argument that is an item of a list."""
    name = targets[0].text if len(targets) == 1 else "item" if targets else ""
    return Value(item_type(items), name)


def item_type(items: Operand) -> Type:
    """The type of a list's items."""
    return items.type.item if isinstance(items.type, ListType) else ANY


def bind_targets(w: Writer, targets: tuple[s.Ident, ...], item: Value, span: Span) -> None:
    """Bind the names of a loop to an item, or to its fields in order."""
    if len(targets) == 1:
        w.bind(targets[0].text, item)
        return
    fields = item.type.fields if isinstance(item.type, RecordType) else ()
    for target, (name, _) in zip(targets, fields, strict=False):
        w.bind(target.text, _field_of(w, item, name, span))
