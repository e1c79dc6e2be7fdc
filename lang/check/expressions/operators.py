"""Operators: arithmetic, comparisons, logic, and the choice between two values."""

from __future__ import annotations

from ....ir.types import ANY, BOOL, FLOAT, INT, STR, ListType, OptionalType, Type, UnionType
from ...syntax import nodes as s
from ..narrowing import narrow
from ..types import is_number, is_text, joined, widened
from .inference import Inference
from .mismatches import may_be_none, not_a_choice

_OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "mod": "%", "pow": "**",
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in",
    "not in": "not in",
}  # fmt: skip


# --- arithmetic -----------------------------------------------------------------------------------


def unary_type(asked: Inference, expr: s.Unary) -> Type:
    """The type of `not x` or `-x`."""
    if expr.op == "not":
        asked.condition(expr.value)
        return BOOL
    kind = asked.value(expr.value)
    if not is_number(kind) and kind != ANY:
        asked.reporter.report("SGL0204", expr.value.span, f"`-` does not take `{kind}`",
                              help="only numbers are negated")  # fmt: skip
        return ANY
    return widened(kind)


def binary_type(asked: Inference, expr: s.Binary, expected: Type | None) -> Type:
    """The type of `a + b` and its kin."""
    left = widened(asked.value(expr.left, expected))
    right = widened(asked.value(expr.right, left if expr.op == "add" else None))
    if ANY in (left, right):
        known = right if left == ANY else left
        return known if expr.op == "add" and known == STR else ANY
    if _one_may_be_none(asked, expr, left, right):
        return ANY
    result = _arithmetic(expr.op, left, right)
    if result is not None:
        return result
    headline = f"`{_OPERATORS[expr.op]}` does not take `{left}` and `{right}`"
    asked.reporter.report("SGL0204", expr.span, headline, help=_what_it_takes(expr, left, right))
    return ANY


def _one_may_be_none(
    asked: Inference, expr: s.Binary | s.Comparison, left: Type, right: Type
) -> bool:
    """Whether a side may be `none`; the first one is reported."""
    for side, kind in ((expr.left, left), (expr.right, right)):
        if isinstance(kind, OptionalType):
            may_be_none(asked.reporter, side, kind)
            return True
    return False


def _what_it_takes(expr: s.Binary, left: Type, right: Type) -> str:
    if expr.op != "add":
        takes = f"`{_OPERATORS[expr.op]}` takes two numbers"
        if STR not in (left, right):
            return takes
        return f"{takes}: declare one where the text comes from, `x: float`, or `x: float = gen()`"
    if STR in (left, right):
        return 'a text takes values in braces: `"{a}{b}"`'
    if isinstance(left, ListType) and joined(left.item, right) is not None:
        return f"put the item in a list: `{expr.left.span.text[:30]} + [...]`"
    return "`+` takes two numbers, two texts or two lists"


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


# --- comparisons ----------------------------------------------------------------------------------


def comparison_type(asked: Inference, expr: s.Comparison) -> Type:
    """Check a comparison: a bool."""
    if isinstance(expr.left, s.Comparison):
        asked.reporter.report("SGL0208", expr.span, "comparisons don't chain",
                              help="join them: `a < b and b < c`")  # fmt: skip
        asked.infer(expr.left.left)
        asked.infer(expr.right)
        return BOOL
    left = asked.value(expr.left)
    right = asked.value(expr.right, left)
    if expr.op in ("in", "not in"):
        _membership(asked, expr, left, right)
    elif expr.op in ("eq", "ne"):
        _equality(asked, expr, left, right)
    else:
        _ordering(asked, expr, left, right)
    return BOOL


def _membership(asked: Inference, expr: s.Comparison, left: Type, right: Type) -> None:
    if ANY in (left, right):
        return
    if isinstance(right, ListType):
        if joined(right.item, left) is None:
            _never(asked, expr, left, right.item)
    elif not (is_text(right) and is_text(left)):
        asked.reporter.report(
            "SGL0204", expr.span, f"`{_OPERATORS[expr.op]}` does not take `{left}` and `{right}`",
            help="it looks for an item in a list, or for a part in a text",
        )  # fmt: skip


def _equality(asked: Inference, expr: s.Comparison, left: Type, right: Type) -> None:
    for side, literal in ((left, expr.right), (right, expr.left)):
        inner = side.item if isinstance(side, OptionalType) else side
        if isinstance(inner, UnionType) and isinstance(literal, s.Literal):
            if literal.value is not None and literal.value not in inner.literals:
                not_a_choice(asked.reporter, literal, inner)
                return
    if joined(left, right) is None:
        _never(asked, expr, left, right)


def _never(asked: Inference, expr: s.Comparison, left: Type, right: Type) -> None:
    asked.reporter.report(
        "SGL0206", expr.span, f"`{left}` and `{right}` are never equal",
        help="compare values of one type",
    )  # fmt: skip


def _ordering(asked: Inference, expr: s.Comparison, left: Type, right: Type) -> None:
    if ANY in (left, right) or (is_number(left) and is_number(right)):
        return
    if is_text(left) and is_text(right):
        return
    if _one_may_be_none(asked, expr, left, right):
        return
    headline = f"`{_OPERATORS[expr.op]}` does not take `{left}` and `{right}`"
    asked.reporter.report("SGL0204", expr.span, headline, help="it orders two numbers or two texts")


# --- logic ----------------------------------------------------------------------------------------


def logic_type(asked: Inference, expr: s.Logic) -> Type:
    """Check `and` or `or`: what the left side says holds on the right."""
    asked.condition(expr.left)
    with asked.names.inner("inner") as scope:
        narrow(scope, expr.left, expr.op == "and")
        asked.condition(expr.right)
    return BOOL


def conditional_type(asked: Inference, expr: s.Conditional, expected: Type | None) -> Type:
    """The type of `a if c else b`."""
    asked.condition(expr.condition)
    kinds: list[Type] = []
    for branch, holds in ((expr.then, True), (expr.orelse, False)):
        with asked.names.inner("inner") as scope:
            narrow(scope, expr.condition, holds)
            kinds.append(asked.infer(branch, expected))
    merged = joined(*kinds)
    if merged is None:
        asked.reporter.report(
            "SGL0224", expr.span, "the two sides have different types",
            f"`{kinds[0]}` or `{kinds[1]}`", help="both sides of `if ... else` have one type",
        )  # fmt: skip
        return ANY
    return merged
