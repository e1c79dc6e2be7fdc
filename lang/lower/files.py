"""A checked file to a module of the IR: its programs, and what they reach in imported files."""

from __future__ import annotations

from ...ir.builder import BlockBuilder
from ...ir.module import Extern, Fragment, Module, Param, Program
from ...ir.ops import Return, Root, Value, Yield
from ...ir.types import PROMPT
from ..check.files import Checked
from ..check.symbols import ExternSymbol, FragmentSymbol, ParamSymbol, ProgramSymbol
from .statements import NOTHING, StatementLowering
from .values import Frame


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
        )

    def later(self, symbol: object) -> None:
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

    def _program(self, symbol: ProgramSymbol) -> Program:
        lowering, params = self._start(symbol.params)
        has_turns = self.checked.effects.body(symbol.decl.body).turns
        root = lowering.emit(Root(Value(PROMPT), bos=not has_turns, span=symbol.span))
        lowering.frame.prompt = root.result
        value = lowering.statements(symbol.decl.body) or NOTHING
        lowering.emit(Return(value, span=symbol.span))
        body = lowering.frame.builder.seal(*(param.value for param in params))
        doc = symbol.file.tree.doc
        return Program(symbol.unique, params, symbol.result, body, doc, symbol.span)

    def _fragment(self, symbol: FragmentSymbol) -> Fragment:
        lowering, params = self._start(symbol.params)
        prompt = lowering.frame.prompt = Value(PROMPT, "prompt")
        lowering.statements(symbol.decl.body)
        lowering.emit(Yield((lowering.prompt(),), span=symbol.span))
        body = lowering.frame.builder.seal(prompt, *(param.value for param in params))
        return Fragment(symbol.unique, params, body, symbol.span)

    def _start(
        self, symbols: tuple[ParamSymbol, ...]
    ) -> tuple[StatementLowering, tuple[Param, ...]]:
        """A lowering whose names are the parameters."""
        params = tuple(
            Param(p.name, Value(p.type, p.name), p.lifetime, p.default, p.span) for p in symbols
        )
        lowering = StatementLowering(self.checked, self.later)
        lowering.frame = Frame(BlockBuilder(), names={p.name: p.value for p in params})
        return lowering, params


def _extern(symbol: ExternSymbol) -> Extern:
    params = tuple((param.name, param.type) for param in symbol.params)
    return Extern(symbol.name, params, symbol.result, symbol.pure, symbol.span)
