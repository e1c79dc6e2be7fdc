"""Types as they are written, to types; and the words for types that don't fit."""

from __future__ import annotations

from ...ir.types import (
    ANY,
    BOOL,
    FLOAT,
    IMAGE,
    INT,
    NONE,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
    literal_kind,
)
from ..syntax import nodes as s
from .report import Reporter
from .suggest import closest
from .symbols import FileScope, ModuleSymbol, TypeSymbol, UnknownSymbol

WRITABLE = {"str": STR, "int": INT, "float": FLOAT, "bool": BOOL, "image": IMAGE, "none": NONE}
_FOREIGN = {
    "string": "str", "text": "str", "integer": "int", "number": "float", "double": "float",
    "boolean": "bool", "any": "str", "object": "{field: str}", "dict": "{field: str}",
    "List": "list[str]", "array": "list[str]", "Optional": "str?", "null": "none",
}  # fmt: skip
_TABLE = "a record names its fields: `{name: str, age: int}`; a table is a list of records, in which `find_by` looks"
_FOREIGN_APPLIED = {
    "dict": _TABLE, "mapping": _TABLE, "tuple": "a record names its parts: `{first: str, second: int}`",
    "set": "write `list[str]`", "sequence": "write `list[str]`", "array": "write `list[str]`",
    "optional": "a type whose value may be `none` is `T?`, as in `str?`",
    "literal": 'a choice of values is `"a" | "b"`', "union": 'only values are joined: `"a" | "b"`',
}  # fmt: skip


class TypeReader:
    """Reads the types of one file."""

    def __init__(self, file: FileScope, reporter: Reporter) -> None:
        self.file, self.reporter = file, reporter

    def read(self, node: s.TypeNode) -> Type:
        """The type that a node spells; `any` where it has an error."""
        match node:
            case s.NamedType():
                return self._named(node)
            case s.AppliedType(name, item):
                return self._applied(name, item)
            case s.RecordTypeNode(fields):
                return self._record(fields)
            case s.UnionTypeNode(literals):
                return self._union(node, literals)
            case s.OptionalTypeNode(item):
                inner = self.read(item)
                return inner if isinstance(inner, OptionalType) else OptionalType(inner)

    def _named(self, node: s.NamedType) -> Type:
        name = node.name.text
        if node.module is not None:
            return self._of_module(node, node.module)
        symbol = self.file.names.get(name)
        if isinstance(symbol, TypeSymbol):
            return symbol.type
        if name in WRITABLE:
            return WRITABLE[name]
        if isinstance(symbol, UnknownSymbol):
            return ANY
        self._unknown(node, name, {n for n, x in self.file.names.items() if _is_type(x)})
        return ANY

    def _of_module(self, node: s.NamedType, module: s.Ident) -> Type:
        symbol = self.file.names.get(module.text)
        if isinstance(symbol, UnknownSymbol):
            return ANY
        if not isinstance(symbol, ModuleSymbol):
            known = [n for n, x in self.file.names.items() if isinstance(x, ModuleSymbol)]
            near = closest(module.text, known)
            help = f"a module `{near}` is imported" if near else 'import it: `import "x.sgl" as x`'
            self.reporter.report(
                "SGL0104", module.span, f"unknown module `{module.text}`", help=help
            )
            return ANY
        found = symbol.file.names.get(node.name.text)
        if isinstance(found, TypeSymbol):
            return found.type
        if not isinstance(found, UnknownSymbol):
            known = {n for n, x in symbol.file.names.items() if _is_type(x)}
            self._unknown(node, f"{module.text}.{node.name.text}", known)
        return ANY

    def _unknown(self, node: s.NamedType, name: str, known: set[str]) -> None:
        plain = name.rpartition(".")[2]
        near = _FOREIGN.get(plain) or closest(plain, known | set(WRITABLE) | {"list"})
        help = f"there is a type `{near}`" if near else "declare it: `type Name = {field: str}`"
        if near == "list":
            help = "a list type names its items: `list[str]`"
        fix = near if plain == name and near in known | set(WRITABLE) else None
        self.reporter.report("SGL0105", node.span, f"unknown type `{name}`", help=help, fix=fix)

    def _applied(self, name: s.Ident, item: s.TypeNode) -> Type:
        inner = self.read(item)
        if name.text != "list":
            help = _FOREIGN_APPLIED.get(
                name.text.lower(), "only lists take a type in brackets: `list[str]`"
            )
            self.reporter.report(
                "SGL0105", name.span, f"unknown type `{name.text}[...]`", help=help
            )
            return ANY
        return ListType(inner)

    def _record(self, fields: tuple[tuple[s.Ident, s.TypeNode], ...]) -> Type:
        found: dict[str, Type] = {}
        for name, node in fields:
            if name.text in found:
                self.reporter.report(
                    "SGL0220", name.span, f"field `{name.text}` is declared twice",
                    help="each field of a record has a name of its own",
                )  # fmt: skip
            found.setdefault(name.text, self.read(node))
        return RecordType(tuple(found.items()))

    def _union(self, node: s.UnionTypeNode, literals: tuple[s.Literal, ...]) -> Type:
        values = tuple(dict.fromkeys(x.value for x in literals if x.value is not None))
        kinds = {bool: "bool", int: "number", float: "number", str: "str"}
        if len({kinds[type(value)] for value in values}) > 1:
            self.reporter.report(
                "SGL0222", node.span, "a union of literals of different kinds",
                help="the literals of a union are all texts, all numbers or all booleans",
            )  # fmt: skip
            return ANY
        return UnionType(values)


def _is_type(symbol: object) -> bool:
    return isinstance(symbol, TypeSymbol)


def widened(kind: Type) -> Type:
    """The type that a name gets from a value: a union of literals becomes their kind."""
    return literal_kind(kind) if isinstance(kind, UnionType) else kind


def is_text(kind: Type) -> bool:
    """Whether values of a type are texts."""
    return widened(kind) == STR


def is_number(kind: Type) -> bool:
    """Whether values of a type are numbers."""
    return widened(kind) in (INT, FLOAT)


def joined(a: Type, b: Type) -> Type | None:
    """The type of a value that has one of two types; None when there is none."""
    if a == b or b == ANY:
        return a
    if a == ANY:
        return b
    match a, b:
        case OptionalType(x), OptionalType(y):
            inner = joined(x, y)
            return None if inner is None else OptionalType(inner)
        case (OptionalType(x), other) | (other, OptionalType(x)):
            inner = x if other == NONE else joined(x, other)
            return None if inner is None else OptionalType(inner)
        case ListType(x), ListType(y):
            inner = joined(x, y)
            return None if inner is None else ListType(inner)
        case RecordType(fields), RecordType(others):
            return _joined_records(fields, dict(others))
    if NONE in (a, b):
        return OptionalType(b if a == NONE else a)
    if isinstance(a, UnionType) and isinstance(b, UnionType) and is_text(a) == is_text(b):
        return UnionType(tuple(dict.fromkeys((*a.literals, *b.literals))))
    wide_a, wide_b = widened(a), widened(b)
    if wide_a == wide_b:
        return wide_a
    return FLOAT if {wide_a, wide_b} == {INT, FLOAT} else None


def _joined_records(
    fields: tuple[tuple[str, Type], ...], others: dict[str, Type]
) -> RecordType | None:
    if set(others) != {name for name, _ in fields}:
        return None
    result: list[tuple[str, Type]] = []
    for name, kind in fields:
        inner = joined(kind, others[name])
        if inner is None:
            return None
        result.append((name, inner))
    return RecordType(tuple(result))
