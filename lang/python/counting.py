"""How often a call of a loop was reached: what it is told apart by where that is not the number of the round.

In loops in loops, and behind a branch, direct mode can only count. A plan counts along: the count goes with the state,
as a variable of it that nobody sees. Called by `carrying`, before a loop, and by `appending`.
"""

from __future__ import annotations

import ast

from ...ir.ops import Arith, Const, Operand, Value
from ...ir.types import INT
from . import said
from .context import Lowering
from .guessing import states_in
from .numbering import asking_calls
from .scope import Variable

_BRANCHES = (ast.If, ast.IfExp, ast.BoolOp, ast.Match, ast.Try, ast.For, ast.While)
_ZERO = Const(0, INT)


def begin(low: Lowering, node: ast.For | ast.While) -> None:
    """Begin to count the calls in a loop, around which there is no other, that not every round makes once."""
    if low.frame.loops or low.frame.prefix:
        return
    every = set() if _skips(node) else {id(call) for call in _every_round(node)}
    counted = [low.place(call) for call in asking_calls(node) if id(call) not in every]
    for number in states_in(low, node):
        for site in counted:
            low.state(number).variables.setdefault(said.count_of(site), Variable(_ZERO))
            low.counted.setdefault(site, len(around_of(low, number)))


def indices(low: Lowering, state: int, site: str, node: ast.AST) -> tuple[Operand, ...]:
    """What tells a call apart from the others of its site: how often it was reached, or the rounds around it."""
    around, key = around_of(low, state), said.count_of(site)
    found = low.state(state).variables.get(key)
    if found is None or len(around) <= low.counted[site]:
        return around
    op = Arith(result=Value(INT, "reached"), op="add", args=(found.value, Const(1, INT)))
    low.state(state).variables[key] = Variable(low.emit_on(state, op, node).result)
    arms, loops = around[: low.counted[site]], around[low.counted[site] :]
    return (*arms, found.value, *(_ZERO for _ in loops[1:]))


def around_of(low: Lowering, state: int) -> tuple[Operand, ...]:
    """The indices of the loops around, and of the arms that led to a state in place of the rounds over them."""
    arms, found = list(low.state(state).arms), list[Operand]()
    own = {arm for _, _, arm in arms}
    for position, index in enumerate(low.blocks.indices):
        found += [Const(number, INT) for at, number, _ in arms if at == position]
        if not own & low.blocks.rounds.get(position, frozenset()):
            found.append(index)
    depth = len(low.blocks.indices)
    return (*found, *(Const(number, INT) for at, number, _ in arms if at >= depth))


def _skips(node: ast.AST) -> bool:
    """Whether a round may end before its end, and another one follow."""
    return any(isinstance(each, ast.Continue) for each in ast.walk(node))


def _every_round(node: ast.For | ast.While) -> list[ast.Call]:
    """The calls that each round makes, and makes once."""
    plain = [
        each for each in node.body if not any(isinstance(n, _BRANCHES) for n in ast.walk(each))
    ]
    return [call for each in plain for call in asking_calls(each)]
