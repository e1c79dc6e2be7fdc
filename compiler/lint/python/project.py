"""The modules of a project by name, and the functions in them; nothing is imported, everything is parsed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from ..inputs import InputFile
from .switches import switched_in
from .tallies import COUNTS, tallied_in
from .values import ModuleInfo
from .walking import walk

MAX_DEPTH = 120
LONG_LINE = 1_200
"""Only files with such a line are looked at for depth: nesting by indentation alone is bounded by Python."""

_WRITES = re.compile(r"write_text|write_bytes|open\(")
_COUNTS = re.compile(
    r"^[ \t]*(?P<owner>[\w.]+)\.(?P<attr>\w+)(\[[^\]\n]*\])*[ \t]*[-+]= (?P<by>\d|[\w.]+[ \t]*(?:#|$))",
    re.M,
)

_COUNTING = re.compile(r"[-+]= ")
"""Only modules that hold this are looked at for what is counted."""

_TOTALS = re.compile(r"^[ \t]+\w+\[[^\n]*\][ \t]*(?:[-+]=|=[^=\n]*[-+])", re.M)
"""Only modules with such a line are looked at for tables in which functions count."""

_CHANGES = re.compile(
    r"\b(deps|run_context\.context|ctx\.context|ctx\.state|context\.state|tool_context\.state|wrapper\.context)\.(?P<attr>\w+)"
    r"((\[[^\]\n]*\]|\.\w+)+[ \t]*=[^=]|[ \t]*[-+|]?=[^=]|(\[[^\]\n]*\])?"
    r"\.(append|add|update|pop|remove|insert|extend|clear|discard)\()"
)

_OF_A_USER = ("deps.", "context.", "state.")
"""Only modules with such a word are looked at for what an agent's functions get of its user."""

_RENAMES = re.compile(r"^[ \t]+(?!self\.model|cls\.)[\w.]+\.(model(?:_name|_id)?)[ \t]*=[^=]", re.M)
"""Models that are set on something else than the object itself, inside of functions."""

_ALIASES = re.compile(
    r"^[ \t]*(?:for[ \t]+(?P<each>\w+)[ \t]+in|(?P<one>\w+)[ \t]*=)[ \t]*"
    r"(?:\w+\.)*(?:deps|context|state)\.(?P<attr>\w+)",
    re.M,
)


class Project:
    """Every module that was parsed, found by dotted name."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleInfo] = {}
        self.by_file: dict[str, ModuleInfo] = {}
        self._by_tail: dict[str, list[ModuleInfo]] = {}
        self.counted: dict[str, list[tuple[ModuleInfo, int]]] = {}
        """Attributes that something else than their object counts up or down, and where."""
        self.changed: dict[str, list[tuple[ModuleInfo, int]]] = {}
        """Attributes of what an agent's functions get of its user, that one of them changes."""

        self.switched: dict[str, list[tuple[ModuleInfo, int]]] = {}
        """Attributes that one function of a module sets to true and another one to false, and where."""

        self.renamed: set[str] = set()
        """Attributes that say which model is asked, and that something else than their object sets."""

        self.summed: dict[str, list[tuple[ModuleInfo, int]]] = {}
        """The same by some value: of an attribute that is a number, another number each time."""

        self.tallied: dict[str, set[str]] = {}
        """Keys of a store under which a function counts, and the fields in them."""

    def add(self, file: InputFile) -> None:
        """Parse a file. Raises SyntaxError, ValueError, RecursionError, MemoryError."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.text)
        name, is_package = _module_name(file.name)
        module = ModuleInfo(name, file.name, tree, file.text, is_package)
        if _WRITES.search(file.text):
            module.written = set(_written(tree))
        if "global " in file.text:
            module.counted = dict(_counted_globals(tree))
        if _TOTALS.search(file.text):
            module.totals = dict(_totals(tree, file.text))
        for key, field in tallied_in(tree) if COUNTS.search(file.text) else ():
            self.tallied.setdefault(key, set()).add(field)
        self.by_file[file.name] = module
        self._note_counted(module)
        if ".model" in file.text:
            self.renamed.update(_RENAMES.findall(file.text))
        for attr, line in switched_in(module):
            self.switched.setdefault(attr, []).append((module, line))
        self.modules.setdefault(name, module)
        self._by_tail.setdefault(name.rpartition(".")[2], []).append(module)

    def _note_renamed(self, module: ModuleInfo) -> None:
        """Things that an agent's functions get of its user, changed by another name."""
        for match in _ALIASES.finditer(module.text):
            name = re.escape(match["each"] or match["one"])
            if re.search(rf"^[ \t]*{name}\.\w+[ \t]*[-+|]?=[^=]", module.text, re.M):
                line = module.text.count("\n", 0, match.start("attr")) + 1
                self.changed.setdefault(match["attr"], []).append((module, line))

    def _note_changed(self, module: ModuleInfo) -> None:
        for match in _CHANGES.finditer(module.text):
            line = module.text.count("\n", 0, match.start("attr")) + 1
            self.changed.setdefault(match["attr"], []).append((module, line))

    def _note_counted(self, module: ModuleInfo) -> None:
        if any(word in module.text for word in _OF_A_USER):
            self._note_renamed(module)
            self._note_changed(module)
        for match in _COUNTS.finditer(module.text) if _COUNTING.search(module.text) else ():
            if match["owner"] not in ("self", "cls"):
                line = module.text.count("\n", 0, match.start("attr")) + 1
                table = self.counted if match["by"].isdigit() else self.summed
                table.setdefault(match["attr"], []).append((module, line))

    def find(self, dotted: str, near: ModuleInfo | None = None) -> ModuleInfo | None:
        """The module that an absolute import names: exactly, or by the end of its path, the nearest first."""
        if dotted in self.modules:
            return self.modules[dotted]
        ending = f".{dotted}"
        found = [
            m for m in self._by_tail.get(dotted.rpartition(".")[2], ()) if m.name.endswith(ending)
        ]
        if not found or ("." not in dotted and near is None):
            return None
        if near is not None:
            found.sort(key=lambda m: -_common(m.name, near.name))
            if "." not in dotted and _parent(found[0]) != _parent(near):
                return None
        return found[0]

    def relative(self, module: ModuleInfo, level: int, name: str) -> ModuleInfo | None:
        """The module of `from ..name import`."""
        parts = module.name.split(".")
        base = parts if module.is_package else parts[:-1]
        base = base[: len(base) - (level - 1)] if level > 1 else base
        return self.modules.get(".".join([*base, *([name] if name else [])]))


