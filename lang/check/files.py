"""The checks of whole files: declarations, signatures, bodies, and what calls what.

`check` is called once per compilation, with the file that is compiled; imported files come first.
Its facts are what the lowering works from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import get_args

from ...ir.module import Lifetime
from ...ir.types import ANY, NONE, Type, accepts
from ...ir.values.operations import EvalError
from ..syntax import nodes as s
from .builtin_types import BUILTINS
from .constants import NotConstant, evaluate
from .effects import NOTHING, EffectReader, Effects
from .facts import Facts, SymbolCall
from .loader import Loader
from .names import MODEL_CALLS
from .report import Reporter
from .scope import Variable
from .statements.kinds import StatementChecker
from .statements.tests import TestChecker
from .suggest import closest
from .symbols import (
    ExternSymbol,
    FileScope,
    FragmentSymbol,
    ModuleSymbol,
    ParamSymbol,
    ProgramSymbol,
    Symbol,
    TextSymbol,
    TypeSymbol,
    UnknownSymbol,
    kind_word,
)
from .types import WRITABLE, TypeReader

_LIFETIMES: tuple[str, ...] = get_args(Lifetime)
_TAKEN = {**BUILTINS, **dict.fromkeys(MODEL_CALLS), **WRITABLE, "list": None}


@dataclass(eq=False)
class Checked:
    """A checked file with everything that the lowering needs."""

    file: FileScope
    facts: Facts
    effects: EffectReader
    files: list[FileScope] = field(default_factory=list)


class Checker:
    """Checks the files of one compilation."""

    def __init__(self, loader: Loader, reporter: Reporter) -> None:
        self.loader, self.reporter = loader, reporter
        self.facts = Facts()
        self.files: list[FileScope] = []
        self._fragment_effects: dict[s.PromptDecl, Effects] = {}
        self._done: set[FileScope] = set()
        self._current: FileScope | None = None
        self.effects = EffectReader(self._of_use, self._is_append)

    def check(self, file: FileScope) -> Checked:
        """Check a file and those it imports."""
        for one in self._in_order(file):
            self.files.append(one)
            Declarations(one, self).declare()
        for one in self.files:
            self._current = one
            self._bodies(one)
        CallGraph(self.files, self.facts, self.reporter).report_cycles()
        return Checked(file, self.facts, self.effects, self.files)

    def _in_order(self, file: FileScope) -> Iterator[FileScope]:
        """Imported files before those that import them."""
        if file in self._done:
            return
        self._done.add(file)
        for imported in file.imports.values():
            if imported is not None:
                yield from self._in_order(imported)
        yield file

    def _bodies(self, file: FileScope) -> None:
        for item in file.tree.items:
            match item:
                case s.ProgramDecl():
                    self._program(file, item)
                case s.PromptDecl():
                    self._fragment(file, item)
                case s.Broken(names, body):
                    checker = StatementChecker(file, self.reporter, self.facts, self.effects)
                    checker.result = ANY
                    for name in names:
                        checker.bind_anyway(name)
                    checker.body(body)
                case _:
                    pass
        for item in file.tree.items:
            if isinstance(item, s.TestDecl):
                TestChecker(file, self.reporter, self.facts, self.effects).test(item)

    def _program(self, file: FileScope, decl: s.ProgramDecl) -> None:
        symbol = self._symbol_of(file, decl)
        checker = StatementChecker(file, self.reporter, self.facts, self.effects)
        checker.owner = f"program `{decl.name.text}`"
        checker.has_turns = self.effects.body(decl.body).turns
        checker.result = symbol.result if isinstance(symbol, ProgramSymbol) else ANY
        if decl.result is not None:
            checker.result_span = decl.result.span
        self._bind_params(checker, decl.params, symbol.params if symbol else ())
        returns = checker.body(decl.body)
        if not returns and checker.result not in (NONE, ANY):
            self.reporter.report(
                "SGL0319", decl.name.span, f"program `{decl.name.text}` does not return on every path",
                f"declared to give `{checker.result}`", help="end it with `return`",
            )  # fmt: skip

    def _fragment(self, file: FileScope, decl: s.PromptDecl) -> None:
        symbol = self._symbol_of(file, decl)
        checker = StatementChecker(file, self.reporter, self.facts, self.effects)
        checker.owner = f"prompt `{decl.name.text}`"
        checker.has_turns = self.effects.body(decl.body).turns
        checker.place = ("a prompt", decl.name.span)
        self._bind_params(checker, decl.params, symbol.params if symbol else ())
        checker.body(decl.body)

    def _symbol_of(
        self, file: FileScope, decl: s.ProgramDecl | s.PromptDecl
    ) -> ProgramSymbol | FragmentSymbol | None:
        symbol = file.names.get(decl.name.text)
        is_own = isinstance(symbol, ProgramSymbol | FragmentSymbol) and symbol.decl is decl
        return symbol if is_own else None  # pyright: ignore[reportReturnType]

    def _bind_params(
        self, checker: StatementChecker, decls: Sequence[s.Param], params: Sequence[ParamSymbol]
    ) -> None:
        kinds = {param.name: param.type for param in params}
        for decl in decls:
            name = decl.name.text
            kind = kinds.get(name, ANY)
            checker.scope.bind(Variable(name, kind, decl.name.span, True, is_param=True))
            self.facts.bindings[decl.name] = (decl.name.span, kind)

    # --- effects ----------------------------------------------------------------------------------

    def _of_use(self, node: s.Use) -> Effects:
        """What a fragment does, seen from where it is used. Names inside it stay inside."""
        assert self._current is not None
        symbol = _used(self._current, node)
        if symbol is None:
            return NOTHING
        known = self._fragment_effects.get(symbol.decl)
        if known is None:
            self._fragment_effects[symbol.decl] = NOTHING  # recursion is reported elsewhere
            outer, self._current = self._current, symbol.file
            inner = self.effects.body(symbol.decl.body)
            self._current = outer
            known = Effects(inner.turns, inner.bare, inner.prompt)
            self._fragment_effects[symbol.decl] = known
        return known

    def _is_append(self, node: s.Append) -> bool:
        """Whether an expression statement appends: a host function without a result doesn't."""
        callee = node.value.callee if isinstance(node.value, s.Call) else None
        if not isinstance(callee, s.Name) or self._current is None:
            return True
        symbol = self._current.names.get(callee.text)
        return not (isinstance(symbol, ExternSymbol | ProgramSymbol) and symbol.result == NONE)


