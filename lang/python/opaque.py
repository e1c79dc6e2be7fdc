"""Expressions and statements that Python runs: what they read of states is handed to them."""

from __future__ import annotations

import ast
import builtins
import json
import textwrap
from typing import Any, TypeVar

from ...ir.ops import Operand, Value
from ...ir.types import ANY, STR, Type
from .closures import check_closures
from .constants import name_at, static
from .context import Lowering
from .copying import copied
from .hosting import host_expression, host_statement
from .jumps import inside
from .marks import may_make_marks
from .names import names_read, names_written
from .scope import HANDLES, ArmsRef, ForksRef, Lost
from .source import CannotLower
from .states import READS, state_of

_NodeT = TypeVar("_NodeT", bound=ast.AST)
_SEES_THE_FRAME = frozenset({"eval", "exec", "locals", "vars", "dir", "globals", "super"})
"""Builtins that ask the function that calls them about its own names."""
_TEXT_MAKERS = (json.dumps, repr, textwrap.dedent, textwrap.indent)
"""Functions that give a text and nothing else."""
_LEAVES = (ast.Await, ast.Yield, ast.YieldFrom, ast.Return, ast.AsyncFor, ast.AsyncWith)


def opaque(low: Lowering, node: ast.expr, kind: Type = ANY) -> Value:
    """An expression that Python evaluates; what it reads of states is handed to it."""
    made, given = _as_piece(low, node)
    found = host_expression(low, made, given, _known(low, node) if kind == ANY else kind)
    if may_make_marks(low, node):
        low.makes_marks = True
        low.suspects.add(found)
    return found


def _known(low: Lowering, node: ast.expr) -> Type:
    """The type of what Python's own functions give."""
    found = static(low, node.func) if isinstance(node, ast.Call) else None
    return STR if found is not None and found[0] in _TEXT_MAKERS else ANY


def opaque_statement(low: Lowering, node: ast.stmt) -> None:
    """A statement that Python runs: reads and writes are handed over."""
    made, given = _as_piece(low, node)
    host_statement(low, made, given)
    if may_make_marks(low, node):
        low.makes_marks = True
        written = [low.scope.names.get(name) for name in names_written([made])]
        low.suspects.update(each for each in written if isinstance(each, Value))


def _as_piece(low: Lowering, node: _NodeT) -> tuple[_NodeT, dict[str, Operand]]:
    """What Python runs in place of a node, and the values of what stands for reads of states in it."""
    _check_frame(low, node)
    check_closures(low, node)
    reads = StateReads(low)
    made = reads.visit(copied(node))
    check_no_state(low, made)
    return made, reads.found


def reads_state(low: Lowering, node: ast.AST) -> bool:
    """Whether an expression reads a variable of a state, or of arms, and does no more with it."""
    match node:
        case ast.Subscript(value=owner, ctx=ast.Load()):  # `s["x"]`, `forks[i]["x"]`
            return state_of(low, owner) is not None
        case ast.Compare(comparators=[ast.Name() as where]):  # `"x" in s`
            return state_of(low, where) is not None
        case ast.Call(func=ast.Name(id="len") as name, args=[ast.Name(id=forks)]):
            return _are_arms(low, forks) and static(low, name) == (len,)
        case ast.Call(func=ast.Attribute(value=owner, attr=attr)):  # `s.get_var("x")`
            return attr in READS and state_of(low, owner) is not None
        case ast.ListComp(generators=[ast.comprehension(iter=ast.Name(id=over), ifs=[])]):
            return _are_arms(low, over)  # `[f["x"] for f in forks]`
        case _:
            return False


def _are_arms(low: Lowering, name: str) -> bool:
    return isinstance(low.scope.names.get(name), ForksRef | ArmsRef)


def check_no_state(low: Lowering, node: ast.AST) -> None:
    """Refuse what does more with a state than read its variables."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and state_of(low, inner.value) is not None:
            call = next((c for c in ast.walk(node) if getattr(c, "func", None) is inner), inner)
            headline = f"`{inner.attr}` of a state in the middle of a program"
            raise low.refuse("SGL0506", call, headline, "after the run the returned state has it")
    for inner in ast.walk(node):
        if not isinstance(inner, ast.Name):
            continue
        meaning = low.scope.names.get(inner.id)
        if isinstance(meaning, Lost):
            raise lost(low, inner)
        if isinstance(meaning, HANDLES):
            help = "a helper whose source is at hand, and that takes the state as an argument, is inlined"
            headline = f"`{inner.id}` is used in a way that can't be lowered"
            raise low.refuse("SGL0503", inner, headline, help)
    known = {*low.scope.names, *names_written([node])}
    unbound = (low.frame.local_names() - known) & names_read([node])
    for inner in (node, *inside(node)):
        if isinstance(inner, ast.Name) and inner.id in unbound:
            raise low.refuse("SGL0505", inner, f"no path has bound `{inner.id}` here")


def lost(low: Lowering, node: ast.Name) -> CannotLower:
    """The reason why a name that is a prompt on some paths only can't be used."""
    headline = f"`{node.id}` is not the same prompt on all paths that lead here"
    return low.refuse("SGL0505", node, headline, "bind it before the branch or the loop")


def _check_frame(low: Lowering, node: ast.AST) -> None:
    """Refuse what means something else in a function of its own."""
    own = () if isinstance(node, ast.FunctionDef | ast.ClassDef) else inside(node)
    for inner in (node, *own):
        if isinstance(inner, _LEAVES):
            raise low.refuse("SGL0502", inner, "a statement that can't be lowered")
        if isinstance(inner, ast.Name) and inner.id in _SEES_THE_FRAME:
            found = None if inner.id in low.scope.names else low.frame.source.outer(inner.id)
            if found is not None and found[0] is getattr(builtins, inner.id):
                help = "a function of its own, outside the program, can be lowered"
                raise low.refuse(
                    "SGL0502", inner, f"`{inner.id}` sees the names of a program", help
                )
        name = getattr(inner, "attr", getattr(inner, "id", ""))
        if isinstance(name, str) and name.startswith("__") and not name.endswith("__"):
            raise low.refuse("SGL0502", inner, f"`{name}` is a private name of a class")


class StateReads(ast.NodeTransformer):
    """Replaces what reads a variable of a state by a name, and remembers the value of each."""

    def __init__(self, low: Lowering) -> None:
        self._low = low
        self.found: dict[str, Operand] = {}

    def visit(self, node: ast.AST) -> Any:
        """A name in place of a read, and everything else as it is."""
        if not isinstance(node, ast.expr) or not reads_state(self._low, node):
            return self.generic_visit(node)
        name = f"__sglc_read{len(self.found)}"
        self.found[name] = self._low.value(node)
        return name_at(name, node)
