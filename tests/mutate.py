"""Mutants of the core: small changes that some test must notice. `make mutate` samples 100 and judges them.

Each is made in a copy of the tree and judged by the tests of its room, until one fails. Survivors are printed with
their line, as are those whose tests run out of time: each wants a test, or a reason why it changes nothing.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.progress import track

ROOT = Path(__file__).resolve().parent.parent
LIMIT_S = 300  # for the tests of one mutant; one that takes longer hangs, or the machine is busy: it is said apart
ROOMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ir": (
        ("ir/text/*.py", "ir/verify/*.py", "ir/meaning/*.py", "ir/infer.py", "ir/structure.py"),
        ("tests/ir",),
    ),
    "passes": (("passes/*.py", "passes/analysis/*.py", "passes/rewriting/*.py"), ("tests/passes", "tests/golden")),
    "lang": (("lang/check/*/*.py", "lang/lower/*.py"), ("tests/lang", "tests/golden")),
    "planner": (
        ("compiler/planner/*.py",),
        ("tests/compiler/test_planner.py", "tests/compiler/test_examples.py", "tests/compiler/test_random_programs.py"),
    ),
    "executor": (
        ("runtime/executor/*.py", "runtime/executor/asking/*.py"),
        (
            "tests/runtime",
            "tests/compiler/test_examples.py",
            "--ignore=tests/runtime/engine",
            "--ignore=tests/runtime/server",
        ),
    ),
    "scheduler": (
        ("runtime/engine/scheduler.py", "runtime/engine/parking.py", "runtime/engine/steps.py"),
        ("tests/runtime/engine",),
    ),
    "radix": (("runtime/engine/radix.py", "runtime/engine/slots.py"), ("tests/runtime/engine",)),
    "sampler": (("runtime/engine/sampler.py",), ("tests/runtime/engine",)),
    "grammar": (("runtime/engine/grammar/*.py",), ("tests/runtime/engine",)),
}  # fmt: skip
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}  # fmt: skip


Verdict = Literal["killed", "survived", "out of time"]


@dataclass(frozen=True)
class Mutant:
    """One change to a file: to what stands at `number` among all that can be changed in it."""

    room: str
    file: str
    number: int
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before}  ->  {self.after}"

    def source(self) -> str:
        """The file with the change."""
        tree = ast.parse((ROOT / self.file).read_text(encoding="utf-8"))
        _changed(_changeable(tree)[self.number])
        return ast.unparse(tree)


def mutants(room: str, file: Path) -> Iterator[Mutant]:
    """Every mutant of a file."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for number, node in enumerate(_changeable(tree)):
        after = _changed(copy.deepcopy(node))
        if after is not None:
            name = str(file.relative_to(ROOT))
            yield Mutant(room, name, number, node.lineno, _short(ast.unparse(node)), _short(after))


def _changeable(tree: ast.Module) -> list[ast.expr | ast.stmt]:
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


def sampled(count: int, seed: int, rooms: list[str]) -> list[Mutant]:
    """As many from each room, chosen by the seed."""
    chosen: list[Mutant] = []
    pick = random.Random(seed)
    for room in rooms:
        files = [file for pattern in ROOMS[room][0] for file in sorted(ROOT.glob(pattern))]
        every = [mutant for file in files for mutant in mutants(room, file)]
        chosen += pick.sample(every, min(len(every), -(-count // len(rooms))))
    return chosen


def judged(mutant: Mutant, copy_of: Path) -> Verdict:
    """What the tests of its room say of a mutant, in a copy of the tree."""
    file = copy_of / mutant.file
    kept = file.read_text(encoding="utf-8")
    file.write_text(mutant.source(), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        *ROOMS[mutant.room][1],
    ]
    try:
        done = subprocess.run(
            command, cwd=copy_of, capture_output=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return "out of time"
    finally:
        file.write_text(kept, encoding="utf-8")
    return "survived" if done.returncode == 0 else "killed"


def main() -> int:
    """Sample, judge, print a line for each room and every survivor."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=100)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--rooms", nargs="*", default=list(ROOMS), choices=list(ROOMS))
    given = asked.parse_args()
    print(f"seed {given.seed}")
    killed, total = Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "tree"
        shutil.copytree(
            ROOT,
            place,
            symlinks=True,
            ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__"),
        )
        for mutant in track(sampled(given.count, given.seed, given.rooms), "mutants"):
            total[mutant.room] += 1
            verdict = judged(mutant, place)
            killed[mutant.room] += verdict == "killed"
            if verdict != "killed":
                print(f"{verdict}: {mutant}", flush=True)
    for room in given.rooms:
        print(f"{room:10} {killed[room]} of {total[room]} killed")
    print(f"together   {killed.total()} of {total.total()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
