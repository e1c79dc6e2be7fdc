"""The formats of request logs: a line of any of them is a request body, and what is known of its answer.

OpenAI chat, completions and Responses bodies, Anthropic messages, Gemini, Bedrock, spans and records of OpenTelemetry
and its kin, lines of servers and clients, and anything that holds such a body somewhere inside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from .bodies import path_to_body
from .events import Events
from .lines import Lines
from .logged import Json, Logged, logged
from .spans import from_span, is_span, records_in

_LINES = ("log", "line", "textPayload", "MESSAGE")
"""Where collectors of lines keep one."""


def calls_in(text: str) -> Iterator[Logged | tuple[int, str]]:
    """The calls of a log; a line that is no call of any format is given as its number and the reason."""
    lines, events = Lines(), Events()
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip()[:1] == "{":
            try:
                data = _data_of(line)
            except (ValueError, RecursionError) as error:
                yield number, f"line {number} is not JSON: {str(error)[:80]}"
                continue
        elif line.strip():
            data = lines.data_in(line)
        else:
            continue
        said = _said_by(data)
        yield from _from_data(data if said is None else lines.data_in(said), number, events)
    yield from events.calls()


def _data_of(line: str) -> Json:
    """A line's data; what the fast decoder refuses (`NaN`, half a surrogate) the other may take. Raises ValueError."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return json.loads(line)


def _said_by(data: Json) -> str | None:
    """The line of words that a collector of lines has put into an object."""
    held = (data.get(key) for key in _LINES) if isinstance(data, dict) else ()
    found = next((each for each in held if isinstance(each, str)), None)
    return found if found is not None and found.lstrip()[:1] not in ("{", "") else None


def _from_data(data: Json, number: int, events: Events) -> Iterator[Logged]:
    if not isinstance(data, dict):
        return
    for record in records_in(data):
        if events.take(record, number):
            continue
        if is_span(record):
            found = from_span(record, number)
            if found is not None:
                yield found
        elif (path := path_to_body(record)) is not None:
            yield logged(path, number)
