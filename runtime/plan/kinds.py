"""Whether an expression of a plan can be evaluated, and what it gives: a prompt, a list of prompts, or a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, assert_never

from ...ir.values.operations import ARITIES
from .errors import RunError
from .expressions import MAX_DEPTH
from .schema import (
    ArithExpr,
    BuiltinExpr,
    CompareExpr,
    Expr,
    FieldExpr,
    FormatExpr,
    IndexExpr,
    ListExpr,
    Lit,
    RecordExpr,
    Ref,
)

Kind = Literal["prompt", "prompts", "value", "any"]
"""`any`: it is not known before the run."""
_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge", "in")
_ONE_OPERAND = ("neg", "not")
_TWO_OPERANDS = ("add", "sub", "mul", "div", "floordiv", "mod", "pow")
_HIDDEN = "$"
"""Begins the names of fields that the caller of a program alone sees; there a prompt may be."""


def refused(what: str) -> RunError:
    """The error for a plan that can't be executed."""
    return RunError("SGL3004", what, "`sglc build FILE -o PLAN` writes it again")


def kind_of(expr: Expr, bound: Mapping[int, Kind], depth: int = 0) -> Kind:
    """What an expression gives over the registers that are bound. Raises RunError (SGL3004)."""
    if depth > MAX_DEPTH:
        raise refused(f"an expression of the plan is nested more than {MAX_DEPTH} levels deep")
    match expr:
        case Ref(register):
            if register not in bound:
                raise refused(f"the plan reads register {register} where nothing has written it")
            return bound[register]
        case Lit():
            return "value"
        case ListExpr(items):
            return _of_list([kind_of(item, bound, depth + 1) for item in items])
        case IndexExpr(items, index):
            need_value(index, bound, depth + 1)
            found = kind_of(items, bound, depth + 1)
            if found == "prompt":
                raise refused("the plan takes an element of a prompt")
            return {"prompts": "prompt", "value": "value", "any": "any"}[found]  # type: ignore[return-value]
        case FormatExpr(parts):
            return _of_values(parts, bound, depth)
        case RecordExpr(names, values):
            return _of_record(names, values, bound, depth)
        case FieldExpr(record):
            need_value(record, bound, depth + 1)
            return "any"
        case CompareExpr(op, left, right):
            _require(op in _COMPARISONS, f"the plan has no comparison `{op}`")
            return _of_values([left, right], bound, depth)
        case ArithExpr(op, args):
            known = (*_ONE_OPERAND, *_TWO_OPERANDS)
            _require(op in known, f"the plan has no operator `{op}`")
            count = 1 if op in _ONE_OPERAND else 2
            _require(len(args) == count, f"`{op}` takes {count} operands, not {len(args)}")
            return _of_values(args, bound, depth)
        case BuiltinExpr(name, args):
            return _of_builtin(name, args, bound, depth)
        case _:
            assert_never(expr)


def need_value(expr: Expr, bound: Mapping[int, Kind], depth: int = 0) -> None:
    """Raise RunError where an expression gives a prompt."""
    if kind_of(expr, bound, depth) in ("prompt", "prompts"):
        raise refused("the plan uses a prompt as a value")


def need_prompt(expr: Expr, bound: Mapping[int, Kind]) -> None:
    """Raise RunError where an expression gives no prompt."""
    if kind_of(expr, bound) not in ("prompt", "any"):
        raise refused("the plan uses a value as a prompt")


def joined(kinds: Sequence[Kind]) -> Kind:
    """What one of several gives."""
    return kinds[0] if len(set(kinds)) == 1 else "any"


def item_of(kind: Kind) -> Kind:
    """What the elements of a list are."""
    return {"prompts": "prompt", "prompt": "any", "value": "value", "any": "any"}[kind]  # type: ignore[return-value]


def list_of(kind: Kind) -> Kind:
    """What a list of such things is."""
    return {"prompt": "prompts", "prompts": "any", "value": "value", "any": "any"}[kind]  # type: ignore[return-value]


def _of_list(kinds: Sequence[Kind]) -> Kind:
    return list_of(joined(kinds)) if kinds else "any"


def _of_values(exprs: Sequence[Expr], bound: Mapping[int, Kind], depth: int) -> Kind:
    for expr in exprs:
        need_value(expr, bound, depth + 1)
    return "value"


def _of_record(
    names: Sequence[str], values: Sequence[Expr], bound: Mapping[int, Kind], depth: int
) -> Kind:
    _require(len(names) == len(values), "a record of the plan has not one value for each name")
    _require(len(set(names)) == len(names), "a record of the plan has a name twice")
    for name, value in zip(names, values, strict=True):
        if name.startswith(_HIDDEN):
            kind_of(value, bound, depth + 1)
        else:
            need_value(value, bound, depth + 1)
    return "value"


def _of_builtin(name: str, args: Sequence[Expr], bound: Mapping[int, Kind], depth: int) -> Kind:
    _require(name in ARITIES, f"the plan has no function `{name}`")
    least, most = ARITIES[name]
    fits = len(args) >= least and (most is None or len(args) <= most)
    _require(fits, f"`{name}` does not take {len(args)} arguments")
    if name == "len":
        kind_of(args[0], bound, depth + 1)
        return "value"
    return _of_values(args, bound, depth)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise refused(what)
