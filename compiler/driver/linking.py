"""Several files as one module, so that passes and plan see what their programs share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from ...ir.diagnostic import CompileFailed, Diagnostic
from ...ir.module import Extern, Fragment, Module, Program
from ...ir.text.printer import print_module


class Named(Protocol):
    """What can be declared twice."""

    @property
    def name(self) -> str:
        """Its name."""
        ...


Declared = TypeVar("Declared", bound=Named)


def link(files: Sequence[tuple[Path, Module]]) -> Module:
    """One module with everything that the files declare; what several import is there once.

    Raises CompileFailed (SGL2015) when two files declare different things by one name.
    """
    return Module(
        programs=_merged([(path, module.programs) for path, module in files]),
        fragments=_merged([(path, module.fragments) for path, module in files]),
        externs=_merged([(path, module.externs) for path, module in files]),
        template=files[0][1].template,
    )


def _merged(declared: Iterable[tuple[Path, Sequence[Declared]]]) -> tuple[Declared, ...]:
    found: dict[str, tuple[Path, Declared]] = {}
    for path, several in declared:
        for each in several:
            first, known = found.setdefault(each.name, (path, each))
            if _text(known) != _text(each):
                raise CompileFailed([_declared_twice(each.name, first, path)])
    return tuple(each for _, each in found.values())


def _text(declared: object) -> str:
    match declared:
        case Program():
            return print_module(Module(programs=(declared,)))
        case Fragment():
            return print_module(Module(fragments=(declared,)))
        case Extern():
            return print_module(Module(externs=(declared,)))
        case _:
            raise TypeError(type(declared).__name__)


def _declared_twice(name: str, first: Path, second: Path) -> Diagnostic:
    return Diagnostic(
        "SGL2015",
        f"`{first}` and `{second}` both declare `{name}`, and not alike",
        helps=("rename one of them, or build the files apart",),
    )
