"""The routing key: what decides which server, and so which cache, a request comes to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from ...finding import Cause, Evidence
from ...layout import Request
from ..clients import drawn_in
from ..holding import taints_in
from ..machine import Run
from ..requests import Given
from ..taints import Taint, Taints
from ..telling import evidence_of
from ..values import DictV, ModuleInfo
from ..walking import FUNCTIONS, nodes_of, walk
from .live import is_live

_ROUTING = re.compile(r"session|conversation|cache|affinity|thread")
"""Headers by which requests are sent to one server or another."""


def judge_routing(run: Run, given: Given, request: Request) -> None:
    """Note routing keys that are new for each call, and clients and accounts that are drawn from several."""
    for name, value in given.keys.items():
        for taint in taints_in(value, 3):
            if taint.cause in (Cause.RANDOM, Cause.CLOCK, Cause.COUNTER) and is_live(run, taint):
                run.evidence.append(_new(request, taint, f"`{name}` is new"))
            elif taint.cause is Cause.HASHED:
                said = f"`{name}` is another one in each process: {taint.what}"
                run.evidence.append(evidence_of(request, Cause.ROUTING, taint, said, "everything"))
    for taint in _drawn(run, run.drawn | given.client):
        run.evidence.append(_new(request, taint, "the client is another one"))
    for name, value in given.accounts.items():
        for taint in _drawn(run, drawn_in(value)):
            run.evidence.append(_new(request, taint, f"`{name}` is another one"))
    run.evidence += _of_headers(run, given, request)


def _of_headers(run: Run, given: Given, request: Request) -> Iterator[Evidence]:
    fields = given.headers.fields if isinstance(given.headers, DictV) else {}
    for key, value in fields.items():
        if _ROUTING.search(str(key).lower()):
            for taint in taints_in(value, 3):
                if taint.cause is Cause.RANDOM and is_live(run, taint):
                    yield _new(request, taint, f"the header `{key}` is new")


def _new(request: Request, taint: Taint, what: str) -> Evidence:
    said = f"{what} for each call: {taint.what}"
    return evidence_of(request, Cause.ROUTING, taint, said, "everything")


# --- one of several ----------------------------------------------------------------------------------------


def _drawn(run: Run, taints: Taints) -> Iterator[Taint]:
    """By what another one of several is taken in each call: chance, a cycle, a number that each call moves on."""
    for taint in taints:
        is_moved = taint.cause is Cause.STATE and _moves_each_time(run, taint)
        if (taint.cause in (Cause.RANDOM, Cause.COUNTER) or is_moved) and is_live(run, taint):
            yield taint


def _moves_each_time(run: Run, taint: Taint) -> bool:
    """Whether a number is moved on by each call of a function, and not only where something has failed."""
    module = run.project.by_file.get(taint.place.file)
    return module is not None and taint.place.line in _moved_on(module)


@lru_cache(maxsize=64)
def _moved_on(module: ModuleInfo) -> frozenset[int]:
    """The lines in which a function adds to a number, whatever happens."""
    functions = (n for n in nodes_of(module.tree) if isinstance(n, FUNCTIONS))
    return frozenset(n.lineno for f in functions for n in _always(f.body) if _is_sum(n))


def _always(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that are executed in each call."""
    for each in body:
        if isinstance(each, ast.With | ast.AsyncWith | ast.Try):
            yield from _always(each.body)
        else:
            yield each


def _is_sum(node: ast.stmt) -> bool:
    match node:
        case ast.AugAssign(op=ast.Add()):
            return True
        case ast.Assign(value=value):
            return any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add) for n in walk(value))
        case _:
            return False
