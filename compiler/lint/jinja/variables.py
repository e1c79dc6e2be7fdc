"""What a variable of a template is of which only the name is known."""

from __future__ import annotations

import re

from ..finding import Cause, Place
from ..layout import DAY, REQUEST, SESSION
from ..python.taints import Taint
from ..python.values import Opaque, Value

_CLOCKS = re.compile(
    r"^(now|utcnow|utc_now|current_time|current_datetime|datetime_now|timestamp|datetime|time_now|clock|now_utc|current_timestamp|local_time"
    r"|hour|(current|local)_hour|hour_(now|of_day)|time_of_day|part_of_day|daytime)$"
)


_DATES = re.compile(r"^(today|current_date|date|todays_date|date_today|date_string)$")


_IDS = re.compile(
    r"^(request_id|uuid|uuid4|nonce|trace_id|run_id|correlation_id|random|random_id|salt)$"
)


_FOUND = re.compile(
    r"^(context|memor(y|ies)|documents?|docs|chunks?|excerpts|results|matches|articles|retrieved\w*|recalled\w*"
    r"|search_\w+|similar_\w+|relevant_\w+|(\w+_)?(hits|passages|chunks|snippets|memories))$"
)
_GIVEN = re.compile(
    r"^(input|(input|source|user)_text|text|message|code|diff|patch|e?mail|letter|claim|report|invoice|resume|cv"
    r"|record|entry|sample|alert|logs?|error|stack_?trace|incident|issue|pull_request|pr|story|poem|listing|wish"
    r"|request_text|problem|contract|statement|answer|submission)$"
)
"""What each call is about."""

_HOSTS = re.compile(
    r"^(git_\w+|commit_(sha|hash)|os_(name|version|info)|uname|home_dir|(repo|project|workspace)_(root|path|dir)"
    r"|file_tree|directory_(tree|listing))$"
)
CONTAINERS = frozenset({"context", "input", "message", "record", "entry", "sample", "request_text"})
"""Names that mean a table of other things as often; what is in them is not told by them."""


def named(name: str, place: Place) -> Value:
    """What a variable is of which only the name is known."""
    for pattern, cause, rank in (
        (_CLOCKS, Cause.CLOCK, REQUEST),
        (_DATES, Cause.DATE, DAY),
        (_IDS, Cause.RANDOM, REQUEST),
        (_FOUND, Cause.RETRIEVED, REQUEST),
        (_GIVEN, Cause.VARYING, REQUEST),
        (_HOSTS, Cause.HOST, SESSION),
    ):
        if pattern.match(name):
            return Opaque(frozenset({Taint(cause, rank, place, f"`{name}`")}), label=name)
    return Opaque(label=name)
