"""Functions that give something volatile: a clock, a random choice, a listing, results as they end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ...finding import Cause
from ..building import order_taint
from ..calling import Calling
from ..clocks import coarse
from ..elements import NAMED, element_of
from ..frames import Frame
from ..holding import join, shape_of, taints_in, union
from ..listings import BY_NAME
from ..sources.source import Source
from ..taints import Taint
from ..texts import literal
from ..values import Choice, Const, Item, ListV, Opaque, Value


def gives(source: Source, args: Sequence[Value]) -> bool:
    """Whether a call is a source with these arguments: some only are when they are asked for the time."""
    return not source.asks or bool(args and (literal(args[0]) or "").lower() in source.asks)


def sourced(call: Calling, source: Source) -> Value:
    """A value of a known source."""
    name, args = call.name, call.args
    given = [each for each in args if not (isinstance(each, Const) and each.value is None)]
    if source.converts and len(given) >= source.converts:
        return Opaque(union(taints_in(each, 3) for each in args), label=name)
    if name.startswith(("random.", "numpy.random.", "torch.")) and _is_seeded(call.frame):
        return _the_same(name, args)
    taint = _taint_of(call, source)
    found = Opaque(frozenset({taint}), label=name)
    if name == "hash" and args and _is_plain(args[0]):
        return Opaque()
    if source.cause is Cause.SAMPLED and args:
        return _sampled(name, args[0], taint)
    if name.endswith("random.choice") and args:
        many = "size" in call.kwargs or len(args) > 1
        return (
            _sampled(name, args[0], replace(taint, cause=Cause.SAMPLED))
            if many
            else _one_of(args[0], taint)
        )
    if name == "time.strftime" and (pattern := literal(args[0]) if args else None):
        return coarse(found, pattern)
    if name == "subprocess.run" and not _is_git(args):
        return Opaque(label="subprocess")
    return found


def _taint_of(call: Calling, source: Source) -> Taint:
    taint = call.taint(source.cause, call.shown, source.rank)
    return replace(taint, unit=1e-9) if call.name.endswith("_ns") else taint


def _is_plain(value: Value) -> bool:
    """Whether a constant's hash is the same in every process: that of a text is salted."""
    return isinstance(value, Const) and not isinstance(value.value, str)


def _the_same(name: str, args: Sequence[Value]) -> Value:
    """What a generator with a seed takes: something of what it is given, or a number."""
    if not args:
        return Opaque()
    return element_of(args[0]) if name.endswith("choice") else args[0]


def _one_of(pool: Value, taint: Taint) -> Value:
    held = element_of(pool)
    options = [held] if isinstance(held, Choice) else [held, Const("")]
    return join(options, frozenset({taint}))


def _is_git(args: Sequence[Value]) -> bool:
    """Whether a command line asks for the state of the machine or the checkout."""
    words = _words(args[0]) if args else ""
    return bool(re.search(r"\b(git|uname|hostname|pwd|whoami|date|df|uptime|ls|env)\b", words))


def _words(value: Value) -> str:
    if isinstance(value, ListV):
        return " ".join(_words(i.value) for i in value.items)
    return literal(value) or ""


def _is_seeded(frame: Frame) -> bool:
    return bool(re.search(r"(random\.seed|manual_seed|seed_all)\(\s*\w", frame.module.text))


def _sampled(name: str, pool: Value, taint: Taint) -> Value:
    if name.endswith("shuffle"):
        if isinstance(pool, ListV | Opaque):
            pool.shape |= {taint}
        return Const(None)
    made = ListV("list", shape=shape_of(pool) | {taint})
    made.add(element_of(pool), many=True)
    return made


def listing(call: Calling, what: str) -> Value:
    """A listing of files, modules or plug-ins, in no fixed order."""
    taint = order_taint(call.run, call.frame, call.node, f"{what} gives")
    taint = replace(taint, what=f"the listing {call.shown}")
    kind = NAMED if call.name in BY_NAME and call.kwargs else "list"
    made = ListV(kind, shape=frozenset({taint}), loops=call.loops)
    made.add(Opaque(label="entry"), many=True)
    if "walk" in what:
        made = ListV("list", shape=frozenset({taint}))
        inner = ListV("list", shape=frozenset({taint}))
        inner.add(Opaque(label="entry"), many=True)
        made.add(
            ListV("tuple", [Item(Opaque(label="folder")), Item(inner), Item(inner)]), many=True
        )
    return made


def as_completed(call: Calling) -> Value:
    """Results in the order in which calls end."""
    taint = order_taint(
        call.run,
        call.frame,
        call.node,
        f"{call.shown}, in the order of completion",
        Cause.COMPLETION,
    )
    made = ListV("list", shape=frozenset({taint}), loops=call.loops)
    made.add(element_of(call.args[0]) if call.args else Opaque(), many=True)
    if call.name.endswith(".wait"):
        return ListV("tuple", [Item(made), Item(ListV("set"))])
    return made
