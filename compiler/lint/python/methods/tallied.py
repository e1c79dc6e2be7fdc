"""Counters in a store that are read: another number in each call, where the program counts there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...finding import Cause
from ...layout import TURN
from ..calling import Calling
from ..tallies import form_of
from ..values import Opaque, Value

_READS = frozenset({"get", "mget", "hget", "hmget", "hgetall", "zscore"})


def tally_read(call: Calling) -> Value | None:
    """What a store holds under a key, or in fields of it, under which the program counts."""
    counted = call.run.project.tallied
    if not counted or call.name not in _READS or not call.node.args:
        return None
    key, *rest = call.node.args
    keys = [form_of(k) for k in (key.elts if isinstance(key, ast.List | ast.Tuple) else [key])]
    names = {f for each in rest for f in _fields(each)}
    fields = {field for each in keys for field in counted.get(each, ())}
    if not fields or (names and "" not in fields and not names & fields):
        return None
    what = f"{call.shown}, which the program counts,"
    return Opaque(frozenset({call.taint(Cause.STATE, what, TURN)}), label=f"{call.name}()")


def _fields(node: ast.expr) -> Iterator[str]:
    for each in node.elts if isinstance(node, ast.List | ast.Tuple) else [node]:
        yield form_of(each)
