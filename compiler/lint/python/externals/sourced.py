"""Functions that give something volatile: a clock, a random choice, a listing, results as they end."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...finding import Cause
from ..building import order_taint
from ..clocks import coarse
from ..elements import element_of
from ..holding import join, shape_of, taints_in
from ..machine import Frame, Run, place_of, shown
from ..texts import literal
from ..values import Choice, Const, Item, ListV, Opaque, Taint, Value


def sourced(
    run: Run,
    frame: Frame,
    name: str,
    cause: Cause,
    rank: int,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    """A value of a known source."""
    if name.startswith(("random.", "numpy.random.")) and _is_seeded(frame):
        return (
            element_of(args[0])
            if args and name.endswith("choice")
            else args[0]
            if args
            else Opaque()
        )
    symbol = f"{frame.name}:{name}"
    taint = Taint(
        cause, rank, place_of(frame.module, node, symbol), shown(node), loops=run.loop_numbers()
    )
    found = Opaque(frozenset({taint}), label=name)
    if (
        name == "hash"
        and args
        and isinstance(args[0], Const)
        and not isinstance(args[0].value, str)
    ):
        return Opaque()
    if cause is Cause.SAMPLED and args:
        return _sampled(name, args[0], taint)
    if name.endswith("random.choice") and args and ("size" in kwargs or len(args) > 1):
        return _sampled(name, args[0], replace(taint, cause=Cause.SAMPLED))
    if name == "random.choice" and args:
        held = element_of(args[0])
        return join(
            [held, Const("")] if not isinstance(held, Choice) else [held], frozenset({taint})
        )
    if name == "time.strftime" and args and (pattern := literal(args[0])):
        return coarse(found, pattern)
    if name == "subprocess.run" and not _is_git(args):
        return Opaque(label="subprocess")
    if name.startswith("humanize") or name.startswith("timeago"):
        return found
    if name in ("time.localtime", "time.gmtime", "time.ctime") and args:
        return Opaque(taints_in(args[0]))
    return found


def _is_git(args: Sequence[Value]) -> bool:
    """Whether a command line asks for the state of the machine or the checkout."""
    words = _words(args[0]) if args else ""
    return bool(re.search(r"\b(git|uname|hostname|pwd|whoami|date|df|uptime|ls|env)\b", words))


def _words(value: Value) -> str:
    if isinstance(value, ListV):
        return " ".join(_words(i.value) for i in value.items)
    return literal(value) or ""


def _is_seeded(frame: Frame) -> bool:
    return bool(re.search(r"random\.seed\(\s*\w", frame.module.text))


def _sampled(name: str, pool: Value, taint: Taint) -> Value:
    if name.endswith("shuffle"):
        if isinstance(pool, ListV | Opaque):
            pool.shape |= {taint}
        return Const(None)
    made = ListV("list", shape=shape_of(pool) | {taint})
    made.add(element_of(pool), many=True)
    return made


def listing(run: Run, frame: Frame, what: str, args: Sequence[Value], node: ast.Call) -> Value:
    """A listing of files, modules or plug-ins, in no fixed order."""
    taint = order_taint(run, frame, node, f"{what} gives")
    taint = replace(taint, what=f"the listing {shown(node)}")
    made = ListV("list", shape=frozenset({taint}), loops=run.loop_numbers())
    made.add(Opaque(label="entry"), many=True)
    if "walk" in what:
        made = ListV("list", shape=frozenset({taint}))
        inner = ListV("list", shape=frozenset({taint}))
        inner.add(Opaque(label="entry"), many=True)
        made.add(
            ListV("tuple", [Item(Opaque(label="folder")), Item(inner), Item(inner)]), many=True
        )
    return made


def as_completed(run: Run, frame: Frame, name: str, args: Sequence[Value], node: ast.Call) -> Value:
    """Results in the order in which calls end."""
    taint = order_taint(
        run, frame, node, f"{shown(node)}, in the order of completion", Cause.COMPLETION
    )
    made = ListV("list", shape=frozenset({taint}), loops=run.loop_numbers())
    made.add(element_of(args[0]) if args else Opaque(), many=True)
    if name.endswith(".wait"):
        return ListV("tuple", [Item(made), Item(ListV("set"))])
    return made
