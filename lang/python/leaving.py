"""How loops are left: the flags of `break`, `continue` and `return`, and the `else` of what was not left.

Called by `loops` and `unrolling`.
"""

from __future__ import annotations

import ast

from ...ir.ops import Const, Operand, Value
from .context import FALSE, Lowering
from .jumps import returns
from .merging import join_branches
from .scope import BROKEN, RETURNED, SKIP


def own_flags(low: Lowering, breaks: bool) -> Operand | None:
    """Flags of jumps for a loop of its own; what says that the loop around it has been left."""
    outer = low.scope.names.pop(BROKEN, None)
    low.scope.names.pop(SKIP, None)
    if breaks:
        low.scope.names[BROKEN] = FALSE
    return outer if isinstance(outer, Value | Const) else None


def one_round(low: Lowering, node: ast.For | ast.While) -> None:
    """The body once; what jumped to its end is forgotten there."""
    low.block(node.body)
    low.scope.names.pop(SKIP, None)


def otherwise(low: Lowering, node: ast.For | ast.While, outer: Operand | None) -> None:
    """The `else` of a loop, what is done unless it was left; a `return` in it leaves the loop around it, too."""
    broken = low.scope.names.pop(BROKEN, FALSE)
    returned = low.scope.names.get(RETURNED, FALSE)
    if returns(node):
        low.scope.names[SKIP] = returned
    if outer is not None:
        low.scope.names[BROKEN] = returned if returns(node) else outer
    if not node.orelse:
        return
    if not isinstance(broken, Value):
        if broken == FALSE:
            low.block(node.orelse)
        return
    sides = [low.region(low.scope.copy(), lambda: None),
             low.region(low.scope.copy(), lambda: low.block(node.orelse))]  # fmt: skip
    join_branches(low, broken, [side[0] for side in sides], [side[1] for side in sides], node)
