"""`if` as regions: a branch yields the names that it binds and the prompt that it leaves."""

from __future__ import annotations

from collections.abc import Sequence

from ...ir.ops import If, Operand, Value
from ...ir.span import Span
from ...ir.types import ANY
from ..check.types import joined
from ..syntax import nodes as s
from .frame import Frame, hint_of
from .jumps import FALSE, goes_on, skipped_in, stand_in
from .writer import NOTHING, Writer, seal


def branch(w: Writer, node: s.If, rest: Sequence[s.Stmt] = (), at: int = 0) -> None:
    """Write an `if` none of whose arms returns, from the clause `at` on.

    `rest` is what follows the `if`, where one arm alone goes on: it is written behind that arm.
    """
    condition, body = node.clauses[at]
    cond = w.value(condition)
    with w.region(node.head) as first:
        w.statements(_followed(body, rest))
    with w.region(node.head) as second:
        if at + 1 < len(node.clauses):
            branch(w, node, rest, at + 1)
        else:
            w.statements(_followed(node.orelse or (), rest))
    merge(w, cond, first, second, node.head)


def _followed(body: s.Body, rest: Sequence[s.Stmt]) -> Sequence[s.Stmt]:
    return [*body, *rest] if goes_on(body) else body


def merge(w: Writer, cond: Operand, first: Frame, second: Frame, span: Span) -> None:
    """Bind what both branches know after them, and the prompt of the one that ran."""
    stand_in(first, second)
    stand_in(second, first)
    w.frame.jumped = first.jumped and second.jumped
    pairs: list[tuple[str, Operand, Operand]] = []
    for name in dict.fromkeys((*first.names, *second.names)):
        one, other = first.lookup(name), second.lookup(name)
        if one is not None and other is not None:
            pairs.append((name, one, other))
    if first.prompt is not second.prompt and first.prompt and second.prompt:
        pairs.append(("", first.prompt, second.prompt))
    kinds = [joined(one.type, other.type) or ANY for _, one, other in pairs]
    found = tuple(
        Value(kind, hint_of(name)) for kind, (name, _, _) in zip(kinds, pairs, strict=True)
    )
    yes = seal(first, (), [one for _, one, _ in pairs])
    no = seal(second, (), [other for _, _, other in pairs])
    w.emit(If(found, cond, yes, no, span=span))
    for value, (name, _, _) in zip(found, pairs, strict=True):
        w.bind(name, value)


def jumping_branch(w: Writer, node: s.If, rest: Sequence[s.Stmt]) -> None:
    """An `if` in which a loop is left: what follows it belongs to the paths that go on."""
    bodies = [*(body for _, body in node.clauses), node.orelse or ()]
    if sum(goes_on(body) for body in bodies) <= 1:
        branch(w, node, rest)
        return
    skipped = skipped_in(w.frame)
    if w.frame.lookup(skipped) is None:
        w.frame.names[skipped] = FALSE
    branch(w, node)
    unless(w, skipped, rest, node.head)


def unless(w: Writer, name: str, body: Sequence[s.Stmt], span: Span) -> None:
    """Write statements that run where a name does not hold."""
    cond = w.frame.lookup(name)
    assert cond is not None
    with w.region(span) as first:
        first.jumped = True
    with w.region(span) as second:
        w.statements(body)
    merge(w, cond, first, second, span)


def returning_branch(w: Writer, node: s.If, rest: Sequence[s.Stmt], at: int = 0) -> Operand:
    """An `if` whose first arms return: what follows it belongs to the path that goes on."""
    condition, body = node.clauses[at]
    cond = w.value(condition)
    with w.region(node.head) as first:
        one = w.statements(body) or NOTHING
        yes = seal(first, (), (one,))
    with w.region(node.head) as second:
        other = _remaining(w, node, at + 1, rest)
        no = seal(second, (), (other,))
    result = Value(joined(one.type, other.type) or ANY, "result")
    return w.emit(If((result,), cond, yes, no, span=node.head)).results[0]


def _remaining(w: Writer, node: s.If, at: int, rest: Sequence[s.Stmt]) -> Operand:
    """The value of a path on which the clauses before `at` did not hold."""
    if at == len(node.clauses):
        return w.statements([*(node.orelse or ()), *rest]) or NOTHING
    if w.effects.body(node.clauses[at][1]).returns:
        return returning_branch(w, node, rest, at)
    later = s.If(node.clauses[at:], node.orelse, node.head, span=node.span)
    return w.statements([later, *rest]) or NOTHING
