"""The routing key: what decides which server, and so which cache, a request comes to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Cause, Evidence
from ...layout import Request
from ..holding import taints_in
from ..machine import Run
from ..requests import Given
from ..taints import Taint
from ..telling import evidence_of
from ..values import DictV
from .live import is_live

_ROUTING = re.compile(r"session|conversation|cache|affinity|thread")
"""Headers by which requests are sent to one server or another."""


def judge_routing(run: Run, given: Given, request: Request) -> None:
    """Note routing keys that are new for each call."""
    for name, value in given.keys.items():
        for taint in taints_in(value, 3):
            if taint.cause in (Cause.RANDOM, Cause.CLOCK, Cause.COUNTER) and is_live(run, taint):
                run.evidence.append(_new(request, taint, f"`{name}` is new"))
    for taint in run.drawn:
        if taint.cause in (Cause.RANDOM, Cause.COUNTER) and is_live(run, taint):
            run.evidence.append(_new(request, taint, "the client is another one"))
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
