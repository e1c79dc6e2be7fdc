"""Values with a format in a text: `{share:.1%}`. Only numbers have one."""

from __future__ import annotations

from ....ir.types import ANY, FLOAT, STR, OptionalType, Type
from ....ir.values.number_format import is_number_format
from ...syntax import nodes as s
from ..report import Reporter
from ..types import is_number, is_text, widened
from .inference import Inference
from .mismatches import may_be_none

_FORMATS = "formats are those of numbers: `.2f`, `,`, `.1%`, `.3e`, `03d`"


def formatted_type(asked: Inference, expr: s.Formatted) -> Type:
    """Check a value with a format: a text."""
    kind = asked.value(expr.value)
    if not is_number_format(expr.spec.text):
        _unknown_format(asked.reporter, expr.spec)
    elif isinstance(kind, OptionalType):
        may_be_none(asked.reporter, expr.value, kind)
    elif not is_number(kind) and kind != ANY:
        _no_number(asked.reporter, expr, kind)
    elif widened(kind) == FLOAT and expr.spec.text.endswith("d"):
        asked.reporter.report("SGL0201", expr.spec.span, "the format `d` takes an `int`, not `float`",
                              help="write `.0f`, or `round(x)`")  # fmt: skip
    return STR


def _unknown_format(reporter: Reporter, spec: s.Ident) -> None:
    helps = (_FORMATS, "`{{` and `}}` stand for braces in text")
    reporter.report("SGL0014", spec.span, f"unknown format `{spec.text[:40]}`", help=helps)


def _no_number(reporter: Reporter, expr: s.Formatted, kind: Type) -> None:
    help = f"leave the format out: `{{{expr.value.span.text[:40]}}}`"
    if not is_text(kind):
        help = "only numbers have a format"
    reporter.report("SGL0201", expr.value.span, f"the format `{expr.spec.text}` takes a number, not `{kind}`",
                    help=help)  # fmt: skip