def _used(file: FileScope, node: s.Use) -> FragmentSymbol | None:
    symbol = file.names.get(node.path[0].text)
    if isinstance(symbol, ModuleSymbol) and len(node.path) == 2:
        symbol = symbol.file.names.get(node.path[1].text)
    return symbol if isinstance(symbol, FragmentSymbol) else None


class Declarations:
    """Reads the declarations of one file into its names."""

    def __init__(self, file: FileScope, checker: Checker) -> None:
        self.file, self.reporter = file, checker.reporter
        self.loader, self.facts = checker.loader, checker.facts
        self.types = TypeReader(file, checker.reporter)
        self._pending: dict[str, s.TypeDecl] = {}

    def declare(self) -> None:
        """Declare everything: types first, then texts, then what has a signature."""
        decls = self._distinct()
        for decl in decls:
            if isinstance(decl, s.Import):
                self._import(decl)
        self._pending = {d.name.text: d for d in decls if isinstance(d, s.TypeDecl)}
        for name in list(self._pending):
            self._type(name)
        for decl in decls:
            if isinstance(decl, s.TextDecl):
                self._text(decl)
        for decl in decls:
            if isinstance(decl, s.ExternDecl | s.PromptDecl | s.ProgramDecl):
                self._signature(decl)

    def _distinct(self) -> list[s.Item]:
        """The declarations whose names are free; a name declared twice is reported."""
        seen: dict[str, s.Ident] = {}
        result: list[s.Item] = []
        for item in self.file.tree.items:
            if isinstance(item, s.Broken):
                for ident in item.names:
                    self.file.names.setdefault(ident.text, UnknownSymbol(ident.text, ident.span))
                continue
            name = getattr(item, "name", None)
            if not isinstance(name, s.Ident):
                continue
            if name.text in seen:
                self.reporter.report(
                    "SGL0101", name.span, f"`{name.text}` is declared twice",
                    help="choose another name", also=(seen[name.text].span, "declared here"),
                )  # fmt: skip
                continue
            if name.text in _TAKEN:
                self.reporter.report(
                    "SGL0101", name.span, f"`{name.text}` is a name of the language",
                    help=f"choose another name, for example `my_{name.text}`",
                )  # fmt: skip
            seen[name.text] = name
            result.append(item)
        return result

    def _import(self, decl: s.Import) -> None:
        file = self.file.imports.get(decl.name.text)
        name = decl.name.text
        symbol: Symbol = UnknownSymbol(name, decl.name.span)
        if file is not None:
            symbol = ModuleSymbol(name, file, decl.name.span)
        self.file.names[name] = symbol

    def _type(self, name: str) -> None:
        """Declare a type, and first those that it names."""
        decl = self._pending.pop(name, None)
        if decl is None:
            return
        self.file.names[name] = UnknownSymbol(name, decl.name.span)
        for node in [decl.type, *s.walk(decl.type)]:
            if isinstance(node, s.NamedType) and node.module is None:
                if node.name.text == name:
                    self.reporter.report("SGL0118", node.span, f"type `{name}` contains itself",
                                         help="records have a fixed depth: use a list of parts")  # fmt: skip
                self._type(node.name.text)
        self.file.names[name] = TypeSymbol(name, self.types.read(decl.type), decl.name.span)

    def _text(self, decl: s.TextDecl) -> None:
        value = self._text_value(decl.value)
        name, span = decl.name.text, decl.name.span
        self.file.names[name] = (
            TextSymbol(name, value, span) if value is not None else UnknownSymbol(name, span)
        )

    def _text_value(self, expr: s.Expr) -> str | None:
        if (
            isinstance(expr, s.Call)
            and isinstance(expr.callee, s.Name)
            and expr.callee.text == "file"
        ):
            return self._file_text(expr)
        value = self._constant(expr, "a text is known at compile time")
        if value is None or isinstance(value, str):
            return value
        self.reporter.report("SGL0201", expr.span, "expected `str`, found another constant",
                             help='a text is declared as `text NAME = "..."`')  # fmt: skip
        return None

    def _file_text(self, call: s.Call) -> str | None:
        name = call.args[0].value if len(call.args) == 1 else None
        if not isinstance(name, s.Literal) or not isinstance(name.value, str):
            self.reporter.report("SGL0214", call.span, "`file` takes the path of a file as plain text",
                                 help='write `file("rules.md")`')  # fmt: skip
            return None
        return self.loader.read_text(name.value, name.span, self.file)

    def _constant(self, expr: s.Expr, why: str) -> object:
        """The value of a constant expression; None after a report."""

        def lookup(node: s.Expr) -> str:
            symbol = self._text_symbol(node)
            if isinstance(symbol, TextSymbol):
                self.facts.symbols[node] = symbol
                return symbol.value
            if isinstance(symbol, UnknownSymbol):
                raise _Silent
            raise NotConstant(node)

        try:
            return evaluate(expr, lookup)
        except _Silent:
            return None
        except NotConstant as error:
            self._not_constant(error.expr, why)
        except EvalError as error:
            self.reporter.report(
                "SGL0214", expr.span, error.message, why, help="write it as one text"
            )
        return None

    def _text_symbol(self, node: s.Expr) -> Symbol | None:
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

    # --- signatures -------------------------------------------------------------------------------

    def _signature(self, decl: s.ExternDecl | s.PromptDecl | s.ProgramDecl) -> None:
        name, span = decl.name.text, decl.name.span
        params = tuple(self._param(param) for param in self._distinct_params(decl.params))
        unique = self.file.prefix + name
        if isinstance(decl, s.PromptDecl):
            symbol: Symbol = FragmentSymbol(name, unique, params, decl, self.file, span)
        elif isinstance(decl, s.ExternDecl):
            symbol = ExternSymbol(name, params, self._result(decl.result), decl.pure, span)
        else:
            result = self._result(decl.result)
            symbol = ProgramSymbol(name, unique, params, result, decl, self.file, span)
        self.file.names[name] = symbol

    def _result(self, node: s.TypeNode | None) -> Type:
        return NONE if node is None else self.types.read(node)

    def _distinct_params(self, params: tuple[s.Param, ...]) -> list[s.Param]:
        seen: dict[str, s.Param] = {}
        for param in params:
            other = seen.setdefault(param.name.text, param)
            if other is not param:
                self.reporter.report(
                    "SGL0101", param.name.span, f"parameter `{param.name.text}` is declared twice",
                    help="choose another name", also=(other.name.span, "declared here"),
                )  # fmt: skip
        return list(seen.values())

    def _param(self, param: s.Param) -> ParamSymbol:
        name = param.name.text
        kind: Type = ANY
        if param.type is None:
            self.reporter.report("SGL0205", param.name.span, f"parameter `{name}` has no type",
                                 help=f"declare it: `{name}: str`")  # fmt: skip
        else:
            kind = self.types.read(param.type)
        default = None
        if param.default is not None:
            value = self._constant(param.default, "a default is known at compile time")
            default = (value,)
            self._check_default(param, kind)
        lifetime = self._lifetime(param.lifetime)
        return ParamSymbol(name, kind, param.name.span, lifetime, default)

    def _check_default(self, param: s.Param, kind: Type) -> None:
        """Check that a default fits the type of its parameter."""
        assert param.default is not None
        silent = Reporter()
        probe = StatementChecker(self.file, silent, self.facts, EffectReader(_no_use, _appends))
        given = probe.infer(param.default, kind)
        if not silent.diagnostics and not accepts(kind, given):
            place = param.type.span if param.type is not None else param.name.span
            loud = StatementChecker(self.file, self.reporter, self.facts, probe.effects)
            loud.mismatch(param.default, kind, given, f"declared as `{kind}`", place)

    def _lifetime(self, node: s.Ident | None) -> Lifetime:
        if node is None:
            return "request"
        if node.text in _LIFETIMES:
            return node.text  # pyright: ignore[reportReturnType]
        near = closest(node.text, _LIFETIMES)
        listed = ", ".join(f"`@{name}`" for name in _LIFETIMES)
        self.reporter.report(
            "SGL0213", node.span, f"unknown lifetime `@{node.text}`",
            help=f"there is `@{near}`" if near else f"the lifetimes are {listed}",
        )  # fmt: skip
        return "request"