def _counted_globals(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    names = {name for n in walk(tree) if isinstance(n, ast.Global) for name in n.names}
    for node in walk(tree):
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Sub()) if name in names:
                yield name, node
            case _:
                pass


def _totals(tree: ast.Module, text: str) -> Iterator[tuple[str, ast.AST]]:
    """Tables of a module in which functions count: `used[name] += n`, `used[name] = used.get(name, 0) + n`."""
    tables = {
        target.id
        for node in tree.body
        for target in (
            node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        )
        if isinstance(target, ast.Name)
    }
    tables = {name for name in tables if f"{name}[" in text}
    for function in (n for n in tree.body if not isinstance(n, ast.Assign | ast.AnnAssign)):
        for node in walk(function) if tables else ():
            match node:
                case ast.AugAssign(
                    target=ast.Subscript(value=ast.Name(id=name)), op=ast.Add() | ast.Sub()
                ) if name in tables:
                    yield name, node
                case ast.Assign(
                    targets=[ast.Subscript(value=ast.Name(id=name))], value=ast.BinOp() as sum_
                ) if name in tables and any(
                    isinstance(n, ast.Name) and n.id == name for n in walk(sum_)
                ):
                    yield name, node
                case _:
                    pass


def _common(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one.split("."), other.split("."), strict=False):
        if a != b:
            break
        count += 1
    return count


def _parent(module: ModuleInfo) -> str:
    return module.name if module.is_package else module.name.rpartition(".")[0]


def _module_name(file: str) -> tuple[str, bool]:
    parts = [part for part in PurePath(file).with_suffix("").parts if part not in ("/", "..", ".")]
    if parts and parts[-1] == "__init__":
        return ".".join(parts[:-1]), True
    return ".".join(parts), False


def _written(tree: ast.AST) -> Iterator[str]:
    """What names the files that a module writes: constant names, and the expressions that hold paths."""
    for node in walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr="write_text" | "write_bytes")):
                yield from path_names(value)
            case ast.Call(
                func=ast.Name(id="open"), args=[path, ast.Constant(value=str(mode)), *_]
            ) if set(mode) & set("wax+"):
                yield from path_names(path)
            case ast.Call(
                func=ast.Attribute(value=value, attr="open"),
                args=[ast.Constant(value=str(mode)), *_],
            ) if set(mode) & set("wax+"):
                yield from path_names(value)
            case _:
                pass


def path_names(node: ast.expr) -> Iterator[str]:
    """The names under which a path is known: a constant file name, an attribute, a global."""
    for inner in walk(node):
        match inner:
            case ast.Constant(value=str(text)) if "." in text or "/" in text:
                yield text.rpartition("/")[2]
            case ast.Attribute(attr=attr):
                yield attr
            case ast.Name(id=name) if name.isupper():
                yield name
            case _:
                pass


def depth_of(tree: ast.AST) -> int:
    """How deeply a tree is nested, without recursion."""
    deepest, stack = 0, [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest


def functions_of(
    body: Iterable[ast.stmt],
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Functions and classes of a body, those under `if` and `try` included."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node
        elif isinstance(node, ast.If | ast.Try | ast.With):
            for field in ("body", "orelse", "finalbody"):
                yield from functions_of(getattr(node, field, []))
