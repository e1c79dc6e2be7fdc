"""Calls inside expressions: what is called, and whether it can be called there.

A model call is no such expression: `model_calls.py` checks it where a statement hands it over.
"""

from __future__ import annotations

from ....ir.types import ANY, Type
from ...syntax import nodes as s
from ..builtin_types import BUILTINS
from ..facts import SymbolCall
from ..report import Reporter
from ..symbols import (
    ExternSymbol,
    FragmentSymbol,
    ProgramSymbol,
    Symbol,
    UnknownSymbol,
    kind_word,
)
from .arguments import arguments_anyway, match_arguments
from .builtin_calls import builtin_type
from .inference import Inference


def call_type(asked: Inference, expr: s.Call) -> Type:
    """The type of a call inside an expression."""
    callee = expr.callee
    if asked.names.is_model_call(expr):
        asked.reporter.report(
            "SGL0306", expr.span, f"`{callee.span.text}` inside an expression",
            help=f"bind the answer first: `answer = {callee.span.text}(...)`",
        )  # fmt: skip
        return ANY
    if isinstance(callee, s.Name):
        if asked.names.scope.lookup(callee.text) is not None:
            return _local_name(asked, expr, callee)
        if callee.text not in asked.names.file.names:
            return builtin_type(asked, expr, callee)
    symbol = _callee(asked, callee)
    return arguments_anyway(asked, expr.args) if symbol is None else _apply(asked, expr, symbol)


def _local_name(asked: Inference, expr: s.Call, callee: s.Name) -> Type:
    """A call of a local name, which no function has."""
    variable = asked.names.scope.lookup(callee.text)
    if variable is not None and variable.type != ANY:
        asked.reporter.report(
            "SGL0114", callee.span, f"`{callee.text}` is a `{variable.type}`, not a function",
            help="functions are the builtins, programs and `extern def`s",
        )  # fmt: skip
    return arguments_anyway(asked, expr.args)


def _callee(asked: Inference, node: s.Expr) -> Symbol | None:
    """The symbol that is called; what can't be called is reported."""
    if isinstance(node, s.Name):
        symbol: Symbol | None = asked.names.file.names[node.text]
        asked.facts.symbols[node] = symbol
        return symbol
    if isinstance(node, s.Field):
        return _member(asked, node)
    asked.infer(node)
    asked.reporter.report("SGL0114", node.span, "this can't be called",
                          help="functions are called by their names")  # fmt: skip
    return None


def _member(asked: Inference, node: s.Field) -> Symbol | None:
    """The symbol of a module that is called; a method of a value is reported."""
    module = asked.names.module_of(node.value)
    if module is not None:
        symbol = asked.names.member(node.name, module)
        if symbol is not None:
            asked.facts.symbols[node] = symbol
        return symbol
    kind = asked.value(node.value)
    if kind != ANY:
        _no_method(asked.reporter, node, kind)
    return None


def _no_method(reporter: Reporter, node: s.Field, kind: Type) -> None:
    name, value = node.name.text, node.value.span.text
    help = "functions are called by their names: `len(x)`"
    if name in BUILTINS:
        more = ", ..." if BUILTINS[name].required > 1 else ""
        help = f"write `{name}({value}{more})`"
    elif name == "append":
        help = f"lists are joined: `{value} = {value} + [item]`"
    reporter.report("SGL0114", node.name.span, f"`{kind}` has no method `{name}`", help=help)


def _apply(asked: Inference, expr: s.Call, symbol: Symbol) -> Type:
    """The type of a call of a declared name."""
    shown = expr.callee.span.text
    if isinstance(symbol, ExternSymbol | ProgramSymbol):
        return _function(asked, expr, symbol, shown)
    if isinstance(symbol, FragmentSymbol):
        asked.reporter.report("SGL0115", expr.span, f"`{shown}` is a prompt, not a function",
                              help=f"append it with `use {shown}(...)`")  # fmt: skip
    elif not isinstance(symbol, UnknownSymbol):
        word = kind_word(symbol)
        asked.reporter.report("SGL0114", expr.callee.span, f"`{shown}` is {word}, not a function",
                              help="functions are the builtins, programs and `extern def`s")  # fmt: skip
    return arguments_anyway(asked, expr.args)


def _function(
    asked: Inference, expr: s.Call, symbol: ExternSymbol | ProgramSymbol, shown: str
) -> Type:
    """The type of a call of a host function or a program, which has effects."""
    if asked.around.pure_place:
        asked.reporter.report(
            "SGL0320", expr.span, f"`{shown}` is called in {asked.around.pure_place}",
            help="bind its result to a name before, or write a `for` loop",
        )  # fmt: skip
    args = match_arguments(asked, expr.span, shown, expr.args, symbol.params)
    if args is not None:
        asked.facts.calls[expr] = SymbolCall(symbol, args)
    return symbol.result
