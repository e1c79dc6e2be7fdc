"""Values that a declaration gives at compile time: texts, texts of files, defaults of parameters."""

from __future__ import annotations

from ....ir.ops import Json
from ....ir.values.operations import EvalError
from ...syntax import nodes as s
from ..constants import NotConstant, evaluate
from ..facts import Facts
from ..loader import Loader
from ..report import Reporter
from ..suggest import closest
from ..symbols import FileScope, ModuleSymbol, Symbol, TextSymbol, UnknownSymbol


class TextReader:
    """Reads the constant values of one file; only what is declared above is known."""

    def __init__(self, file: FileScope, loader: Loader, reporter: Reporter, facts: Facts) -> None:
        self.file, self.loader, self.reporter, self.facts = file, loader, reporter, facts

    def text(self, expr: s.Expr) -> str | None:
        """The value of a declared text; None after a report."""
        if (
            isinstance(expr, s.Call)
            and isinstance(expr.callee, s.Name)
            and expr.callee.text == "file"
        ):
            return self._of_file(expr)
        value = self.constant(expr, "a text is known at compile time")
        if value is None or isinstance(value, str):
            return value
        self.reporter.report("SGL0201", expr.span, "expected `str`, found another constant",
                             help='a text is declared as `text NAME = "..."`')  # fmt: skip
        return None

    def _of_file(self, call: s.Call) -> str | None:
        name = call.args[0].value if len(call.args) == 1 else None
        if not isinstance(name, s.Literal) or not isinstance(name.value, str):
            self.reporter.report("SGL0214", call.span, "`file` takes the path of a file as plain text",
                                 help='write `file("rules.md")`')  # fmt: skip
            return None
        return self.loader.read_text(name.value, name.span, self.file)

    def constant(self, expr: s.Expr, why: str) -> Json:
        """The value of a constant expression; None after a report."""
        try:
            return evaluate(expr, self._lookup)
        except _Silent:
            return None
        except NotConstant as error:
            self._not_constant(error.expr, why)
        except EvalError as error:
            self.reporter.report(
                "SGL0214", expr.span, error.message, why, help="write it as one text"
            )
        return None

    def _lookup(self, node: s.Expr) -> str:
        symbol = self._symbol(node)
        if isinstance(symbol, TextSymbol):
            self.facts.symbols[node] = symbol
            return symbol.value
        if isinstance(symbol, UnknownSymbol):
            raise _Silent
        raise NotConstant(node)

    def _symbol(self, node: s.Expr) -> Symbol | None:
        if isinstance(node, s.Name):
            return self.file.names.get(node.text)
        if isinstance(node, s.Field) and isinstance(node.value, s.Name):
            module = self.file.names.get(node.value.text)
            if isinstance(module, ModuleSymbol):
                return module.file.names.get(node.name.text)
        return None

    def _not_constant(self, expr: s.Expr, why: str) -> None:
        if isinstance(expr, s.Name) and expr.text not in self.file.names:
            texts = [n for n, x in self.file.names.items() if isinstance(x, TextSymbol)]
            near = closest(expr.text, texts)
            help = (
                f"there is a text `{near}`" if near else "texts are declared before they are used"
            )
            self.reporter.report("SGL0104", expr.span, f"unknown name `{expr.text}`", help=help)
            return
        self.reporter.report("SGL0214", expr.span, "this is not known at compile time", why,
                             help="only literals and texts declared above stand here")  # fmt: skip


class _Silent(Exception):
    """A constant that depends on a declaration with errors."""
