"""What `use` and expression statements do, which only the names of the files tell."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from ....ir.types import NONE
from ...syntax import nodes as s
from ..effects import NOTHING, EffectReader, Effects
from ..symbols import ExternSymbol, FileScope, FragmentSymbol, ModuleSymbol, ProgramSymbol


class FragmentEffects:
    """Knows the file whose bodies are read, and remembers what fragments do."""

    def __init__(self) -> None:
        self.reader = EffectReader(self._of_use, self._is_append)
        self._file: FileScope | None = None
        self._known: dict[s.PromptDecl, Effects] = {}

    @contextmanager
    def inside(self, file: FileScope) -> Generator[None]:
        """Read bodies of a file."""
        outer, self._file = self._file, file
        yield
        self._file = outer

    def _of_use(self, node: s.Use) -> Effects:
        """What a fragment does, seen from where it is used. Names inside it stay inside."""
        assert self._file is not None
        symbol = _used(self._file, node)
        if symbol is None:
            return NOTHING
        known = self._known.get(symbol.decl)
        if known is None:
            self._known[symbol.decl] = NOTHING  # recursion is reported elsewhere
            with self.inside(symbol.file):
                inner = self.reader.body(symbol.decl.body)
            known = Effects(inner.turns, inner.bare, inner.prompt)
            self._known[symbol.decl] = known
        return known

    def _is_append(self, node: s.Append) -> bool:
        """Whether an expression statement appends: a host function without a result doesn't."""
        callee = node.value.callee if isinstance(node.value, s.Call) else None
        if not isinstance(callee, s.Name) or self._file is None:
            return True
        symbol = self._file.names.get(callee.text)
        return not (isinstance(symbol, ExternSymbol | ProgramSymbol) and symbol.result == NONE)


def _used(file: FileScope, node: s.Use) -> FragmentSymbol | None:
    symbol = file.names.get(node.path[0].text)
    if isinstance(symbol, ModuleSymbol) and len(node.path) == 2:
        symbol = symbol.file.names.get(node.path[1].text)
    return symbol if isinstance(symbol, FragmentSymbol) else None
