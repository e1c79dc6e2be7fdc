"""The types of expressions, form by form: lists, records, comprehensions, operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....ir.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
    accepts,
)
from ...syntax import nodes as s
from ..names import BaseChecker
from ..scope import Scope, Variable
from ..types import is_number, is_text, joined, widened

if TYPE_CHECKING:
    pass

_OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "mod": "%", "pow": "**",
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in",
    "not in": "not in",
}  # fmt: skip


class ExpressionChecker(BaseChecker):
    """Checks the expressions of one body; the statements are the business of its subclasses."""

    # --- one method per form ----------------------------------------------------------------------

    def infer_form(self, expr: s.Expr, expected: Type | None) -> Type:
        """The type of an expression; a mistake in it is reported once."""
        match expr:
            case s.Literal(value):
                return _literal_type(value, expected)
            case s.Text(parts):
                for part in parts:
                    if not isinstance(part, str):
                        self.appendable(part, self.infer(part), "interpolated")
                return STR
            case s.Name():
                return self.name(expr)
            case s.ListExpr(items):
                return self._list(items, expected)
            case s.Comprehension():
                return self._comprehension(expr)
            case s.RecordExpr(entries):
                return self._record(entries, expected)
            case s.Field():
                return self.field(expr)
            case s.Subscript(items, index):
                return self._subscript(items, index)
            case s.Slice():
                return self._slice(expr)
            case s.Unary(op, value):
                return self._unary(op, value)
            case s.Binary():
                return self._binary(expr, expected)
            case s.Comparison():
                return self._comparison(expr)
            case s.Logic(op, left, right):
                self.condition(left)
                with self.inner_scope(Scope(self.scope, "inner")):
                    self.narrow(left, op == "and")
                    self.condition(right)
                return BOOL
            case s.Conditional():
                return self._conditional(expr, expected)
            case s.Call():
                return self.call(expr)

    def call(self, expr: s.Call) -> Type:
        """The type of a call; see the subclass."""
        raise NotImplementedError

    # --- lists and records ------------------------------------------------------------------------

    def _list(self, items: tuple[s.Expr, ...], expected: Type | None) -> Type:
        wanted = _list_of(expected)
        kinds = [self.infer(item, wanted) for item in items]
        if wanted is not None and all(accepts(wanted, kind) for kind in kinds):
            return ListType(wanted)
        total: Type = ANY
        for item, kind in zip(items, kinds, strict=True):
            merged = joined(total, kind)
            if merged is None:
                self.report(
                    "SGL0223", item.span, "the items of a list have one type",
                    f"this is `{kind}`, those before are `{total}`",
                    help="a record holds values of different types: `{a: 1, b: \"x\"}`",
                )  # fmt: skip
                return ListType(ANY)
            total = merged
        return ListType(widened(total))

    def _comprehension(self, expr: s.Comprehension) -> Type:
        with self.purely("a comprehension"):
            item = self.item_type(expr.items)
            with self.inner_scope(Scope(self.scope, "inner")):
                self.bind_targets(expr.targets, item)
                if expr.condition is not None:
                    self.condition(expr.condition)
                    self.narrow(expr.condition, True)
                return ListType(self.value(expr.value))

    def item_type(self, items: s.Expr) -> Type:
        """The type of the items of something that is looped over."""
        kind = self.infer(items)
        if isinstance(kind, ListType):
            return kind.item
        if isinstance(kind, OptionalType):
            self.may_be_none(items, kind)
        elif kind != ANY:
            help = "a loop takes a list"
            if is_text(kind):
                help = f"take its lines or words: `split({items.span.text[:40]})`"
            elif is_number(kind):
                help = f"count with `range({items.span.text[:40]})`"
            self.report("SGL0210", items.span, f"`{kind}` is not a list", help=help)
        return ANY

    def bind_targets(self, targets: tuple[s.Ident, ...], item: Type) -> None:
        """Bind the names of a loop: one takes the item, several take its fields in order."""
        kinds: tuple[Type, ...] = (item,)
        if len(targets) > 1:
            kinds = tuple(kind for _, kind in item.fields) if isinstance(item, RecordType) else ()
            if len(kinds) != len(targets):
                if item != ANY:
                    self.report(
                        "SGL0212", targets[0].span.to(targets[-1].span),
                        f"`{item}` can't be taken apart into {len(targets)} names",
                        help="as many names as the record has fields, in their order",
                    )  # fmt: skip
                kinds = (ANY,) * len(targets)
        for target, kind in zip(targets, kinds, strict=True):
            self.scope.bind(Variable(target.text, kind, target.span))
            self.facts.bindings[target] = (target.span, kind)

    def _record(self, entries: tuple[tuple[s.Ident, s.Expr], ...], expected: Type | None) -> Type:
        wanted = expected.item if isinstance(expected, OptionalType) else expected
        fields: dict[str, Type] = {}
        for name, value in entries:
            if name.text in fields:
                self.report("SGL0220", name.span, f"field `{name.text}` is given twice",
                            help="each field of a record is given once")  # fmt: skip
            hint = wanted.field(name.text) if isinstance(wanted, RecordType) else None
            kind = self.value(value, hint)
            fits = hint is not None and accepts(hint, kind)
            fields.setdefault(name.text, hint if fits and hint else widened(kind))
        return RecordType(tuple(fields.items()))

    def _subscript(self, items: s.Expr, index: s.Expr) -> Type:
        kind = self.infer(items)
        self.expect(index, INT, "an index is an `int`")
        if isinstance(kind, ListType):
            return kind.item
        if is_text(kind):
            return STR
        if isinstance(kind, OptionalType):
            self.may_be_none(items, kind)
        elif kind != ANY:
            help = "only lists and texts are indexed"
            if isinstance(kind, RecordType):
                help = f"take a field by its name: `{items.span.text[:40]}.name`"
            self.report("SGL0221", items.span, f"`{kind}` can't be indexed", help=help)
        return ANY

    def _slice(self, expr: s.Slice) -> Type:
        kind = self.infer(expr.items)
        for bound in (expr.first, expr.last):
            if bound is not None:
                self.expect(bound, INT, "a bound is an `int`")
        if isinstance(kind, ListType) or kind == ANY:
            return kind
        if is_text(kind):
            return STR
        self.report("SGL0221", expr.items.span, f"`{kind}` can't be sliced",
                    help="only lists and texts are sliced")  # fmt: skip
        return ANY

    # --- operators --------------------------------------------------------------------------------

    def _unary(self, op: str, value: s.Expr) -> Type:
        if op == "not":
            self.condition(value)
            return BOOL
        kind = self.value(value)
        if not is_number(kind) and kind != ANY:
            self.report("SGL0204", value.span, f"`-` does not take `{kind}`",
                        help="only numbers are negated")  # fmt: skip
            return ANY
        return widened(kind)

    def _binary(self, expr: s.Binary, expected: Type | None) -> Type:
        left = widened(self.value(expr.left, expected))
        right = widened(self.value(expr.right, left if expr.op == "add" else None))
        if ANY in (left, right):
            known = right if left == ANY else left
            return known if expr.op == "add" and known == STR else ANY
        for side, kind in ((expr.left, left), (expr.right, right)):
            if isinstance(kind, OptionalType):
                self.may_be_none(side, kind)
                return ANY
        result = _arithmetic(expr.op, left, right)
        if result is not None:
            return result
        help = f"`{_OPERATORS[expr.op]}` takes two numbers"
        if expr.op == "add":
            help = "`+` takes two numbers, two texts or two lists"
            if STR in (left, right):
                help = 'a text takes values in braces: `"{a}{b}"`'
            elif isinstance(left, ListType) and joined(left.item, right) is not None:
                help = f"put the item in a list: `{expr.left.span.text[:30]} + [...]`"
        headline = f"`{_OPERATORS[expr.op]}` does not take `{left}` and `{right}`"
        self.report("SGL0204", expr.span, headline, help=help)
        return ANY

    def _comparison(self, expr: s.Comparison) -> Type:
        if isinstance(expr.left, s.Comparison):
            self.report("SGL0208", expr.span, "comparisons don't chain",
                        help="join them: `a < b and b < c`")  # fmt: skip
            self.infer(expr.left.left)
            self.infer(expr.right)
            return BOOL
        left = self.value(expr.left)
        right = self.value(expr.right, left)
        if expr.op in ("in", "not in"):
            self._membership(expr, left, right)
        elif expr.op in ("eq", "ne"):
            self._equality(expr, left, right)
        else:
            self._ordering(expr, left, right)
        return BOOL

    def _membership(self, expr: s.Comparison, left: Type, right: Type) -> None:
        if ANY in (left, right):
            return
        if isinstance(right, ListType):
            if joined(right.item, left) is None:
                self._never(expr, left, right.item)
        elif not (is_text(right) and is_text(left)):
            self.report(
                "SGL0204", expr.span, f"`{_OPERATORS[expr.op]}` does not take `{left}` and `{right}`",
                help="it looks for an item in a list, or for a part in a text",
            )  # fmt: skip

    def _equality(self, expr: s.Comparison, left: Type, right: Type) -> None:
        for side, literal in ((left, expr.right), (right, expr.left)):
            inner = side.item if isinstance(side, OptionalType) else side
            if isinstance(inner, UnionType) and isinstance(literal, s.Literal):
                if literal.value is not None and literal.value not in inner.literals:
                    self.not_a_choice(literal, inner)
                    return
        if joined(left, right) is None:
            self._never(expr, left, right)

    def _never(self, expr: s.Comparison, left: Type, right: Type) -> None:
        self.report(
            "SGL0206", expr.span, f"`{left}` and `{right}` are never equal",
            help="compare values of one type",
        )  # fmt: skip

    def _ordering(self, expr: s.Comparison, left: Type, right: Type) -> None:
        if ANY in (left, right) or (is_number(left) and is_number(right)):
            return
        if is_text(left) and is_text(right):
            return
        for side, kind in ((expr.left, left), (expr.right, right)):
            if isinstance(kind, OptionalType):
                self.may_be_none(side, kind)
                return
        headline = f"`{_OPERATORS[expr.op]}` does not take `{left}` and `{right}`"
        self.report("SGL0204", expr.span, headline, help="it orders two numbers or two texts")

    def _conditional(self, expr: s.Conditional, expected: Type | None) -> Type:
        self.condition(expr.condition)
        kinds: list[Type] = []
        for branch, holds in ((expr.then, True), (expr.orelse, False)):
            with self.inner_scope(Scope(self.scope, "inner")):
                self.narrow(expr.condition, holds)
                kinds.append(self.infer(branch, expected))
        merged = joined(*kinds)
        if merged is None:
            self.report(
                "SGL0224", expr.span, "the two sides have different types",
                f"`{kinds[0]}` or `{kinds[1]}`", help="both sides of `if ... else` have one type",
            )  # fmt: skip
            return ANY
        return merged


def _literal_type(value: object, expected: Type | None) -> Type:
    wanted = expected.item if isinstance(expected, OptionalType) else expected
    if isinstance(wanted, UnionType) and value in wanted.literals:
        return UnionType((value,))  # pyright: ignore[reportArgumentType]
    if value is None:
        return NONE
    if isinstance(value, bool):
        return BOOL
    return INT if isinstance(value, int) else FLOAT if isinstance(value, float) else STR


def _list_of(expected: Type | None) -> Type | None:
    inner = expected.item if isinstance(expected, OptionalType) else expected
    return inner.item if isinstance(inner, ListType) else None


def _arithmetic(op: str, left: Type, right: Type) -> Type | None:
    numbers = {INT, FLOAT}
    if {left, right} <= numbers:
        if op == "div":
            return FLOAT
        return (
            INT
            if left == right == INT and op != "pow"
            else (left if op == "pow" and left == right else FLOAT)
        )
    if op == "add" and left == right == STR:
        return STR
    if op == "add" and isinstance(left, ListType) and isinstance(right, ListType):
        return joined(left, right)
    if op == "mul" and INT in (left, right):
        other = right if left == INT else left
        return other if other == STR or isinstance(other, ListType) else None
    return None
