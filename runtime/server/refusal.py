"""What a request is refused with: a status, a code, and what to do about it."""

from __future__ import annotations

from typing import Any

from ..backend import BackendError
from ..plan.errors import RunError

_KINDS = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
_OF_BACKEND = {"3105": 500, "3106": 503}
"""Statuses of what is not the request's fault; all other codes of backends are."""
_OF_RUN = {
    "SGL3105": 500,
    "SGL3106": 503,
    "SGL3502": 502,
    "SGL3503": 502,
    "SGL3606": 503,
    "SGL3999": 500,
}


class ClientGone(Exception):
    """Nobody waits for the answer any more, or nobody reads it."""


class Refusal(Exception):
    """A request that is not served. `param`: the field that is at fault; `retry_after`: in seconds."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        help: str = "",
        *,
        param: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.help = status, code, message, help
        self.param, self.retry_after = param, retry_after

    def as_dict(self) -> dict[str, Any]:
        """The body that both protocols' clients read: `error.message` and the rest beside it."""
        said = f"{self.message} ({self.help})" if self.help else self.message
        kind = _KINDS.get(self.status) or (
            "invalid_request_error" if self.status < 500 else "server_error"
        )
        return {"error": {"message": said, "type": kind, "param": self.param, "code": self.code}}


def wrong(param: str, message: str, help: str = "") -> Refusal:
    """A field that can't be what it is."""
    return Refusal(400, "invalid_value", message, help, param=param)


def too_slow(within_s: float) -> Refusal:
    """A request that took longer than any may."""
    return Refusal(504, "timeout", f"the request took longer than {within_s:g} s", "ask for less")


def of_backend(error: BackendError) -> Refusal:
    """What a client is told of a backend's error."""
    return Refusal(_OF_BACKEND.get(error.code, 400), f"SGL{error.code}", error.message, error.help)


def of_run(error: RunError) -> Refusal:
    """What a client is told when a program's run ends in an error.

    400: the arguments are at fault, or a call that they lead to; 422: the program itself came to no end with them.
    """
    is_asked = error.code.startswith(("SGL31", "SGL36"))
    status = _OF_RUN.get(error.code, 400 if is_asked else 422)
    where = f"{error.span.file}:{error.span.line}:{error.span.column}: " if error.span else ""
    return Refusal(status, error.code, where + error.message, error.help)
