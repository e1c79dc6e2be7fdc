"""What other functions put into a name that all of them see: a context variable, a global that is set anew."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .contents import ambient_in
from .filling import AMBIENT
from .frames import Frame
from .machine import Run
from .taints import NONE, Taints
from .values import ListV, ModuleInfo, Value
from .walking import walk

_MOST = 4
"""Places at which one name is set that are looked at."""


def set_elsewhere(run: Run, name: str, cell: ListV) -> Taints:
    """What a context variable varies with by what some function of the project puts into it."""
    key = f"cell {cell.born}"
    if key not in run.cells:
        run.cells[key] = NONE
        run.cells[key] = _varying(run, _cell_values(run, name, cell))
    return run.cells[key]


def _is_same(held: Value | None, cell: ListV) -> bool:
    return isinstance(held, ListV) and held.born == cell.born


def _cell_values(run: Run, name: str, cell: ListV) -> Iterator[tuple[ModuleInfo, ast.expr]]:
    for module in run.project.by_file.values():
        if f"{name}.set(" not in module.text:
            continue
        run.prepare(run, module)
        if name in module.env and not _is_same(module.env[name], cell):
            continue
        for node in walk(module.tree):
            match node:
                case ast.Call(func=ast.Attribute(value=owner, attr="set"), args=[value]):
                    if name in (getattr(owner, "id", ""), getattr(owner, "attr", "")):
                        yield module, value
                case _:
                    pass


def assigned_elsewhere(run: Run, module: ModuleInfo, name: str) -> Taints:
    """What a global varies with by what some function of its module sets it to, unless it finds it missing."""
    key = f"{module.file}:{name}"
    if key not in run.cells:
        run.cells[key] = NONE
        if "global " not in module.text:
            return NONE
        run.cells[key] = _varying(run, ((module, v) for v in _globals_set(module, name)))
    return run.cells[key]


def _globals_set(module: ModuleInfo, name: str) -> Iterator[ast.expr]:
    for function in walk(module.tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        named = {n for each in walk(function) if isinstance(each, ast.Global) for n in each.names}
        if name not in named or _asks_for(function, name):
            continue
        for node in walk(function):
            match node:
                case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                    yield value
                case _:
                    pass


def _asks_for(function: ast.AST, name: str) -> bool:
    """Whether a function sets a name only where there is nothing yet."""
    tests = (n.test for n in walk(function) if isinstance(n, ast.If))
    return any(isinstance(n, ast.Name) and n.id == name for t in tests for n in walk(t))


def _varying(run: Run, values: Iterator[tuple[ModuleInfo, ast.expr]]) -> Taints:
    found = NONE
    for number, (module, value) in enumerate(values):
        if number >= _MOST:
            break
        run.prepare(run, module)
        held = run.evaluate(run, Frame(module, dict(module.env), "elsewhere"), value)
        found |= frozenset(t for t in ambient_in([held]) if t.cause in AMBIENT)
    return found
