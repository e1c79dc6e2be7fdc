"""Lists and records: how they are written, taken apart, indexed and sliced."""

from __future__ import annotations

from ....ir.types import ANY, INT, STR, ListType, OptionalType, RecordType, Type, accepts
from ...syntax import nodes as s
from ..binding import bind_targets
from ..narrowing import narrow
from ..types import is_number, is_text, joined, widened
from .inference import Inference
from .mismatches import may_be_none, mismatch


def list_type(asked: Inference, expr: s.ListExpr, expected: Type | None) -> Type:
    """The type of a list: that of its items, which have one type."""
    wanted = _item_of(expected)
    kinds = [asked.infer(item, wanted) for item in expr.items]
    if wanted is not None and all(accepts(wanted, kind) for kind in kinds):
        return ListType(wanted)
    total: Type = ANY
    for item, kind in zip(expr.items, kinds, strict=True):
        merged = joined(total, kind)
        if merged is None:
            asked.reporter.report(
                "SGL0223", item.span, "the items of a list have one type",
                f"this is `{kind}`, those before are `{total}`",
                help="a record holds values of different types: `{a: 1, b: \"x\"}`",
            )  # fmt: skip
            return ListType(ANY)
        total = merged
    return ListType(widened(total))


def _item_of(expected: Type | None) -> Type | None:
    inner = expected.item if isinstance(expected, OptionalType) else expected
    return inner.item if isinstance(inner, ListType) else None


def comprehension_type(asked: Inference, expr: s.Comprehension) -> Type:
    """The type of a comprehension. Nothing in it has effects."""
    with asked.around.purely("a comprehension"):
        item = item_type(asked, expr.items)
        with asked.names.inner("inner") as scope:
            bind_targets(asked.names, expr.targets, item)
            if expr.condition is not None:
                asked.condition(expr.condition)
                narrow(scope, expr.condition, True)
            return ListType(asked.value(expr.value))


def item_type(asked: Inference, items: s.Expr) -> Type:
    """The type of the items of something that is looped over."""
    kind = asked.infer(items)
    if isinstance(kind, ListType):
        return kind.item
    if isinstance(kind, OptionalType):
        may_be_none(asked.reporter, items, kind)
    elif kind != ANY:
        help = "a loop takes a list"
        if is_text(kind):
            help = f"take its lines or words: `split({items.span.text[:40]})`"
        elif is_number(kind):
            help = f"count with `range({items.span.text[:40]})`"
        asked.reporter.report("SGL0210", items.span, f"`{kind}` is not a list", help=help)
    return ANY


def record_type(asked: Inference, expr: s.RecordExpr, expected: Type | None) -> Type:
    """The type of a record; fields take the types that are expected of them where they fit."""
    wanted = expected.item if isinstance(expected, OptionalType) else expected
    fields: dict[str, Type] = {}
    for name, value in expr.entries:
        if name.text in fields:
            asked.reporter.report("SGL0220", name.span, f"field `{name.text}` is given twice",
                                  help="each field of a record is given once")  # fmt: skip
        hint = wanted.field(name.text) if isinstance(wanted, RecordType) else None
        kind = asked.value(value, hint)
        fits = hint is not None and accepts(hint, kind)
        fields.setdefault(name.text, hint if fits and hint else widened(kind))
    return RecordType(tuple(fields.items()))


def subscript_type(asked: Inference, expr: s.Subscript) -> Type:
    """The type of an item of a list, or of a character of a text."""
    items = expr.items
    kind = asked.infer(items)
    if isinstance(kind, ListType) or is_text(kind) or kind == ANY:
        _check_index(asked, expr.index, kind)
        return kind.item if isinstance(kind, ListType) else ANY if kind == ANY else STR
    asked.infer(expr.index)
    if isinstance(kind, OptionalType):
        may_be_none(asked.reporter, items, kind)
        return ANY
    help = "only lists and texts are indexed"
    if isinstance(kind, RecordType):
        name = asked.constant(expr.index)
        field = name if isinstance(name, str) and name.isidentifier() else "name"
        help = f"take a field by its name: `{items.span.text[:40]}.{field}`"
    asked.reporter.report("SGL0221", items.span, f"`{kind}` can't be indexed", help=help)
    return ANY


def _check_index(asked: Inference, index: s.Expr, kind: Type) -> None:
    given = asked.value(index, INT)
    if isinstance(kind, ListType) and isinstance(kind.item, RecordType) and is_text(given):
        asked.reporter.report(
            "SGL0201", index.span, f"expected `int`, found `{given}`", "an index is an `int`",
            help="`find_by(items, field, value)` looks a record up",
        )  # fmt: skip
    elif kind == ANY and isinstance(name := asked.constant(index), str) and name.isidentifier():
        asked.reporter.report(
            "SGL0201", index.span, f"expected `int`, found `{given}`", "an index is an `int`",
            help=f"a field is read by its name, behind a dot: `.{name}`",
        )  # fmt: skip
    elif not accepts(INT, given):
        mismatch(asked.reporter, index, INT, given, "an index is an `int`")


def slice_type(asked: Inference, expr: s.Slice) -> Type:
    """The type of a part of a list or of a text."""
    kind = asked.infer(expr.items)
    for bound in (expr.first, expr.last):
        if bound is not None:
            asked.expect(bound, INT, "a bound is an `int`")
    if isinstance(kind, ListType) or kind == ANY:
        return kind
    if is_text(kind):
        return STR
    asked.reporter.report("SGL0221", expr.items.span, f"`{kind}` can't be sliced",
                          help="only lists and texts are sliced")  # fmt: skip
    return ANY
