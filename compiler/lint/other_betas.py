"""Calls of one conversation that ask for other beta features: the features are part of what a prefix is kept under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .finding import Cause, Evidence
from .layout import Request


def other_betas(requests: Sequence[Request]) -> Iterator[Evidence]:
    """Calls that ask for other features than the first one that sends their conversation."""
    first: dict[tuple[str, str], Request] = {}
    for request in requests:
        if request.betas is None:
            continue
        held = first.setdefault((request.history, request.model), request)
        if held.sink != request.sink and held.betas != request.betas:
            names = sorted((held.betas or frozenset()) ^ request.betas)
            what = (
                "what is asked for by beta headers, " + " and ".join(f"`{n}`" for n in names) + ","
            )
            yield Evidence(Cause.OTHER_HEADER, request.sink, held.sink, what, family=request.family)
