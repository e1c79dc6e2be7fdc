"""A checked file to a module of the IR: its programs, and what they reach in imported files."""

from __future__ import annotations

from ...ir.module import Extern, Fragment, Module, Param, Program
from ...ir.ops import Operand, Return, Root, Value, Yield
from ...ir.types import PROMPT
from ..check.files import Checked
from ..check.symbols import ExternSymbol, FragmentSymbol, ParamSymbol, ProgramSymbol
from ..syntax import nodes as s
from .expressions import value
from .statements import statements
from .tool_calls import told, tools_of
from .writer import NOTHING, Door, Writer

_DOOR = Door(value, statements)


def lower(checked: Checked) -> Module:
    """Lower a file without errors. Raises CompileFailed where its blocks nest too deep."""
    return Lowering(checked).module()


class Lowering:
    """Lowers the symbols that are needed, each once."""

    def __init__(self, checked: Checked) -> None:
        self.checked = checked
        self._programs: dict[ProgramSymbol, Program] = {}
        self._fragments: dict[FragmentSymbol, Fragment] = {}
        self._externs: dict[str, Extern] = {}
        self._waiting: list[object] = []

    def module(self) -> Module:
        """The module of the file."""
        self._waiting = list(self.checked.file.names.values())
        while self._waiting:
            self.need(self._waiting.pop(0))
        return Module(
            tuple(self._programs.values()),
            tuple(self._fragments.values()),
            tuple(self._externs.values()),
            tuple(self.checked.file.template.items()),
        )

    def _later(self, symbol: object) -> None:
        """Note that something is called and must be lowered, too."""
        if symbol not in self._programs and symbol not in self._fragments:
            self._waiting.append(symbol)

    def need(self, symbol: object) -> None:
        """Lower a symbol, unless that is done."""
        match symbol:
            case ProgramSymbol() if symbol not in self._programs:
                self._programs[symbol] = self._program(symbol)
            case FragmentSymbol() if symbol not in self._fragments:
                self._fragments[symbol] = self._fragment(symbol)
            case ExternSymbol():
                self._externs.setdefault(symbol.name, _extern(symbol))
            case _:
                pass

    def writer(self, params: tuple[Param, ...]) -> Writer:
        """A writer of a body whose names are the parameters."""
        names = {param.name: param.value for param in params}
        return Writer(self.checked, _DOOR, self._later, names)

    def _program(self, symbol: ProgramSymbol) -> Program:
        params = _params(symbol.params)
        w = self.writer(params)
        has_turns = self.checked.effects.body(symbol.decl.body).turns
        root = w.emit(Root(Value(PROMPT), bos=not has_turns, span=symbol.span))
        w.frame.prompt = root.result
        w.tools = _tools(w, symbol.decl)
        w.emit(Return(w.statements(symbol.decl.body) or NOTHING, span=symbol.span))
        body = w.frame.builder.seal(*(param.value for param in params))
        doc = symbol.file.tree.doc
        return Program(symbol.unique, params, symbol.result, body, doc, symbol.span)

    def _fragment(self, symbol: FragmentSymbol) -> Fragment:
        params = _params(symbol.params)
        w = self.writer(params)
        prompt = w.frame.prompt = Value(PROMPT, "prompt")
        w.statements(symbol.decl.body)
        w.emit(Yield((w.prompt,), span=symbol.span))
        body = w.frame.builder.seal(prompt, *(param.value for param in params))
        return Fragment(symbol.unique, params, body, symbol.span)


def _tools(w: Writer, decl: s.ProgramDecl) -> Operand | None:
    """The tools of a program's calls, unless it hands tools to the chat template itself."""
    inside = set(s.walk(decl))
    if any(isinstance(node, s.Turn) and node.args for node in inside):
        return None
    found = tools_of(w.facts.calls, inside.__contains__)
    return told(found) if found else None


def _params(symbols: tuple[ParamSymbol, ...]) -> tuple[Param, ...]:
    return tuple(
        Param(p.name, Value(p.type, p.name), p.lifetime, p.default, p.span) for p in symbols
    )


def _extern(symbol: ExternSymbol) -> Extern:
    params = tuple((param.name, param.type) for param in symbol.params)
    return Extern(symbol.name, params, symbol.result, symbol.pure, symbol.total, symbol.span)
