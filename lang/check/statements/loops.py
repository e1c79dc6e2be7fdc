"""`for` and `while`: what a loop binds, and what it carries from one iteration to the next."""

from __future__ import annotations

from collections.abc import Collection

from ....ir.types import IMAGE, INT, NONE, ListType, OptionalType, UnionType, holds_prompt
from ...syntax import nodes as s
from ..binding import bind_targets, check_targets
from ..expressions.containers import item_type
from ..narrowing import narrow
from ..scope import Lost, Scope, Variable
from ..types import joined, widened
from .body import Body

_LOOP = "a loop"


def check_for(body: Body, node: s.For) -> None:
    """Check a `for`."""
    item = item_type(body.asked, node.items)
    if holds_prompt(item):
        body.reporter.report("SGL0305", node.items.span, "a loop over prompts",
                             help="loop over indices: `for i in range(...)`")  # fmt: skip
    _check_order(body, node)
    with body.names.inner("loop") as scope, body.around.inside(_LOOP, node.head):
        _widen_carried(body, node)
        check_targets(body.names, node.targets)
        bind_targets(body.names, node.targets, item)
        if node.key is not None:
            with body.around.purely("the key of `by`"):
                _check_key(body, node.key)
        body.block(node.body)
    _after_loop(body, node, scope, {target.text for target in node.targets})


def _check_order(body: Body, node: s.For) -> None:
    """`unordered` and `by` stand together."""
    if node.unordered and node.key is None:
        body.reporter.report("SGL0316", node.head, "`unordered` without `by`",
                             help="say what orders the items: `for d in unordered documents by d.id:`")  # fmt: skip
    if node.key is not None and not node.unordered:
        body.reporter.report("SGL0316", node.key.span, "`by` without `unordered`",
                             help="say that the order is free: `for d in unordered documents by d.id:`")  # fmt: skip


def _check_key(body: Body, key: s.Expr) -> None:
    kind = body.asked.value(key)
    if isinstance(widened(kind), ListType) or kind == NONE or kind == IMAGE:
        body.reporter.report("SGL0201", key.span, f"`by` takes a text or a number, not `{kind}`",
                             help="name a field that orders the items: `by d.id`")  # fmt: skip


def check_while(body: Body, node: s.While) -> None:
    """Check a `while`."""
    if node.limit is None:
        body.reporter.report("SGL0315", node.head, "a `while` without `max`",
                             help="bound it: `while not done max 8:`")  # fmt: skip
    else:
        body.asked.expect(node.limit, INT, "`max` takes an `int`")
    with body.names.inner("loop") as scope, body.around.inside(_LOOP, node.head):
        _widen_carried(body, node)
        with body.around.purely("a condition of `while`"):
            body.asked.condition(node.condition)
        narrow(scope, node.condition, True)
        body.block(node.body)
    _after_loop(body, node, scope, ())


def check_jump(body: Body, node: s.Break | s.Continue) -> bool:
    """Check a `break` or `continue`: it stands in a loop, and in no other block inside it.

    Whether nothing behind it runs: without a loop it leaves nothing.
    """
    word = "break" if isinstance(node, s.Break) else "continue"
    place, span = body.around.innermost or ("", node.span)
    if place == _LOOP:
        body.names.scope.jump()
    elif body.names.scope.is_in_loop:
        body.reporter.report(
            "SGL0322", node.span, f"`{word}` inside {place}",
            help=f"close the block first: bind what decides to a name, and `{word}` after it",
            also=(span, "opened here"),
        )  # fmt: skip
    else:
        body.reporter.report("SGL0322", node.span, f"`{word}` outside of a loop",
                             help="it stands in a `for` or a `while`; `return` ends a program")  # fmt: skip
        return False
    return True


# --- what is carried ------------------------------------------------------------------------------


def _widen_carried(body: Body, node: s.For | s.While) -> None:
    """Forget of the names that a loop assigns what may not hold in the next iteration.

    A condition said that a value is there; a text is one of some literals.
    """
    scope = body.names.scope
    for name in body.effects.body(node.body).assigned:
        bound = scope.lookup_declared(name)
        if bound is None:
            continue
        if isinstance(bound.type, OptionalType):
            scope.narrowed[name] = bound
        elif isinstance(bound.type, UnionType) and not bound.fixed:
            if not _assigns_literals_of(node.body, name, bound.type):
                kind = widened(bound.type)
                scope.bind(Variable(name, kind, bound.span, False, bound.turn, bound.is_param))


def _assigns_literals_of(block: s.Body, name: str, union: UnionType) -> bool:
    """Whether everything that a block binds to a name is one of the literals that it may have."""
    values = [
        node.value
        for node in s.walk(block)
        if isinstance(node, s.Assign) and node.target.text == name
    ]
    literals = [value.value for value in values if isinstance(value, s.Literal)]
    return len(literals) == len(values) and set(literals) <= set(union.literals)


def _after_loop(
    body: Body, node: s.For | s.While, inner: Scope, loop_names: Collection[str]
) -> None:
    """Carry what was bound before the loop; what was bound first in it ends."""
    scope = body.names.scope
    carried = body.facts.carried.setdefault(node, {})
    for variable in (*inner.jumped, *inner.variables.values()):
        name = variable.name
        before = scope.lookup_declared(name)
        if before is not None and name not in loop_names:
            kind = joined(before.type, variable.type) or before.type
            carried[name] = kind
            fixed, turn, is_param = before.fixed, before.turn, before.is_param
            scope.bind(Variable(name, kind, before.span, fixed, turn, is_param))
        elif before is None:
            scope.lost[name] = Lost(variable.span, "loop", "")
