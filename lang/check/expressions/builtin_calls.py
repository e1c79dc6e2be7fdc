"""Calls of the functions of the language: their arguments, and the types that they take."""

from __future__ import annotations

from collections.abc import Sequence

from ....ir.types import ANY, OptionalType, Type
from ...syntax import nodes as s
from ..builtin_types import BUILTINS, TAKEN, Builtin, takes
from ..facts import BuiltinCall
from .arguments import arguments_anyway, unknown_argument
from .inference import Inference
from .lookups import check_lookup
from .mismatches import may_be_none


def builtin_type(asked: Inference, expr: s.Call, callee: s.Name) -> Type:
    """The type of a call of a name that neither the body nor its file binds."""
    builtin = BUILTINS.get(callee.text)
    if builtin is None:
        asked.names.report_unknown(callee)
        return arguments_anyway(asked, expr.args)
    args = _placed(asked, expr, builtin, callee.text)
    if args is None:
        return ANY
    kinds = _kinds(asked, args, builtin, callee.text)
    if callee.text == "find_by":
        check_lookup(asked, args, kinds)
    asked.facts.calls[expr] = BuiltinCall(callee.text, tuple(args))
    return builtin.result(kinds)


def _kinds(asked: Inference, args: list[s.Expr], builtin: Builtin, name: str) -> list[Type]:
    """The types of the arguments; what the function does not take is reported."""
    kinds: list[Type] = []
    for index, arg in enumerate(args):
        what = builtin.params[min(index, len(builtin.params) - 1)][1]
        kind = asked.infer(arg) if name == "len" else asked.value(arg)
        kinds.append(kind)
        if isinstance(kind, OptionalType):
            may_be_none(asked.reporter, arg, kind)
        elif not takes(what, kind, len(args)):
            asked.reporter.report(
                "SGL0201", arg.span, f"`{name}` takes {TAKEN[what]}, not `{kind}`",
                help=f"it is called as `{builtin.signature(name)}`",
            )  # fmt: skip
    return kinds


def _placed(asked: Inference, expr: s.Call, builtin: Builtin, name: str) -> list[s.Expr] | None:
    """The arguments of a builtin in order; None when they don't fit."""
    params = [param for param, _ in builtin.params]
    found: dict[int, s.Expr] = {}
    for index, arg in enumerate(expr.args):
        place = _place_of(asked, index, arg, params, builtin, name)
        if place is None:
            arguments_anyway(asked, expr.args)
            return None
        found[place] = arg.value
    absent = _first_absent(found, params, builtin.required)
    if absent is not None:
        asked.reporter.report("SGL0109", expr.span, f"`{name}` lacks `{absent}`",
                              help=f"it is called as `{builtin.signature(name)}`")  # fmt: skip
        return None
    return [found[index] for index in sorted(found)]


def _place_of(
    asked: Inference,
    index: int,
    arg: s.Argument,
    params: Sequence[str],
    builtin: Builtin,
    name: str,
) -> int | None:
    """The place of an argument among the parameters; None after a report."""
    place = index
    if arg.name is not None:
        if arg.name.text not in params:
            unknown_argument(asked.reporter, arg.name, params, name)
            return None
        place = params.index(arg.name.text)
    if place < len(params) or builtin.variadic:
        return place
    asked.reporter.report(
        "SGL0110", arg.span, f"`{name}` takes at most {len(params)} arguments",
        help=f"it is called as `{builtin.signature(name)}`",
    )  # fmt: skip
    return None


def _first_absent(found: dict[int, s.Expr], params: Sequence[str], required: int) -> str | None:
    """The first parameter without an argument before one that has one, or that must have one."""
    if sorted(found) != list(range(len(found))):
        return params[min(set(range(len(params))) - set(found))]
    return params[len(found)] if len(found) < required else None
