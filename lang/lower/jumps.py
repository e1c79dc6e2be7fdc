"""`break` and `continue` without jumps: two names of a loop say where control has gone.

`broken` is carried by the loop, and once it holds, no iteration does anything. `skipped` is there in
an iteration where several arms of an `if` go on behind a jump: what follows the `if` runs unless it holds.
"""

from __future__ import annotations

from ...ir.ops import Const, Json, Operand
from ...ir.types import (
    BOOL,
    FLOAT,
    INT,
    PROMPT,
    STR,
    ListType,
    OptionalType,
    RecordType,
    ScalarType,
    Type,
    UnionType,
)
from ..syntax import nodes as s
from .frame import Frame
from .writer import Writer

TRUE, FALSE = Const(True, BOOL), Const(False, BOOL)


def broken_in(depth: int) -> str:
    """The name that says that a loop has been left; `depth` counts the loops and forks around its body."""
    return f"broken.{depth}"


def skipped_in(frame: Frame) -> str:
    """The name that says that the rest of an iteration is skipped."""
    return f"skipped.{len(frame.indices)}"


def jump(w: Writer, node: s.Break | s.Continue) -> None:
    """End the path that is being written."""
    w.frame.jumped = True
    if isinstance(node, s.Break):
        w.frame.names[broken_in(len(w.frame.indices))] = TRUE
    skipped = skipped_in(w.frame)
    if w.frame.lookup(skipped) is not None:
        w.frame.names[skipped] = TRUE


def goes_on(body: s.Body) -> bool:
    """Whether some path through statements comes to their end."""
    return not any(_jumps(node) for node in body)


def _jumps(node: s.Stmt) -> bool:
    """Whether every path through a statement ends in `break` or `continue`."""
    if isinstance(node, s.If) and node.orelse is not None:
        return not any(goes_on(body) for body in (*(b for _, b in node.clauses), node.orelse))
    return isinstance(node, s.Break | s.Continue)


def stand_in(jumped: Frame, other: Frame) -> None:
    """Bind in a branch that jumped what the other one binds: both then bind what follows may read.

    Nothing reads the stand-ins: where the branch jumped, what follows is skipped.
    """
    if not jumped.jumped or jumped.lookup(skipped_in(jumped)) is None:
        return
    for name, value in other.names.items():
        if jumped.lookup(name) is None:
            jumped.names[name] = _any_of(value.type, jumped)


def _any_of(kind: Type, frame: Frame) -> Operand:
    if kind == PROMPT and frame.prompt is not None:
        return frame.prompt
    return Const(_some(kind), kind)


def _some(kind: Type) -> Json:
    """Some value of a type."""
    match kind:
        case ListType():
            return []
        case RecordType(fields):
            return {name: _some(inner) for name, inner in fields}
        case UnionType(literals):
            return literals[0]
        case ScalarType():
            return {STR: "", INT: 0, FLOAT: 0.0, BOOL: False}.get(kind)
        case OptionalType():
            return None