class _Silent(Exception):
    """A constant that depends on a declaration with errors."""


def _no_use(node: s.Use) -> Effects:
    return NOTHING


def _appends(node: s.Append) -> bool:
    return True


class CallGraph:
    """Which programs call which, and which prompts use which; neither may recurse."""

    def __init__(self, files: list[FileScope], facts: Facts, reporter: Reporter) -> None:
        self.reporter = reporter
        self.edges: dict[Symbol, list[tuple[Symbol, s.Node]]] = {}
        for file in files:
            for symbol in file.names.values():
                if isinstance(symbol, ProgramSymbol | FragmentSymbol):
                    self.edges[symbol] = list(self._calls(symbol, facts))

    def _calls(
        self, symbol: ProgramSymbol | FragmentSymbol, facts: Facts
    ) -> Iterator[tuple[Symbol, s.Node]]:
        for node in s.walk(symbol.decl.body):
            fact = facts.calls.get(node)
            if isinstance(fact, SymbolCall):
                yield fact.symbol, node

    def report_cycles(self) -> None:
        """Report each call that closes a cycle."""
        state: dict[Symbol, int] = {}
        for start in self.edges:
            if start not in state:
                self._visit(start, state)

    def _visit(self, start: Symbol, state: dict[Symbol, int]) -> None:
        """Depth first, without recursion. State: 1 on the path, 2 done."""
        path: list[tuple[Symbol, Iterator[tuple[Symbol, s.Node]]]] = []
        state[start] = 1
        path.append((start, iter(self.edges[start])))
        while path:
            symbol, edges = path[-1]
            step = next(edges, None)
            if step is None:
                state[symbol] = 2
                path.pop()
                continue
            target, node = step
            if state.get(target) == 1:
                self._report(node, target, [item for item, _ in path])
            elif target not in state and target in self.edges:
                state[target] = 1
                path.append((target, iter(self.edges[target])))

    def _report(self, node: s.Node, target: Symbol, path: list[Symbol]) -> None:
        names = [item.name for item in [*path[path.index(target) :], target]]
        self.reporter.report(
            "SGL0119", node.span, f"{kind_word(target)} that leads back to itself", " -> ".join(names),
            help="recursion is not bounded: write a loop with `max`",
        )  # fmt: skip
