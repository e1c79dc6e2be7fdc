"""Database queries as text: rows without `ORDER BY` come in any order, the newest n are a sliding window."""

from __future__ import annotations

import ast
import re

from ..finding import Cause, Place
from ..layout import REQUEST
from .calling import Calling
from .machine import Run
from .taints import Taint, Taints
from .texts import known_start
from .values import Choice, Const, ListV, Opaque, Value

_SELECT = re.compile(r"\bselect\b", re.I)
_ORDER = re.compile(r"\border\s+by\b", re.I)
_NEWEST = re.compile(r"\border\s+by\b[^;]*?\bdesc\b", re.I | re.S)
_LIMIT = re.compile(r"\b(?:limit|fetch\s+first|top)\s*\(?\s*([\d?:%@$]\w*|\{)", re.I)
_ONE = re.compile(r"\b(?:limit|top)\s*\(?\s*1\b", re.I)
_AGGREGATE = re.compile(r"\bselect\s+(count|sum|min|max|avg|exists|1)\s*[\(\s]", re.I)
_GROUP = re.compile(r"\bgroup\s+by\b", re.I)
FETCHES = frozenset(
    {
        "fetchall",
        "fetchmany",
        "all",
        "scalars",
        "mappings",
        "fetch",
        "unique",
        "partitions",
        "tuples",
        "rows",
    }
)
ROWS = frozenset(
    "filter exclude values_list iterator distinct annotate only select_related prefetch_related where join limit skip "
    "to_list filter_by options outerjoin join_from select_from execution_options offset group_by having".split()
)
"""Methods of a query that give another one."""

SINGLE = frozenset(
    {
        "fetchone",
        "first",
        "one",
        "scalar",
        "scalar_one",
        "one_or_none",
        "scalar_one_or_none",
        "fetchval",
        "fetchrow",
        "fetch_one",
        "fetch_val",
        "fetch_row",
        "query_one",
        "find_one",
        "get_one",
    }
)


def is_query(value: Value) -> bool:
    """Whether a value is the text of a query."""
    return bool(_SELECT.search(_text(value)))


def _text(value: Value) -> str:
    if isinstance(value, Choice):
        return next((t for t in map(_text, value.options) if t), "")
    return known_start(value)


def rows_of(run: Run, value: Value, place: Place) -> Value:
    """The rows that a query gives."""
    words = _text(value)
    origin = value.place if isinstance(value, Const) and value.place else place
    made = ListV("rows", shape=_shape(run, words, origin), loops=run.loop_numbers())
    made.add(Opaque(label="record"), many=True)
    return made


def _shape(run: Run, words: str, place: Place) -> Taints:
    loops = run.loop_numbers()
    if _AGGREGATE.search(words) and not _GROUP.search(words):
        return frozenset()
    if not _ORDER.search(words):
        if _ONE.search(words):
            return frozenset()
        return frozenset(
            {Taint(Cause.UNORDERED, REQUEST, place, "a query without `ORDER BY`", loops=loops)}
        )
    if _NEWEST.search(words) and _LIMIT.search(words) and not _ONE.search(words):
        return frozenset(
            {Taint(Cause.WINDOW, REQUEST, place, "a query for the newest rows", loops=loops)}
        )
    return frozenset()


_BUILT = re.compile(r"\bselect\(|\.query\(|\.objects\b|\.find\(|\bSelect\(")
_ORDERED = re.compile(r"\.order_by\(|\.sort\(|\.orderBy\(")
_DESCENDING = re.compile(r"\.desc\(\)|\bdesc\(|order_by\(\s*['\"]-|-1\b|DESCENDING")
_LIMITED = re.compile(r"\.limit\(\s*(?!1\s*\))|\[:\s*\w+\s*\]")
_KEYED = re.compile(
    r"\.(get|first|one|scalar|scalar_one|count|exists|get_or_none)\(|func\.(count|sum|max|min|avg)"
)


def built_rows(run: Run, words: str, place: Place) -> Value | None:
    """The rows of a query that is built by calls (`select(X).where(...)`); None where the text is none."""
    if not _BUILT.search(words) or _KEYED.search(words):
        return None
    loops = run.loop_numbers()
    taints: set[Taint] = set()
    if not _ORDERED.search(words):
        if ".find(" not in words and ".objects" not in words:
            taints.add(
                Taint(Cause.UNORDERED, REQUEST, place, "a query without `order_by`", loops=loops)
            )
    elif _DESCENDING.search(words) and _LIMITED.search(words):
        taints.add(Taint(Cause.WINDOW, REQUEST, place, "a query for the newest rows", loops=loops))
    made = ListV("rows", shape=frozenset(taints), loops=loops)
    made.add(Opaque(label="record"), many=True)
    return made


def selected(call: Calling) -> Value:
    """`select(Rule)`: a statement whose rows come in no fixed order until it is told one; one that counts has one."""
    counts = bool(_KEYED.search(ast.unparse(call.node)))
    place, loops = call.here, call.run.loop_numbers()
    taint = Taint(Cause.UNORDERED, REQUEST, place, "a query without `order_by`", loops=loops)
    made = ListV("rows", shape=frozenset() if counts else frozenset({taint}), loops=loops)
    made.add(Opaque(label="record"), many=True)
    return made


def single(value: Value) -> Value:
    """One row: no order is left."""
    return Opaque(label="record")
