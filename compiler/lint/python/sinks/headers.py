"""Headers and lifetimes that are part of the key: beta features, and how long a breakpoint's entry lives."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Cause
from ...layout import Request
from ..holding import taints_in
from ..machine import Run
from ..messages import options_of
from ..requests import Given
from ..taints import MARKS
from ..telling import evidence_of
from ..values import DictV, ListV, Value
from .live import is_live


def judge_headers(run: Run, given: Given, request: Request) -> None:
    """Note headers and lifetimes that differ between calls of a conversation."""
    for what, value in (*_betas(given), *_lifetimes(given)):
        for taint in taints_in(value, 4):
            if is_live(run, taint):
                said = f"{what}, by {taint.what},"
                run.evidence.append(evidence_of(request, Cause.HEADER, taint, said))


def _betas(given: Given) -> Iterator[tuple[str, Value]]:
    """What asks for beta features, as a header or as a parameter that becomes one."""
    for headers in options_of(given.headers) if given.headers is not None else ():
        if isinstance(headers, DictV):
            for key, value in headers.fields.items():
                if "beta" in str(key).lower():
                    yield f"the header `{key}`", value
    if given.betas is not None:
        yield "`betas`", given.betas


def _lifetimes(given: Given) -> Iterator[tuple[str, Value]]:
    for value in (given.tools, given.system, given.messages):
        for mark in _marks(value, 4) if value is not None else ():
            for each in options_of(mark):
                if isinstance(each, DictV) and "ttl" in each.fields:
                    yield "the lifetime of a breakpoint", each.fields["ttl"]


def _marks(value: Value, depth: int) -> Iterator[Value]:
    """The breakpoints in a value, as they are written."""
    for option in options_of(value) if depth else ():
        match option:
            case DictV(fields=fields):
                yield from (fields[key] for key in MARKS if key in fields)
                if "content" in fields:
                    yield from _marks(fields["content"], depth - 1)
            case ListV(items=items):
                for item in items:
                    yield from _marks(item.value, depth - 1)
            case _:
                pass
