"""Signatures of host functions, prompts and programs: parameters, defaults, lifetimes, results."""

from __future__ import annotations

from typing import get_args

from ....ir.module import Lifetime
from ....ir.types import ANY, NONE, Type, accepts
from ...syntax import nodes as s
from ..expressions.forms import form_type
from ..expressions.inference import Inference
from ..expressions.mismatches import mismatch
from ..facts import Facts
from ..names import Names
from ..report import Reporter
from ..suggest import closest
from ..surroundings import Surroundings
from ..symbols import ExternSymbol, FileScope, FragmentSymbol, ParamSymbol, ProgramSymbol, Symbol
from ..types import TypeReader
from .texts import TextReader

_LIFETIMES: tuple[str, ...] = get_args(Lifetime)


class SignatureReader:
    """Reads the signatures of one file."""

    def __init__(self, types: TypeReader, texts: TextReader, facts: Facts) -> None:
        self.types, self.texts, self.facts = types, texts, facts
        self.reporter = types.reporter

    def symbol(self, decl: s.ExternDecl | s.PromptDecl | s.ProgramDecl, file: FileScope) -> Symbol:
        """What a declaration with a signature stands for."""
        name, span = decl.name.text, decl.name.span
        params = tuple(self._param(param) for param in self._distinct(decl.params))
        unique = file.prefix + name
        if isinstance(decl, s.PromptDecl):
            return FragmentSymbol(name, unique, params, decl, file, span)
        result = NONE if decl.result is None else self.types.read(decl.result)
        if isinstance(decl, s.ExternDecl):
            is_pure, is_total = decl.promise == "pure", decl.promise == "total"
            return ExternSymbol(name, params, result, is_pure, is_total, span)
        return ProgramSymbol(name, unique, params, result, decl, file, span)

    def _distinct(self, params: tuple[s.Param, ...]) -> list[s.Param]:
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
            default = (self.texts.constant(param.default, "a default is known at compile time"),)
            self._check_default(param, param.default, kind)
        return ParamSymbol(name, kind, param.name.span, self._lifetime(param.lifetime), default)

    def _check_default(self, param: s.Param, default: s.Expr, kind: Type) -> None:
        """Check that a default fits the type of its parameter; its own mistakes are known."""
        silent = Reporter()
        names = Names(self.types.file, silent, self.facts)
        given = Inference(names, Surroundings(), form_type).infer(default, kind)
        if not silent.diagnostics and not accepts(kind, given):
            place = param.type.span if param.type is not None else param.name.span
            mismatch(self.reporter, default, kind, given, f"declared as `{kind}`", place)

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
