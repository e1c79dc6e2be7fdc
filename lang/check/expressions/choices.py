"""Choices: those of `select` and of `gen(choices=...)`, their method, and the type of the answer."""

from __future__ import annotations

from collections.abc import Sequence

from ....ir.sampling import SELECT_METHODS
from ....ir.span import Span
from ....ir.types import STR, Type, UnionType
from ...syntax import nodes as s
from ..facts import SelectCall
from ..suggest import closest
from ..types import is_text
from .arguments import unknown_argument
from .inference import Inference
from .options import TEXTS


def select_type(asked: Inference, call: s.Call) -> Type:
    """The type of a `select`: choices by place, `method` by name."""
    given, method = _arguments(asked, call)
    choices, listed = _choices(asked, given)
    if not choices and listed is None:
        asked.reporter.report("SGL0109", call.span, "`select` lacks choices",
                              help='write `select("yes", "no")`, or give a list of texts')  # fmt: skip
    _check_distinct(asked, choices)
    asked.facts.calls[call] = SelectCall(tuple(choices), listed, method_of(asked, method))
    return choice_type(asked, choices)


def _arguments(asked: Inference, call: s.Call) -> tuple[list[s.Expr], s.Expr | None]:
    """The arguments by place, and the method."""
    choices: list[s.Expr] = []
    method: s.Expr | None = None
    for arg in call.args:
        if arg.name is None:
            choices.append(arg.value)
        elif arg.name.text == "method":
            method = arg.value
            asked.expect(arg.value, STR, "`method` is a text")
        else:
            asked.value(arg.value)
            unknown_argument(asked.reporter, arg.name, ["method"], "select")
    return choices, method


def _choices(asked: Inference, given: list[s.Expr]) -> tuple[list[s.Expr], s.Expr | None]:
    """The choices one by one, or else a list that is computed."""
    if len(given) == 1 and not is_text(asked.value(given[0])):
        asked.expect(given[0], TEXTS, "choices are texts")
        items = list(given[0].items) if isinstance(given[0], s.ListExpr) else []
        return items, None if items else given[0]
    for choice in given:
        asked.expect(choice, STR, "a choice is a text")
    return given, None


def _check_distinct(asked: Inference, choices: Sequence[s.Expr]) -> None:
    seen: dict[object, Span] = {}
    for choice in choices:
        value = asked.constant(choice)
        if isinstance(value, str) and value in seen:
            asked.reporter.report(
                "SGL0225", choice.span, f"`{choice.span.text[:40]}` is a choice twice",
                help="choices differ", also=(seen[value], "first here"),
            )  # fmt: skip
        elif value == "":
            asked.reporter.report("SGL0225", choice.span, "an empty choice",
                                  help="a choice has at least one character")  # fmt: skip
        seen.setdefault(value, choice.span)


def choice_type(asked: Inference, choices: Sequence[s.Expr]) -> Type:
    """The type of the answer: a union where all choices are known at compile time."""
    values = [asked.constant(choice) for choice in choices]
    texts = tuple(value for value in values if isinstance(value, str))
    return UnionType(tuple(dict.fromkeys(texts))) if values and len(texts) == len(values) else STR


def method_of(asked: Inference, value: s.Expr | None) -> str:
    """The method by which choices are scored; an unknown one is reported."""
    if value is None:
        return SELECT_METHODS[0]
    method = asked.constant(value)
    if isinstance(method, str) and method in SELECT_METHODS:
        return method
    listed = ", ".join(f'`"{name}"`' for name in SELECT_METHODS)
    near = closest(str(method), SELECT_METHODS) if isinstance(method, str) else None
    asked.reporter.report(
        "SGL0218", value.span, "unknown method of `select`",
        help=f'there is `"{near}"`' if near else f"the methods are {listed}",
    )  # fmt: skip
    return SELECT_METHODS[0]
