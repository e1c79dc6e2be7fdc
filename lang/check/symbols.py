"""What the names of a file stand for: texts, types, prompts, programs, host functions, modules.

Made by the checker when it reads declarations; the lowering and the editor look names up here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ...ir.module import Lifetime
from ...ir.ops import Json
from ...ir.span import Span
from ...ir.types import Type
from ..syntax import nodes as s


@dataclass(frozen=True, eq=False)
class ParamSymbol:
    """A parameter. `default` is the expression, checked to be constant, and its value."""

    name: str
    type: Type
    span: Span
    lifetime: Lifetime = "request"
    default: tuple[object] | None = None


@dataclass(frozen=True, eq=False)
class TextSymbol:
    """A text known at compile time."""

    name: str
    value: str
    span: Span


@dataclass(frozen=True, eq=False)
class TypeSymbol:
    """A named type."""

    name: str
    type: Type
    span: Span


@dataclass(frozen=True, eq=False)
class FragmentSymbol:
    """A `prompt`; `unique` is its name in the IR."""

    name: str
    unique: str
    params: tuple[ParamSymbol, ...]
    decl: s.PromptDecl
    file: FileScope
    span: Span


@dataclass(frozen=True, eq=False)
class ExternSymbol:
    """A host function."""

    name: str
    params: tuple[ParamSymbol, ...]
    result: Type
    pure: bool
    total: bool
    span: Span


@dataclass(frozen=True, eq=False)
class ProgramSymbol:
    """A program; `unique` is its name in the IR."""

    name: str
    unique: str
    params: tuple[ParamSymbol, ...]
    result: Type
    decl: s.ProgramDecl
    file: FileScope
    span: Span


@dataclass(frozen=True, eq=False)
class ModuleSymbol:
    """An imported file."""

    name: str
    file: FileScope
    span: Span


@dataclass(frozen=True, eq=False)
class UnknownSymbol:
    """Stands for a declaration with errors, so that its users are not reported as well."""

    name: str
    span: Span


Symbol = (
    TextSymbol | TypeSymbol | FragmentSymbol | ExternSymbol | ProgramSymbol | ModuleSymbol
    | UnknownSymbol
)  # fmt: skip
Callee = FragmentSymbol | ExternSymbol | ProgramSymbol


@dataclass(eq=False)
class FileScope:
    """One file: its tree, where it stands, and its names."""

    tree: s.SyntaxTree
    path: Path | None = None
    prefix: str = ""
    imports: dict[str, FileScope | None] = field(default_factory=dict)
    names: dict[str, Symbol] = field(default_factory=dict)
    template: dict[str, Json] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from."""
        return self.path.parent if self.path is not None else Path(".")


KIND_WORDS = {
    TextSymbol: "a text", TypeSymbol: "a type", FragmentSymbol: "a prompt",
    ExternSymbol: "a host function", ProgramSymbol: "a program", ModuleSymbol: "a module",
}  # fmt: skip


def kind_word(symbol: Symbol) -> str:
    """What messages call a symbol."""
    return KIND_WORDS.get(type(symbol), "a name")
