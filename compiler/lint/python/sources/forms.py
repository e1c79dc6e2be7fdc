"""Functions that aren't known, told by the form of their names: `utc_now_iso()`, `new_request_id()`, `clock.now()`."""

from __future__ import annotations

import re

from .source import CLOCK, DATE, RANDOM, Source

_FORM = (
    r"(_?(to_?)?(iso(format)?|iso8601|rfc3339|str(ing)?|text|ms|ns|us|millis|seconds|utc|local|tz|formatted|label"
    r"|human))*"
)
_CLOCK = re.compile(
    rf"(get|fetch|read|make|format|show|render|iso|utc|local|server|system|wall|pretty|human)?_?"
    rf"((utc|local|iso|tz|time|date|datetime|timestamp|right|clock)_?)*now{_FORM}"
    rf"|(get_|fetch_|read_|format_)?(the_)?(current|present|actual)_?(utc_?|local_?|system_?|server_?|wall_?)?"
    rf"(date_?time|time_?stamp|time|clock|epoch|moment|instant|second|minute|hour){_FORM}"
    rf"|(monotonic|perf_counter|unix_time|epoch_time|wall_time|wall_clock|time_of_day){_FORM}",
    re.I,
)
_DATE = re.compile(
    rf"(get_|fetch_|format_)?(utc_?|local_?)?(todays?|current)_?(date|day|weekday)?{_FORM}", re.I
)
_DRAWN = re.compile(
    r"(new|make|mk|gen|generate|create|mint|issue|fresh|random|rand|unique|next|get_new|get_random)_?"
    r"(\w+_)?(uuid4?|guid|ulid|nanoid|ksuid|nonce|salt|cuid|request_?id|trace_?id|span_?id|correlation_?id|run_?id"
    r"|call_?id|session_?id|message_?id|id|hex|slug)(_?(hex|str|string|short))*"
    r"|(uuid[1-8]?|uuid4_?(hex|str)|ulid|nanoid|ksuid|cuid2?|short_?uuid|nonce|random_(string|hex|bytes|name|word|int))",
    re.I,
)
_ID = re.compile(
    r"(^|[._])(x_|aws_)?(request|trace|correlation|span|invocation|execution|idempotency|run)[._]?(id|uuid|key)$"
    r"|(^|[._])(nonce|request_uuid)$"
)


def called_like(last: str, count: int) -> Source | None:
    """What a function of that name gives, by its form; `count` arguments that it was given."""
    if count <= 1 and _CLOCK.fullmatch(last):
        return CLOCK
    if count <= 1 and _DATE.fullmatch(last):
        return DATE
    return RANDOM if count <= 2 and _DRAWN.fullmatch(last) else None


def is_request_id(label: str) -> bool:
    """Whether a value is one request's own by its name."""
    return bool(_ID.search(label))


_TICKING = re.compile(r"(^|[._])\w*(loop|clock|timer|stopwatch)(\(\))?$", re.I)


def method_like(receiver: str, last: str, count: int) -> Source | None:
    """What a method of a value gives of which only the name is known."""
    if last in ("time", "elapsed", "ticks") and not count and _TICKING.search(receiver):
        return CLOCK
    if (
        last in ("now", "utcnow", "utc_now", "now_utc", "now_iso", "monotonic", "perf_counter")
        and count <= 1
    ):
        return CLOCK
    if last in ("today", "current_date") and not count:
        return DATE
    if last in _AGES and not count:
        return CLOCK
    return RANDOM if last in ("uuid4", "uuid7", "uuid1") and not count else None


_AGES = frozenset({"humanize", "diff_for_humans", "naturaltime", "from_now", "time_ago", "fromnow"})
"""Methods that say how long ago a time is, counted from now where they aren't told from when."""
