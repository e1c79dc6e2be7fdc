"""The server's log: one JSON line for each request, on stderr; no text of prompts and answers unless asked for."""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

from ..shown import plain_json
from .bodies import encode

_LOG = logging.getLogger("sglc.server")


def log(event: str, **fields: Any) -> None:
    """Write one line; fields that are None stay out."""
    if _LOG.isEnabledFor(logging.INFO):
        said = {name: value for name, value in fields.items() if value is not None}
        _LOG.info(encode({"time": round(time.time(), 3), "event": event, **said}).decode())


def log_error(event: str, error: BaseException, **fields: Any) -> None:
    """A fault of our own, with its traceback."""
    _LOG.error(
        encode({"time": round(time.time(), 3), "event": event, **fields}).decode(), exc_info=error
    )


class _Plain(logging.Formatter):
    """Lines without control characters: a log is looked at in terminals."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON, and a traceback where there is one."""
        return plain_json(super().format(record))


class _OfOthers(logging.Formatter):
    """What the HTTP library says, as a line like ours."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        said = {"time": round(record.created, 3), "event": "http", "message": record.getMessage()}
        return plain_json(encode(said).decode())


def log_to_stderr(level: str = "info") -> None:
    """Have the log written; without this whoever embeds the server decides."""
    _write(_LOG, level.upper(), _Plain())
    _write(logging.getLogger("uvicorn.error"), "WARNING", _OfOthers())


def _write(logger: logging.Logger, level: str, formatter: logging.Formatter) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
