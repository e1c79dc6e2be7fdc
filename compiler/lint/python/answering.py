"""Servers that are asked whether they are there: what is taken of those alone that answer is another set each time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ..finding import Cause
from ..layout import TURN
from .frames import Frame
from .machine import Run
from .places import place_of, shown
from .project import Project
from .taints import Taint, Taints
from .values import FnV
from .walking import FUNCTIONS, last_name, nodes_of, walk

ANSWERED = "answered"
"""The flag of such a set: it says nothing of a text, and something of tools."""

_ASKS = re.compile(r"(^|_)(ping|health|healthy|heartbeat|probe|list_tools|initialize)(_|$)")


def answered_at(
    run: Run, frame: Frame, tests: Iterable[ast.expr], loops: tuple[int, ...]
) -> Taints:
    """What tests vary with that ask a server: a function which says no where the asking fails.

    `loops`: those that were running when the list was made that the tests choose for.
    """
    return frozenset(
        Taint(
            Cause.TOOL_SET,
            TURN,
            place_of(frame.module, call),
            f"whether a server answers {shown(call)}",
            loops=loops,
            flag=ANSWERED,
        )
        for test in tests
        for call in _calls_in(test)
        if _asks(run, frame, call)
    )


def differs_now(run: Run, taint: Taint) -> bool:
    """Whether servers are asked again for each request that is sent here: in each round of the loops that run."""
    return (
        taint.flag == ANSWERED
        and taint.rank >= TURN
        and not set(run.loop_numbers()) - {*taint.loops}
    )


def _calls_in(test: ast.expr) -> Iterator[ast.Call]:
    return (n for n in walk(test) if isinstance(n, ast.Call))


def _asks(run: Run, frame: Frame, call: ast.Call) -> bool:
    project = run.project
    if last_name(call.func) not in _asking(project, len(project.modules)):
        return False
    if not all(isinstance(n, ast.Name | ast.Attribute | ast.Load) for n in nodes_of(call.func)):
        return False  # what is called on the way there isn't called again
    callee = run.evaluate(run, frame, call.func)
    return isinstance(callee, FnV) and _is_asking(callee.node)


@lru_cache(maxsize=1)
def _asking(project: Project, _size: int) -> frozenset[str]:
    """The names of the functions of a project that ask a server; no other call of a test is looked at."""
    trees = [m.tree for m in project.modules.values() if _MENTIONS.search(m.text)]
    functions = (n for tree in trees for n in nodes_of(tree) if isinstance(n, FUNCTIONS))
    return frozenset(f.name for f in functions if _is_asking(f))


_MENTIONS = re.compile(r"ping|health|heartbeat|probe|list_tools|initialize")


def _is_asking(function: ast.AST) -> bool:
    return any(isinstance(n, ast.Try) and _says_no(n) for n in nodes_of(function))


def _says_no(node: ast.Try) -> bool:
    """Whether a server is asked in a `try`, and a handler of it gives back False or nothing."""
    calls = (n for each in node.body for n in walk(each) if isinstance(n, ast.Call))
    is_asked = any(_ASKS.search(last_name(call.func)) for call in calls)
    ends = (n for h in node.handlers for each in h.body for n in walk(each))
    return is_asked and any(
        isinstance(n, ast.Return) and isinstance(n.value, ast.Constant) and not n.value.value
        for n in ends
    )
