"""What a variable of a template is of which only the name is known."""

from __future__ import annotations

import re

from ..finding import Cause, Place
from ..layout import DAY, REQUEST
from ..python.taints import Taint
from ..python.values import Opaque, Value

_CLOCKS = re.compile(
    r"^(now|utcnow|utc_now|current_time|current_datetime|datetime_now|timestamp|datetime|time_now|clock|now_utc|current_timestamp|local_time)$"
)


_DATES = re.compile(r"^(today|current_date|date|todays_date|date_today|date_string)$")


_IDS = re.compile(
    r"^(request_id|uuid|uuid4|nonce|trace_id|run_id|correlation_id|random|random_id|salt)$"
)


def named(name: str, place: Place) -> Value:
    """What a variable is of which only the name is known."""
    for pattern, cause, rank in (
        (_CLOCKS, Cause.CLOCK, REQUEST),
        (_DATES, Cause.DATE, DAY),
        (_IDS, Cause.RANDOM, REQUEST),
    ):
        if pattern.match(name):
            return Opaque(frozenset({Taint(cause, rank, place, f"`{name}`")}), label=name)
    return Opaque(label=name)
