"""Mutants: every small change that can be made to a file of the core, by room, each with the tests that judge it.

A file of tests judges a room as a whole; `mutate.py` asks first those that know a mutant best.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Room:
    """Which files are changed, and which tests judge that: folders and files."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


ENGINE = "tests/runtime/engine/test_*.py"
EXAMPLES = "tests/compiler/test_examples.py"
ROOMS: dict[str, Room] = {
    "passes": Room(
        ("passes/*.py", "passes/analysis/*.py", "passes/rewriting/*.py"),
        ("tests/golden", "tests/passes", "tests/compiler/test_passes_worth.py"),
    ),
    "planner": Room(
        ("compiler/planner/*.py",),
        ("tests/compiler/test_planner.py", "tests/compiler/test_predictions.py", EXAMPLES,
         "tests/compiler/test_random_programs.py"),
    ),
    "executor": Room(
        ("runtime/executor/*.py", "runtime/executor/asking/*.py"),
        ("tests/runtime/test_*.py", "tests/compiler/test_last_position.py", EXAMPLES),
    ),
    "scheduler": Room(
        ("runtime/engine/scheduler.py", "runtime/engine/parking.py", "runtime/engine/steps.py"), (ENGINE,)
    ),
    "radix": Room(("runtime/engine/radix.py", "runtime/engine/slots.py"), (ENGINE,)),
    "sampler": Room(("runtime/engine/sampler.py",), (ENGINE,)),
    "grammar": Room(("runtime/engine/grammar/*.py",), (ENGINE,)),
    "ir": Room(
        ("ir/text/*.py", "ir/verify/*.py", "ir/meaning/*.py", "ir/infer.py", "ir/structure.py"), ("tests/ir/test_*.py",)
    ),
    "lang": Room(("lang/check/*/*.py", "lang/lower/*.py"), ("tests/lang/test_*.py",)),
}  # fmt: skip


def test_files(room: str) -> list[str]:
    """The files of tests that judge a room."""
    found: list[Path] = []
    for each in ROOMS[room].tests:
        folder = ROOT / each
        found += sorted(folder.rglob("test_*.py") if folder.is_dir() else ROOT.glob(each))
        found += sorted(folder.rglob("*.md") if each == "tests/golden" else [])
    return [str(file.relative_to(ROOT)) for file in found if file.name != "README.md"]


SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change to a file: to what stands at `number` among all that can be changed in it."""

    room: str
    file: str
    number: int
    line: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before}  ->  {self.after}"

    def source(self) -> str:
        """The file with the change."""
        tree = ast.parse((ROOT / self.file).read_text(encoding="utf-8"))
        _changed(changeable(tree)[self.number])
        return ast.unparse(tree)


def all_of(room: str) -> list[Mutant]:
    """Every mutant of a room."""
    files = [file for pattern in ROOMS[room].files for file in sorted(ROOT.glob(pattern))]
    return [mutant for file in files for mutant in _mutants(room, file)]


def _mutants(room: str, file: Path) -> Iterator[Mutant]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for number, node in enumerate(changeable(tree)):
        after = _changed(copy.deepcopy(node))
        if after is not None:
            name = str(file.relative_to(ROOT))
            end = node.end_lineno or node.lineno
            yield Mutant(
                room, name, number, node.lineno, end, _short(ast.unparse(node)), _short(after)
            )


def changeable(tree: ast.Module) -> Sequence[ast.expr | ast.stmt]:
    """What stands in the bodies of functions, without annotations, docstrings and messages of errors."""
    found: list[ast.expr | ast.stmt] = []

    def visit(node: ast.AST, inside: bool) -> None:
        inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(node, ast.Raise | ast.JoinedStr | ast.Assert):
            return
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "args") and not isinstance(
                node, ast.Call
            ):
                continue
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, ast.AST):
                    if inside and isinstance(each, ast.expr | ast.stmt):
                        found.append(each)
                    visit(each, inside)

    visit(tree, False)
    return found


def _changed(node: ast.expr | ast.stmt) -> str | None:
    """Change a node in place, and show it; None where there is nothing to change."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in SWAPS:
            node.ops = [SWAPS[type(op)]()]  # type: ignore[list-item]
        case ast.BoolOp(op=op) | ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in SWAPS:
            node.op = SWAPS[type(op)]()  # type: ignore[union-attr]
        case ast.UnaryOp(op=ast.Not()):
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
        case ast.Constant(value=bool() as value):
            node.value = not value
        case ast.Constant(value=int() as value):
            node.value = value + 1
        case ast.Expr(value=ast.Call()):
            node.value = ast.Constant(value=None)
        case ast.IfExp():
            node.body, node.orelse = node.orelse, node.body
        case _:
            return None
    return ast.unparse(node)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else line[:87] + "..."
