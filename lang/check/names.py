"""The names in reach of a body: local ones, scope by scope, then those that its file declares.

Made by `files` for each body; the checks of expressions and statements look names up
here and open scopes here.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from ...ir.types import ANY, STR, Type
from ..syntax import nodes as s
from .facts import Facts
from .report import Reporter
from .scope import Scope, ScopeKind
from .suggest import closest
from .symbols import FileScope, ModuleSymbol, Symbol, TextSymbol, UnknownSymbol, kind_word
from .unknown_names import MODEL_CALLS, listed, unknown_name


class Names:
    """The names of one body. `owner` is what messages call it."""

    def __init__(self, file: FileScope, reporter: Reporter, facts: Facts, owner: str = "") -> None:
        self.file, self.reporter, self.facts, self.owner = file, reporter, facts, owner
        self.scope = Scope()
        self._reported: set[str] = set()

    # --- scopes -----------------------------------------------------------------------------------

    @contextmanager
    def within(self, scope: Scope) -> Generator[Scope]:
        """Check something in a scope."""
        outer, self.scope = self.scope, scope
        yield scope
        self.scope = outer

    @contextmanager
    def inner(self, kind: ScopeKind) -> Generator[Scope]:
        """Check something in a new scope inside the current one."""
        with self.within(Scope(self.scope, kind)) as scope:
            yield scope

    # --- names as values --------------------------------------------------------------------------

    def type_of(self, node: s.Name) -> Type:
        """The type of a name."""
        variable = self.scope.lookup(node.text)
        if variable is not None:
            self.facts.bindings[node] = (variable.span, variable.type)
            return variable.type
        symbol = self.file.names.get(node.text)
        if symbol is not None:
            return self.symbol_value(node, node.text, symbol)
        self.report_unknown(node)
        return ANY

    def symbol_value(self, node: s.Name | s.Field, shown: str, symbol: Symbol) -> Type:
        """The type of a declared name used as a value: only texts are values."""
        self.facts.symbols[node] = symbol
        if isinstance(symbol, TextSymbol):
            return STR
        if not isinstance(symbol, UnknownSymbol):
            uses = {"a prompt": f"use {shown}(...)", "a type": f"x: {shown} = gen()",
                    "a module": f"{shown}.name"}  # fmt: skip
            word = kind_word(symbol)
            self.reporter.report(
                "SGL0113", node.span, f"`{shown}` is {word}, not a value",
                help=f"write `{uses.get(word, f'{shown}(...)')}`",
            )  # fmt: skip
        return ANY

    def report_unknown(self, node: s.Name) -> None:
        """Report a name that is not bound, once in a body."""
        if node.text not in self._reported:
            self._reported.add(node.text)
            unknown_name(node, self.scope, self.file, self.reporter, self.owner)

    # --- names of modules, and of the language ----------------------------------------------------

    def module_of(self, expr: s.Expr) -> ModuleSymbol | None:
        """The module that a name stands for, if it does."""
        if isinstance(expr, s.Name) and self.scope.lookup(expr.text) is None:
            symbol = self.file.names.get(expr.text)
            if isinstance(symbol, ModuleSymbol):
                self.facts.symbols[expr] = symbol
                return symbol
        return None

    def member(self, name: s.Ident, module: ModuleSymbol) -> Symbol | None:
        """A name of a module; an unknown one is reported."""
        symbol = module.file.names.get(name.text)
        if symbol is None or isinstance(symbol, ModuleSymbol):
            near = closest(name.text, module.file.names)
            self.reporter.report(
                "SGL0106", name.span, f"module `{module.name}` has no `{name.text}`",
                help=f"it has `{near}`" if near else f"it has {listed(module.file.names)}",
                fix=near,
            )  # fmt: skip
            return None
        return symbol

    def is_model_call(self, expr: s.Expr) -> bool:
        """Whether an expression is a call of `gen` or `select` (and not of something named so)."""
        if not isinstance(expr, s.Call) or not isinstance(expr.callee, s.Name):
            return False
        name = expr.callee.text
        return (
            name in MODEL_CALLS and self.scope.lookup(name) is None and name not in self.file.names
        )
