"""Arguments and parameters: which argument is for which parameter, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from ....ir.span import Span
from ....ir.types import ANY, Type
from ...syntax import nodes as s
from ..report import Reporter
from ..suggest import closest
from ..symbols import ParamSymbol
from .inference import Inference


def arguments_anyway(asked: Inference, args: Sequence[s.Argument]) -> Type:
    """Check the arguments of a call that could not be resolved."""
    for arg in args:
        asked.infer(arg.value)
    return ANY


def match_arguments(
    asked: Inference,
    span: Span,
    shown: str,
    args: Sequence[s.Argument],
    params: Sequence[ParamSymbol],
) -> tuple[s.Expr | None, ...] | None:
    """Arguments in the order of the parameters (None: default), or None after a report."""
    found: dict[str, s.Expr] = {}
    ok = True
    for index, arg in enumerate(args):
        param = _parameter_of(asked.reporter, index, arg, found, shown, params)
        if param is None:
            asked.infer(arg.value)
            ok = False
            continue
        found[param.name] = arg.value
        asked.expect(arg.value, param.type, f"`{param.name}` is declared here", param.span)
    missing = [p for p in params if p.name not in found and p.default is None]
    if missing and ok:
        _missing(asked.reporter, span, shown, missing, params)
    if missing or not ok:
        return None
    return tuple(found.get(param.name) for param in params)


def _missing(
    reporter: Reporter,
    span: Span,
    shown: str,
    missing: Sequence[ParamSymbol],
    params: Sequence[ParamSymbol],
) -> None:
    names = ", ".join(f"`{param.name}`" for param in missing)
    reporter.report(
        "SGL0109", span, f"`{shown}` lacks {names}",
        help=f"its parameters are {_signature(params)}",
        also=(missing[0].span, "declared here"),
    )  # fmt: skip


def _parameter_of(
    reporter: Reporter,
    index: int,
    arg: s.Argument,
    found: dict[str, s.Expr],
    shown: str,
    params: Sequence[ParamSymbol],
) -> ParamSymbol | None:
    """The parameter that an argument is for; None after a report."""
    if arg.name is None:
        if index < len(params) and params[index].name not in found:
            return params[index]
        reporter.report(
            "SGL0110", arg.span, f"`{shown}` takes {_count(len(params), 'argument')}",
            help=f"its parameters are {_signature(params)}" if params else "call it without",
        )  # fmt: skip
        return None
    by_name = {param.name: param for param in params}
    if arg.name.text not in by_name:
        unknown_argument(reporter, arg.name, list(by_name), shown)
        return None
    if arg.name.text in found:
        reporter.report("SGL0111", arg.name.span, f"`{arg.name.text}` is given twice",
                        help="each parameter is given once")  # fmt: skip
        return None
    return by_name[arg.name.text]


def unknown_argument(reporter: Reporter, name: s.Ident, params: Sequence[str], callee: str) -> None:
    """Report the name of an argument that no parameter has."""
    near = closest(name.text, params)
    shown = ", ".join(f"`{param}`" for param in params)
    help = f"there is a parameter `{near}`" if near else (
        f"its parameters are {shown}" if shown else "it has no parameters")  # fmt: skip
    headline = f"`{callee}` has no parameter `{name.text}`"
    reporter.report("SGL0108", name.span, headline, help=help, fix=near)


def _signature(params: Sequence[ParamSymbol]) -> str:
    return ", ".join(f"`{param.name}: {param.type}`" for param in params)


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
