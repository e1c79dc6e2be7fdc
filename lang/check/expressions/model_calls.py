"""Model calls: what `gen` and `select` answer with, and what an answer can be constrained to.

Called by the statements that may hold a model call.
"""

from __future__ import annotations

from collections.abc import Mapping

from ....ir.types import IMAGE, NONE, PROMPT, STR, ListType, OptionalType, RecordType, Type
from ...syntax import nodes as s
from ..facts import GenCall, SelectCall
from .choices import choice_type, method_of, select_type
from .inference import Inference
from .options import (
    TOOL_OPTIONS,
    check_one_constraint,
    check_option,
    check_style,
    check_thinking,
    options_of,
)
from .tools import tool_call_type


def model_call_type(asked: Inference, call: s.Call, declared: Type | None) -> Type:
    """Check a `gen` or `select` that stands where one may; the type of its value."""
    if isinstance(call.callee, s.Name) and call.callee.text == "select":
        kind, ok = select_type(asked, call), True
    else:
        options, ok = options_of(asked, call)
        kind = _gen_type(asked, call, options, declared)
    asked.facts.types[call] = kind
    return kind if ok else (declared or kind)


def _gen_type(
    asked: Inference, call: s.Call, options: dict[str, s.Expr], declared: Type | None
) -> Type:
    if not options.keys().isdisjoint(TOOL_OPTIONS):
        return tool_call_type(asked, call, options, declared)
    for name, value in options.items():
        check_option(asked, name, value)
    if "choices" in options:
        return _gen_of_choices(asked, call, options)
    has_n = "n" in options
    answer = declared or STR
    if has_n and declared is not None:
        answer = _answer_of_samples(asked, call, declared)
    if declared is not None:
        _check_constrainable(asked, call, answer)
    check_one_constraint(asked.reporter, options, STR if declared is None else answer)
    check_thinking(asked.reporter, options)
    check_style(asked, options)
    asked.facts.calls[call] = GenCall(options, answer)
    return ListType(answer) if has_n else answer


def _answer_of_samples(asked: Inference, call: s.Call, declared: Type) -> Type:
    """The type of one of `n` answers."""
    if isinstance(declared, ListType):
        return declared.item
    asked.reporter.report(
        "SGL0201", call.span, f"expected `{declared}`, found a list: `n` is given",
        help=f"declare a list, one item per sample: `list[{declared}]`",
    )  # fmt: skip
    return STR


def _gen_of_choices(asked: Inference, call: s.Call, options: Mapping[str, s.Expr]) -> Type:
    extra = [name for name in options if name not in ("choices", "method")]
    if extra:
        asked.reporter.report(
            "SGL0117", options[extra[0]].span, f"`{extra[0]}` has no effect with `choices`",
            help="choices are scored, nothing is generated: leave it out",
        )  # fmt: skip
    listed = options["choices"]
    method = method_of(asked, options.get("method"))
    items = listed.items if isinstance(listed, s.ListExpr) else ()
    asked.facts.calls[call] = SelectCall(items, None if items else listed, method)
    return choice_type(asked, items)


def _check_constrainable(asked: Inference, call: s.Call, kind: Type) -> None:
    """Check that a declared type can constrain the decoding."""
    bad = _unconstrainable(kind)
    if bad is not None:
        asked.reporter.report(
            "SGL0216", call.span, f"a model can't answer with `{bad}`",
            help="texts, numbers, booleans, unions of literals, records and lists can be asked for",
        )  # fmt: skip


def _unconstrainable(kind: Type) -> Type | None:
    """The part of a type that decoding can't be constrained to."""
    match kind:
        case ListType(item) | OptionalType(item):
            return _unconstrainable(item)
        case RecordType(fields):
            bad = [_unconstrainable(inner) for _, inner in fields]
            return next((inner for inner in bad if inner is not None), None)
        case _:
            return kind if kind in (IMAGE, PROMPT, NONE) else None
