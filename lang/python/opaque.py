"""Expressions that Python evaluates: what they read of states is handed to them."""

from __future__ import annotations

import ast
import copy

from ...ir.ops import Operand, Value
from ...ir.types import ANY, Type
from .constants import name_at
from .context import Lowering
from .hosting import host_expression
from .pieces import names_read, names_written
from .scope import ArmsRef, ForksRef, Pending, StateRef
from .states import READS, state_of


def opaque(low: Lowering, node: ast.expr, kind: Type = ANY) -> Value:
    """An expression that Python evaluates; what it reads of states is handed to it."""
    reads = StateReads(low)
    made = reads.visit(copy.deepcopy(node))
    check_no_state(low, made)
    return host_expression(low, made, reads.found, kind)


def check_no_state(low: Lowering, node: ast.AST) -> None:
    """Refuse what does more with a state than read its variables."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and state_of(low, inner.value) is not None:
            call = next((c for c in ast.walk(node) if getattr(c, "func", None) is inner), inner)
            headline = f"`{inner.attr}` of a state in the middle of a program"
            raise low.refuse("SGL0506", call, headline, "after the run the returned state has it")
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            meaning = low.scope.names.get(inner.id)
            if isinstance(meaning, StateRef | ForksRef | ArmsRef | Pending):
                help = "a helper whose source is at hand, and that takes the state as an argument, is inlined"
                headline = f"`{inner.id}` is used in a way that can't be lowered"
                raise low.refuse("SGL0503", inner, headline, help)

    known = {*low.scope.names, *names_written([node])}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Lambda | ast.FunctionDef):
            _check_closure(low, inner)
        elif isinstance(inner, ast.Name) and inner.id in low.frame.local_names() - known:
            raise low.refuse("SGL0505", inner, f"no path has bound `{inner.id}` here")


def _check_closure(low: Lowering, function: ast.Lambda | ast.FunctionDef) -> None:
    """Refuse a function that sees a local name change: a piece is given the value of that moment."""
    for name in sorted(names_read([function]) & set(low.scope.names)):
        changes = [
            n for n in ast.walk(low.frame.source.node)
            if isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load)
        ]  # fmt: skip
        if any((n.lineno, n.col_offset) > (function.lineno, function.col_offset) for n in changes):
            headline = f"a function that reads `{name}`, which changes later"
            raise low.refuse("SGL0502", function, headline)


class StateReads(ast.NodeTransformer):
    """Replaces what reads a variable of a state by a name, and remembers the value of each."""

    def __init__(self, low: Lowering) -> None:
        self._low = low
        self.found: dict[str, Operand] = {}

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """`s["x"]`, `forks[i]["x"]`."""
        if isinstance(node.ctx, ast.Load) and state_of(self._low, node.value) is not None:
            return self._taken(node)
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """`"x" in s`."""
        match node.comparators:
            case [ast.Name() as where] if state_of(self._low, where) is not None:
                return self._taken(node)
            case _:
                return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`s.get_var("x")`, `len(forks)`."""
        match node:
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
                if isinstance(self._low.scope.names.get(name), ForksRef | ArmsRef):
                    return self._taken(node)
            case _:
                pass
        match node.func:
            case ast.Attribute(value=owner, attr=attr) if attr in READS:
                if state_of(self._low, owner) is not None:
                    return self._taken(node)
            case _:
                pass
        return self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        """`[f["x"] for f in forks]`."""
        match node.generators:
            case [ast.comprehension(iter=ast.Name(id=over), ifs=[])]:
                if isinstance(self._low.scope.names.get(over), ForksRef | ArmsRef):
                    return self._taken(node)
            case _:
                pass
        return self.generic_visit(node)

    def _taken(self, node: ast.expr) -> ast.Name:
        name = f"_read{len(self.found)}"
        self.found[name] = self._low.value(node)
        return name_at(name, node)
