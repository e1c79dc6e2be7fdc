"""Reading `.sglir`: the text that `printer.py` writes, as a module.

What is wrong is a diagnostic with its span: SGL1001 something else expected, 1002 unknown op,
1003 unknown value, 1004 bad constant, 1005 defined twice, 1006 unknown parameter, 1007 too large,
1008 bad type, 1009 wrong number of results. Well-formedness beyond that is the verifier's.
"""

from __future__ import annotations

from ..module import LIFETIMES, Extern, Fragment, Module, Param, Program
from ..ops import Json
from ..span import Source
from ..types import Type
from .bodyreader import BodyReader
from .cursor import Cursor
from .opreader import body_reader


def parse_module(text: str, name: str = "<ir>") -> Module:
    """The module that a text spells. Raises CompileFailed."""
    return _ModuleReader(Cursor(Source(name, text))).module()


class _ModuleReader:
    """Reads the declarations of a module, each body through a `BodyReader` of its own."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._names: set[str] = set()

    def module(self) -> Module:
        externs: list[Extern] = []
        fragments: list[Fragment] = []
        programs: list[Program] = []
        template: list[tuple[str, Json]] = []
        while not self._cursor.is_done:
            if self._cursor.peek("template"):
                template.append(self._argument())
            elif self._cursor.peek("extern"):
                externs.append(self._extern())
            elif self._cursor.peek("fragment"):
                fragments.append(self._fragment())
            elif self._cursor.peek("program"):
                programs.append(self._program())
            else:
                raise self._cursor.unexpected("`template`, `extern`, `fragment` or `program`")
        return Module(tuple(programs), tuple(fragments), tuple(externs), tuple(template))

    def _argument(self) -> tuple[str, Json]:
        """An argument of the chat template."""
        self._cursor.expect("template")
        name = self._cursor.field_name()
        self._cursor.expect("=")
        return name, self._cursor.json()

    def _declare(self, keyword: str) -> str:
        """Read the keyword and the name, which is new among its kind."""
        self._cursor.expect(keyword)
        start = self._cursor.at
        name = self._cursor.symbol()
        if f"{keyword} {name}" in self._names:
            span = self._cursor.since(start)
            raise self._cursor.failure("1005", f"{keyword} `@{name}` is defined twice", span)
        self._names.add(f"{keyword} {name}")
        return name

    def _extern(self) -> Extern:
        start = self._cursor.at
        name = self._declare("extern")
        params: list[tuple[str, Type]] = []
        self._cursor.expect("(")
        while not self._cursor.take(")"):
            if params:
                self._cursor.expect(",")
            param = self._cursor.field_name()
            self._cursor.expect(":")
            params.append((param, self._cursor.type()))
        self._cursor.expect("->")
        result = self._cursor.type()
        promises = self._cursor.take("pure"), self._cursor.take("total")
        return Extern(name, tuple(params), result, *promises, self._cursor.since(start))

    def _fragment(self) -> Fragment:
        start = self._cursor.at
        name = self._declare("fragment")
        ops = body_reader(self._cursor)
        self._cursor.expect("(")
        prompt = ops.new_argument(None)
        params: list[Param] = []
        while not self._cursor.take(")"):
            self._cursor.expect(",")
            params.append(self._param(ops))
        span = self._cursor.since(start)
        body = ops.block((prompt, *(param.value for param in params)))
        return Fragment(name, tuple(params), body, span)

    def _program(self) -> Program:
        start = self._cursor.at
        name = self._declare("program")
        ops = body_reader(self._cursor)
        params: list[Param] = []
        self._cursor.expect("(")
        while not self._cursor.take(")"):
            if params:
                self._cursor.expect(",")
            params.append(self._param(ops))
        self._cursor.expect("->")
        result = self._cursor.type()
        span = self._cursor.since(start)
        self._cursor.expect("{")
        doc = self._cursor.string() if self._cursor.take("doc") else ""
        body = ops.block_rest(tuple(param.value for param in params))
        return Program(name, tuple(params), result, body, doc, span)

    def _param(self, ops: BodyReader) -> Param:
        start = self._cursor.at
        name, value = ops.new_param()
        lifetime = self._cursor.symbol()
        if lifetime not in LIFETIMES:
            raise self._cursor.failure("1001", f"no lifetime `{lifetime}`")
        default = (self._cursor.json(),) if self._cursor.take("=") else None
        span = self._cursor.since(start)
        return Param(name, value, lifetime, default, span)
