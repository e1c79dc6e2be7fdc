"""Functions of which nothing is known: they give what they are given, and may put any of it into any other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ...finding import Cause
from ...layout import REQUEST
from ..calling import Calling
from ..contents import ambient_in, contents_among, made_here, put_into
from ..holding import is_fixed, shape_of, taints_in, union
from ..taints import NONE, Taint, Taints
from ..values import DictV, FnV, Opaque, PartialV, Value

LOOKUPS = re.compile(
    r"(^|[._])(?!get_(\w+_)?(string|text|html|md|markdown|json|str|xml|prompt)$)"
    r"(get|load|fetch|find|lookup|read|query|select|save|store|put|log|open|connect|send|post|delete|debug|info"
    r"|warning|error|exception|print|record|track|emit|trace|span|sleep|wait|run|exists|isfile|isdir|makedirs|register)"
    r"(_\w+)?$"
)
"""Names of what looks something up, or puts it away: it gives nothing of what it is given."""


@lru_cache(maxsize=1 << 12)
def looks_up(name: str) -> bool:
    """Whether a name is that of something which gives nothing of what it is given."""
    return bool(LOOKUPS.search(name))


_SHIPPED = frozenset({"importlib.resources.files", "pkgutil.get_data", "importlib_resources.files"})
"""What gives files that come with the program."""


def passed_through(call: Calling) -> Value:
    """What an unknown function gives: a thing that it is given, with the rest put into it, or a new one."""
    held = call.given
    label = f"{call.name.rpartition('.')[2]}()"
    thing = contents_among(held)
    if thing is not None:
        put_into(call.run, call.frame, thing, held, call.here)
        same = (a for a in held if isinstance(a, Opaque) and a.contents is thing)
        return Opaque(union(a.taints for a in same), label=label, contents=thing)
    called = called_back(call)
    if looks_up(call.name):
        return Opaque(called | found_by(call, held), label=label)
    kept = any(isinstance(a, Opaque) for a in held) and all(map(is_fixed, held))
    order = _order_of_tables(held)
    return Opaque(
        (_through(held) - order) | called,
        order,
        label,
        is_fixed=kept or call.name in _SHIPPED,
        contents=made_here(call.run),
    )


def _order_of_tables(held: Sequence[Value]) -> Taints:
    """The order of the tables that are given: what is made of one may be asked by key, as the table is."""
    tables = (v for v in held if isinstance(v, DictV) or (isinstance(v, Opaque) and v.shape))
    return frozenset(t for v in tables for t in shape_of(v) if t.cause is Cause.UNORDERED)


def found_by(call: Calling, held: Sequence[Value]) -> Taints:
    """What is looked up by what a person asks is another thing for each question."""
    asked = frozenset(t for each in held for t in taints_in(each, 4) if t.flag == "asked")
    if not asked:
        return NONE
    place = call.origin("lookup")
    path = tuple(t.place for t in asked)[:1]
    return frozenset({Taint(Cause.RETRIEVED, REQUEST, place, call.shown, path, loops=call.loops)})


def _through(held: Sequence[Value]) -> Taints:
    return frozenset(
        t
        for t in union(taints_in(a, 3) for a in held)
        if t.cause not in (Cause.WINDOW, Cause.REWRITTEN)
    )


def _keeps_functions(name: str) -> bool:
    """Whether a name is that of a class, or of another way to make one of its objects: it calls nothing at once."""
    last = name.rpartition(".")[2]
    return last.lstrip("_")[:1].isupper() or last.startswith("from_")


def called_back(call: Calling) -> Taints:
    """What a function of the project gives where it is given to another one, with the arguments behind it."""
    if _keeps_functions(call.name):
        return NONE
    for number, each in enumerate(call.args):
        if not isinstance(each, FnV | PartialV):
            continue
        rest, named = (list(call.args[1:]), dict(call.kwargs)) if number == 0 else ([], {})
        given = call.applied(each, rest, named)
        return ambient_in([given])
    return NONE
