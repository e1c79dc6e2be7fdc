"""The syntax tree of `.sgl`: what the user wrote, with a span on every node.

Made by `tree.py`, read by the checks, the lowering and the editor. Nodes are immutable and compare
by identity, so that facts about them can stand in dictionaries beside the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import Literal as OneOf

from lark import Token

from ...ir.span import Source, Span


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Node:
    """What every node has: the text that it stands for."""

    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Ident(Node):
    """A name where it is written."""

    text: str


# --- types ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class NamedType(Node):
    """`str`, `Verdict`, or `module.Verdict`."""

    module: Ident | None
    name: Ident


@dataclass(frozen=True, slots=True, eq=False)
class AppliedType(Node):
    """`list[T]`; the checker refuses other names than `list`."""

    name: Ident
    item: TypeNode


@dataclass(frozen=True, slots=True, eq=False)
class RecordTypeNode(Node):
    """`{name: T, ...}`."""

    fields: tuple[tuple[Ident, TypeNode], ...]


@dataclass(frozen=True, slots=True, eq=False)
class UnionTypeNode(Node):
    """`"a" | "b"`."""

    literals: tuple[Literal, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OptionalTypeNode(Node):
    """`T?`."""

    item: TypeNode


TypeNode = NamedType | AppliedType | RecordTypeNode | UnionTypeNode | OptionalTypeNode


# --- expressions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A number, `true`, `false`, `none`, or a text without holes (its value)."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Text(Node):
    """A text with holes: literal pieces and expressions, in order."""

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Formatted(Node):
    """`value:.2f` in a hole of a text; `spec` is what stands behind the colon."""

    value: Expr
    spec: Ident


@dataclass(frozen=True, slots=True, eq=False)
class Name(Node):
    """A name used as a value."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class ListExpr(Node):
    """`[a, b]`."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comprehension(Node):
    """`[value for targets in items if condition]`."""

    value: Expr
    targets: tuple[Ident, ...]
    items: Expr
    condition: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class RecordExpr(Node):
    """`{a: x, b}`; a field without a value takes the name's."""

    entries: tuple[tuple[Ident, Expr], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Field(Node):
    """`record.name`, or a name of an imported module."""

    value: Expr
    name: Ident


@dataclass(frozen=True, slots=True, eq=False)
class Subscript(Node):
    """`items[index]`."""

    items: Expr
    index: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Slice(Node):
    """`items[first:last]`."""

    items: Expr
    first: Expr | None
    last: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Unary(Node):
    """`not x`, `-x`."""

    op: OneOf["not", "neg"]
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Binary(Node):
    """Arithmetic; `op` as in `ir.ops.ArithOp`."""

    op: OneOf["add", "sub", "mul", "div", "floordiv", "mod", "pow"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Comparison(Node):
    """A comparison; `not in` is its own operator here."""

    op: OneOf["eq", "ne", "lt", "le", "gt", "ge", "in", "not in"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Logic(Node):
    """`a and b`, `a or b`; the right side is evaluated when it is needed."""

    op: OneOf["and", "or"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Conditional(Node):
    """`then if condition else orelse`."""

    then: Expr
    condition: Expr
    orelse: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Argument(Node):
    """An argument of a call, by place or by name."""

    name: Ident | None
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """`callee(arguments)`: a builtin, a host function, a program, `gen` or `select`."""

    callee: Expr
    args: tuple[Argument, ...]


Expr = (
    Literal | Text | Formatted | Name | ListExpr | Comprehension | RecordExpr | Field | Subscript | Slice
    | Unary | Binary | Comparison | Logic | Conditional | Call
)  # fmt: skip


# --- statements -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Append(Node):
    """An expression as a statement: its value joins the prompt."""

    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Assign(Node):
    """`target: annotation = value as samples`."""

    target: Ident
    annotation: TypeNode | None
    value: Expr
    samples: Ident | None


@dataclass(frozen=True, slots=True, eq=False)
class Use(Node):
    """`use fragment(arguments)`."""

    path: tuple[Ident, ...]
    args: tuple[Argument, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Resume(Node):
    """`resume prompt`."""

    prompt: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Return(Node):
    """`return value`."""

    value: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Pass(Node):
    """`pass`: nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Break(Node):
    """`break`: the loop around it ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Continue(Node):
    """`continue`: the next iteration of the loop around it begins."""


@dataclass(frozen=True, slots=True, eq=False)
class Turn(Node):
    """`system: ...` and its kin. `head` spans the line that opens it, as for every block below."""

    role: OneOf["system", "user", "assistant", "tool"]
    args: tuple[Argument, ...]
    body: Body
    head: Span


@dataclass(frozen=True, slots=True, eq=False)
class If(Node):
    """`if`, every `elif`, and `else`. `orelse` is None when there is no `else`."""

    clauses: tuple[tuple[Expr, Body], ...]
    orelse: Body | None
    head: Span


@dataclass(frozen=True, slots=True, eq=False)
class For(Node):
    """`for targets in items:`; `unordered` with its `by key`."""

    targets: tuple[Ident, ...]
    items: Expr
    unordered: bool
    key: Expr | None
    body: Body
    head: Span


@dataclass(frozen=True, slots=True, eq=False)
class While(Node):
    """`while condition max limit:`."""

    condition: Expr
    limit: Expr | None
    body: Body
    head: Span


@dataclass(frozen=True, slots=True, eq=False)
class Fork(Node):
    """`fork 5:`, `fork targets in items as arms:`. Without targets, `items` is the count."""

    targets: tuple[Ident, ...]
    items: Expr
    arms: Ident | None
    body: Body
    head: Span


@dataclass(frozen=True, slots=True, eq=False)
class Parallel(Node):
    """`parallel:`; the checker sees to it that its body is arms."""

    arms: Ident | None
    body: Body
    head: Span


@dataclass(frozen=True, slots=True, eq=False)
class Arm(Node):
    """`arm:`."""

    body: Body
    head: Span


@dataclass(frozen=True, slots=True, eq=False)
class Unordered(Node):
    """`unordered:`; the checker sees to it that its body is sections."""

    body: Body
    head: Span


@dataclass(frozen=True, slots=True, eq=False)
class Section(Node):
    """`section:`."""

    body: Body
    head: Span


@dataclass(frozen=True, slots=True, eq=False)
class Mock(Node):
    """`mock path = value`, `mock extern(params) = value` (in a test)."""

    path: tuple[Ident, ...]
    params: tuple[Ident, ...] | None
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Expect(Node):
    """`expect condition` (in a test)."""

    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Broken(Node):
    """A line that could not be read, the names in it, and the block under it."""

    names: tuple[Ident, ...]
    body: Body


Stmt = (
    Append | Assign | Use | Resume | Return | Pass | Break | Continue | Turn | If | For | While | Fork | Parallel
    | Arm | Unordered | Section | Mock | Expect | Broken
)  # fmt: skip
Body = tuple[Stmt, ...]


# --- declarations ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Doc(Node):
    """The text at the top of a file."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Import(Node):
    """`import "path.sgl" as name`."""

    path: Literal | Text
    name: Ident


@dataclass(frozen=True, slots=True, eq=False)
class TemplateDecl(Node):
    """`template NAME = value`: what the model's chat template is told. It binds no name."""

    argument: Ident
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class TextDecl(Node):
    """`text NAME = value`."""

    name: Ident
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class TypeDecl(Node):
    """`type Name = T`."""

    name: Ident
    type: TypeNode


@dataclass(frozen=True, slots=True, eq=False)
class Param(Node):
    """A parameter; the checker asks for the type."""

    name: Ident
    type: TypeNode | None
    lifetime: Ident | None
    default: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class PromptDecl(Node):
    """`prompt name(params):`, a fragment."""

    name: Ident
    params: tuple[Param, ...]
    body: Body


@dataclass(frozen=True, slots=True, eq=False)
class ExternDecl(Node):
    """`extern def name(params) -> T`; `promise` is what stands before the `def`, if anything."""

    name: Ident
    params: tuple[Param, ...]
    result: TypeNode | None
    promise: OneOf["", "pure", "total"]


@dataclass(frozen=True, slots=True, eq=False)
class ProgramDecl(Node):
    """`program name(params) -> T:`."""

    name: Ident
    params: tuple[Param, ...]
    result: TypeNode | None
    body: Body


@dataclass(frozen=True, slots=True, eq=False)
class TestDecl(Node):
    """`test "name":`."""

    name: Literal | Text
    body: Body


Item = (
    Doc
    | Import
    | TemplateDecl
    | TextDecl
    | TypeDecl
    | PromptDecl
    | ExternDecl
    | ProgramDecl
    | TestDecl
    | Broken
)


@dataclass(frozen=True, eq=False)
class SyntaxTree:
    """One parsed file. `comments` in order, for the formatter."""

    source: Source
    items: tuple[Item, ...]
    comments: tuple[Token, ...] = ()

    @property
    def doc(self) -> str:
        """The documentation at the top, or an empty text."""
        first = self.items[0] if self.items else None
        return first.text if isinstance(first, Doc) else ""


@cache
def _field_names(cls: type[Node]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


def children(node: object) -> Iterator[Node]:
    """The nodes directly inside a node, in order of their fields."""
    if isinstance(node, tuple):
        for item in node:
            yield from (item,) if isinstance(item, Node) else children(item)
    elif isinstance(node, Node):
        for name in _field_names(type(node)):
            value = getattr(node, name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from children(value)


def walk(node: object) -> Iterator[Node]:
    """All nodes inside a node or a tuple of nodes, outermost first."""
    stack = list(children(node))[::-1]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(list(children(current))[::-1])
