"""What went wrong, as the caller of a request is told it."""

from __future__ import annotations

from ...ir.target import PatternError
from ..backend import BackendError
from .preemption import OutOfMemory


class ListenerFailed(Exception):
    """Who listens to a request's tokens raised an exception."""


def as_backend_error(error: BaseException) -> BackendError:
    """The error of a request that ends because of `error`, which becomes its cause."""
    match error:
        case BackendError():
            return error
        case OutOfMemory():
            help = "raise `kv_cache_tokens`, or ask for less at once"
            failure = BackendError("3103", str(error), help)
        case PatternError():
            failure = BackendError("3207", f"`stop_regex`: {error}")
        case ListenerFailed():
            failure = BackendError("3105", f"the request's listener failed: {said(error)}")
        case _:
            failure = BackendError("3105", f"the engine failed: {said(error)}")
    failure.__cause__ = error
    return failure


def said(error: BaseException) -> str:
    """The kind of an error and what it says; of one that was wrapped, the inner one's."""
    inner = error.__cause__ if isinstance(error, ListenerFailed) and error.__cause__ else error
    return f"{type(inner).__name__}: {inner}"
