"""Calls whose value is not the model's answer: of builtins, host functions and other programs."""

from __future__ import annotations

from collections.abc import Sequence

from ...ir.ops import Builtin, Call, Const, Host, Operand, Value
from ..check.facts import BuiltinCall, SymbolCall
from ..check.symbols import ExternSymbol, ParamSymbol, ProgramSymbol
from ..syntax import nodes as s
from .writer import Writer


def call(w: Writer, expr: s.Call) -> Operand:
    """The value of a call."""
    fact = w.facts.calls[expr]
    if isinstance(fact, BuiltinCall):
        args = tuple(w.value(arg) for arg in fact.args)
        return w.emit(Builtin(Value(w.kind(expr)), fact.name, args, span=expr.span)).result
    assert isinstance(fact, SymbolCall)
    args = arguments(w, fact.args, fact.symbol.params)
    w.needed(fact.symbol)
    if isinstance(fact.symbol, ExternSymbol):
        return _host(w, expr, fact.symbol, args)
    assert isinstance(fact.symbol, ProgramSymbol)
    return _program(w, expr, fact.symbol, args)


def _host(w: Writer, expr: s.Call, symbol: ExternSymbol, args: tuple[Operand, ...]) -> Operand:
    promises = (symbol.pure, symbol.total)
    return w.emit(Host(Value(symbol.result), symbol.name, args, *promises, span=expr.span)).result


def _program(w: Writer, expr: s.Call, symbol: ProgramSymbol, args: tuple[Operand, ...]) -> Operand:
    result, site = Value(symbol.result), w.sites.next()
    made = Call(result, symbol.unique, args, site, w.frame.indices, span=expr.span)
    return w.emit(made).result


def arguments(
    w: Writer, args: Sequence[s.Expr | None], params: Sequence[ParamSymbol]
) -> tuple[Operand, ...]:
    """Arguments in parameter order; defaults are filled in."""
    return tuple(
        _default(param) if arg is None else w.value(arg)
        for arg, param in zip(args, params, strict=True)
    )


def _default(param: ParamSymbol) -> Const:
    value = param.default[0] if param.default is not None else None
    return Const(value, param.type)  # pyright: ignore[reportArgumentType]
