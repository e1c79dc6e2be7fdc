"""Turns: a function that sends is followed as one turn, and again as the next one, which reads what was left."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from .calls import root
from .frames import Frame
from .instances import outlasting
from .left import judge_left
from .machine import OutOfSteps, Run, Turn
from .moving import take_over
from .mutations import GROWING
from .values import FnV, ListV, ModuleInfo, StateV
from .walking import nodes_of

MOST_SETTERS = 200
"""Functions that only set what turns read that are looked at."""


def follow_turn(run: Run, fn: FnV) -> None:
    """Follow a function; once more where it sends and leaves something that its next turn reads.

    Raises OutOfSteps, RecursionError.
    """
    sent, known = len(run.requests), len(run.moved)
    for _ in range(2):
        _follow(run, fn)
        sends = len(run.requests) > sent
        if not sends and _registers(fn.node):
            break
        if not take_over(run, known, sends) or not sends:
            break
    if len(run.requests) > sent:
        run.turns.append(Turn(fn, frozenset(run.read), len(run.moved)))
    follow_inner(run)


def _follow(run: Run, fn: FnV) -> None:
    run.forget()
    if isinstance(fn.bound, StateV):
        fn.bound = StateV(ListV("list"))  # each run of a program begins with nothing said
    with run.afresh(function=id(fn.node)):
        judge_left(run, root(run, fn))


def follow_inner(run: Run) -> None:
    """Follow the functions inside one that was followed which nothing called there: others call them later."""
    for fn, around in _uncalled(run):
        if not _is_handed_on(fn, around):
            around.env = {name: outlasting(value) for name, value in around.env.items()}
        _attempt_turn(run, fn)


def _uncalled(run: Run) -> list[tuple[FnV, Frame]]:
    may_send = run.reach.may_send if run.reach is not None else bool
    found = {id(fn.node): (fn, around) for fn, around in run.inner if may_send(fn.node)}
    fresh = [node for node in found if not run.counts[node] and node not in run.entered]
    run.entered.update(fresh)
    return [found[node] for node in fresh]


def _is_handed_on(fn: FnV, around: Frame) -> bool:
    """Whether a function is an argument of a call, which may call it at once; decorated or given back, it lasts."""
    calls = (n for s in around.statements for n in nodes_of(s) if isinstance(n, ast.Call))
    given = (a for call in calls for a in (*call.args, *(k.value for k in call.keywords)))
    return not fn.marks and any(isinstance(a, ast.Name) and a.id == fn.name for a in given)


def follow_again(run: Run, setters: Iterable[FnV]) -> None:
    """Follow the turns once more that read what other functions leave, those that send nothing among them."""
    for fn in list(setters)[:MOST_SETTERS]:
        _attempt(run, fn)
        if not _registers(fn.node):
            take_over(run, len(run.moved), sends=False)
    order = list(run.moved)
    for turn in run.turns:
        if turn.read & set(order[turn.known :]):
            _attempt(run, turn.fn)


def _registers(function: ast.AST) -> bool:
    """Whether a function gives back what it is given, as decorators do that put it into a table at import."""
    spec = getattr(function, "args", None)
    given = {each.arg for each in spec.args} if isinstance(spec, ast.arguments) else set[str]()
    return any(
        isinstance(node, ast.Return) and isinstance(node.value, ast.Name) and node.value.id in given
        for node in nodes_of(function)
    )


def _attempt_turn(run: Run, fn: FnV) -> None:
    try:
        follow_turn(run, fn)
    except (OutOfSteps, RecursionError):
        run.cut.setdefault(id(fn.node), fn)


def _attempt(run: Run, fn: FnV) -> None:
    """Follow a function as far as it can be: what was cut is told already, or sends nothing."""
    try:
        _follow(run, fn)
    except (OutOfSteps, RecursionError):
        return


def read_by_turns(run: Run) -> Cells:
    """What turns read, and the names alone."""
    cells = {cell for turn in run.turns for cell in turn.read}
    return Cells(cells, {name for _, name in cells})


@dataclass(frozen=True, slots=True)
class Cells:
    """Attributes, globals and items by their owner's number and their name, and the names alone."""

    known: set[tuple[int, str]]
    names: set[str]


def sets_one_of(cells: Cells, module: ModuleInfo, function: ast.AST) -> bool:
    """Whether a function sets one of some globals and attributes, as far as their names say."""
    for node in nodes_of(function):
        for target in _targets(node):
            match target:
                case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
                    if (id(module), name) in cells.known:
                        return True
                case ast.Attribute(attr=name) if name in cells.names:
                    return True
                case _:
                    pass
    return False


def _targets(node: ast.AST) -> list[ast.expr]:
    """What a statement or call sets, or puts something into."""
    match node:
        case ast.Assign(targets=targets):
            inner = (t.elts if isinstance(t, ast.Tuple | ast.List) else [t] for t in targets)
            return [each for elements in inner for each in elements]
        case ast.AugAssign(target=target):
            return [target]
        case ast.Call(func=ast.Attribute(value=ast.Name() as value, attr=how)) if how in GROWING:
            return [value]
        case _:
            return []
