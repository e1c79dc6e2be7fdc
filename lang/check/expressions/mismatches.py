"""The words for values whose type does not fit where they stand.

Called by every check that asks for a type; reporting is all that these functions do.
"""

from __future__ import annotations

import re

from ....ir.span import Span
from ....ir.types import (
    BOOL,
    NONE,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
    accepts,
    holds_prompt,
)
from ...syntax import nodes as s
from ..report import Reporter
from ..suggest import closest
from ..types import is_number, is_text, widened

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def mismatch(
    reporter: Reporter, expr: s.Expr, wanted: Type, given: Type, why: str, place: Span | None = None
) -> None:
    """Report a value of another type than the one that is asked for; `why` says who asks."""
    also = (place, why) if place is not None else None
    if isinstance(wanted, UnionType) and isinstance(expr, s.Literal):
        not_a_choice(reporter, expr, wanted, also)
        return
    number = _unquoted(expr, wanted)
    help = f"numbers stand without quotes: `{number}`" if number else _conversion(wanted, given)
    if isinstance(given, OptionalType) and accepts(wanted, given.item):
        may_be_none(reporter, expr, given)
        return
    headline = f"expected `{wanted}`, found `{given}`"
    label = why if place is None else f"this is `{given}`"
    reporter.report("SGL0201", expr.span, headline, label, help=help or (), also=also, fix=number)


def not_a_choice(
    reporter: Reporter, expr: s.Literal, wanted: UnionType, also: tuple[Span, str] | None = None
) -> None:
    """Report a literal that a union does not have."""
    near = closest(str(expr.value), [str(literal) for literal in wanted.literals])
    help = f'there is `"{near}"`' if near and is_text(wanted) else f"it is one of {wanted}"
    headline = f"`{expr.span.text[:60]}` is none of {str(wanted)[:120]}"
    fix = f'"{near}"' if near and is_text(wanted) else None
    reporter.report("SGL0207", expr.span, headline, help=help, also=also, fix=fix)


def may_be_none(reporter: Reporter, expr: s.Expr, given: Type) -> None:
    """Report an optional value where a value must be there."""
    name = expr.span.text if isinstance(expr, s.Name) else "x"
    reporter.report(
        "SGL0211", expr.span, "this may be `none`", f"this is `{given}`",
        help=f"ask first: `if {name} != none:`, or give a default: "
        f'`{name} if {name} != none else "..."`',
    )  # fmt: skip


def prompt_as_value(reporter: Reporter, expr: s.Expr, kind: Type) -> None:
    """Report a prompt where a value is asked for."""
    reporter.report(
        "SGL0305", expr.span, "a prompt is used as a value", f"this is a `{kind}`",
        help="prompts are kept in names and lists, for `resume` alone",
    )  # fmt: skip


def not_a_condition(reporter: Reporter, expr: s.Expr, kind: Type) -> None:
    """Report a value that is no `bool` where a condition stands."""
    shown = expr.span.text if len(expr.span.text) < 40 else "x"
    if isinstance(kind, OptionalType):
        help = f"compare it: `{shown} != none`"
    elif is_text(kind):
        help = f'compare it: `{shown} != ""`'
    elif is_number(kind):
        help = f"compare it: `{shown} != 0`"
    else:
        help = f"ask for its length: `len({shown}) > 0`"
    reporter.report("SGL0209", expr.span, f"a condition is a `bool`, not `{kind}`", help=help)


def check_appendable(reporter: Reporter, expr: s.Expr, kind: Type, verb: str) -> None:
    """Report a value that has no text form; `verb` says what was to become of it."""
    if isinstance(kind, OptionalType):
        may_be_none(reporter, expr, kind)
    elif holds_prompt(kind):
        reporter.report(
            "SGL0305", expr.span, f"a prompt can't be {verb}", f"this is a `{kind}`",
            help="`resume` goes on from a prompt",
        )  # fmt: skip
    elif isinstance(kind, ListType | RecordType):
        _no_text_form(reporter, expr, kind, verb)
    elif kind == NONE:
        reporter.report("SGL0203", expr.span, f"`none` can't be {verb}",
                        help="texts, numbers, booleans and images can")  # fmt: skip


def _no_text_form(reporter: Reporter, expr: s.Expr, kind: ListType | RecordType, verb: str) -> None:
    what = "list" if isinstance(kind, ListType) else "record"
    text = expr.span.text
    shown = text if len(text) < 40 else "x"
    if isinstance(kind, RecordType):
        other = f"or name a field: `{shown}.{next(iter(kind.fields), ('field', 0))[0]}`"
    else:
        other = f"or write a loop: `for item in {shown}:`"
    reporter.report(
        "SGL0203", expr.span, f"a {what} can't be {verb}", f"this is `{kind}`",
        help=(f"write it as JSON: `json({shown})`", other),
    )  # fmt: skip


def _unquoted(expr: s.Expr, wanted: Type) -> str | None:
    """The number that stands in quotes, where one is wanted."""
    text = expr.value if isinstance(expr, s.Literal) else None
    if not is_number(wanted) or not isinstance(text, str) or not _NUMBER.fullmatch(text.strip()):
        return None
    return text.strip()


def _conversion(wanted: Type, given: Type) -> str:
    """What turns a value of one type into another, if something does."""
    if wanted == STR and (is_number(given) or widened(given) == BOOL):
        return 'put it in a text: `"{x}"`'
    if wanted == STR and isinstance(given, ListType):
        return 'join its items: `join(items, ", ")`'
    if wanted == STR and isinstance(given, RecordType):
        return "write it as JSON: `json(x)`"
    if is_number(wanted) and is_text(given):
        return f"declare a number where it comes from: `x: {wanted}`, a parameter, or `x: {wanted} = gen()`"
    if isinstance(wanted, ListType) and accepts(wanted.item, given):
        return "put it in a list: `[x]`"
    return ""
