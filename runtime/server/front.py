"""What stands before every request: its id, who sent it, whether it may come in, and one line about it afterwards.

A server without keys answers to its own names alone and to no other site's pages, so that nothing that a browser is
made to send reaches it.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from ...ir.values.numerals import whole
from .bodies import encode
from .keys import Caller, Keys
from .limits import Limits
from .line import Account
from .log import log, log_error
from .meter import Meter
from .refusal import ClientGone, Refusal
from .spans import continued

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OPEN = re.compile(r"/|/health|/docs|/programs/[^/]+")
"""What is answered without a key: whether it lives, and pages that hold nothing until they are given one."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))


class Visit:
    """One request on its way: what handlers are told, and what they note."""

    def __init__(self, id: str, caller: Caller) -> None:
        self.id, self.caller = id, caller
        self.account: Account | None = None


class Front:
    """An ASGI application around another. `hosts`: the names that it is reached by; None: any."""

    def __init__(
        self, app: App, keys: Keys, meter: Meter, limits: Limits, hosts: frozenset[str] | None
    ) -> None:
        self._app, self._keys, self._meter = app, keys, meter
        self._limits, self._hosts = limits, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, headers = time.perf_counter(), _headers(scope)
        visit = Visit(_request_id(headers), Caller())
        answer = _Answer(send, visit.id, self._limits.send_s)
        scope.setdefault("state", {})["visit"] = visit
        try:
            self._let_in(scope, headers, visit)
            with continued(headers):
                await self._app(scope, _Bounded(receive, headers, self._limits.body), answer)
        except Refusal as refusal:
            await answer.refuse(refusal)
        except Exception as error:
            if not answer.is_given_up:
                log_error("fault", error, id=visit.id)
        finally:
            self._note(scope, visit, answer.status, time.perf_counter() - began)

    def _let_in(self, scope: Scope, headers: Mapping[str, str], visit: Visit) -> None:
        """Raise Refusal for who may not come in."""
        host = _host_of(headers.get("host", ""))
        if self._hosts is not None and host not in self._hosts:
            raise Refusal(
                403, "unknown_host", "this server is not reached by that name", "`--host` names it"
            )
        origin = headers.get("origin")
        if origin and urlsplit(origin).netloc != headers.get("host"):
            raise Refusal(403, "other_origin", "pages of other sites may not ask here")
        if not OPEN.fullmatch(scope["path"]) or scope["method"] not in ("GET", "HEAD"):
            visit.caller = self._keys.caller(headers)

    def _note(self, scope: Scope, visit: Visit, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        self._meter.request(route, status, seconds)
        account = visit.account
        log(
            "request",
            id=visit.id,
            caller=visit.caller.name or None,
            method=scope["method"],
            path=scope["path"][:200],
            status=status,
            seconds=round(seconds, 4),
            **(account.as_dict() if account else {}),
            finish=account.finish[:16] if account and account.finish else None,
        )


def local_hosts() -> frozenset[str]:
    """The names of this machine, for itself."""
    return _LOCAL


class _Answer:
    """Sends an answer with the request's id, remembers its status, and gives up on a client that does not read."""

    def __init__(self, send: Send, id: str, patience_s: float) -> None:
        self._send, self._id, self._patience_s = send, id, patience_s
        self.is_given_up = False
        self.status = 499  # the client went away before there was an answer
        self._has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self._has_begun = message["status"], True
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self._id.encode())]
        try:
            async with asyncio.timeout(self._patience_s):
                await self._send(message)
        except TimeoutError:
            self.is_given_up = True
            raise ClientGone from None

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with a refusal, if nothing was answered yet."""
        if self._has_begun:
            return
        body = encode(refusal.as_dict())
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        headers += [(name.encode(), value.encode()) for name, value in headers_of(refusal).items()]
        await self({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


class _Bounded:
    """Receives a body, up to a limit."""

    def __init__(self, receive: Receive, headers: Mapping[str, str], limit: int) -> None:
        length = whole(headers.get("content-length", ""))
        self._receive, self._limit = receive, limit
        self._seen = 0
        self._is_announced = length is not None and length > limit

    async def __call__(self) -> Message:
        if self._is_announced:
            raise self._refusal()
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._limit:
            raise self._refusal()
        return message

    def _refusal(self) -> Refusal:
        return Refusal(413, "body_too_large", f"a body may have {self._limit} bytes here")


def headers_of(refusal: Refusal) -> dict[str, str]:
    """The headers that go with a refusal."""
    found: dict[str, str] = {}
    if refusal.retry_after is not None:
        found["retry-after"] = f"{refusal.retry_after:.0f}"
    if refusal.status == 401:
        found["www-authenticate"] = "Bearer"
    return found


def _headers(scope: Scope) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }


def _request_id(headers: Mapping[str, str]) -> str:
    """The id that the client gave, if it is one; else one of ours."""
    given = headers.get("x-request-id", "")
    return given if _ID.fullmatch(given) else secrets.token_hex(12)


def _host_of(header: str) -> str:
    """The name in a Host header, without the port."""
    return (urlsplit(f"//{header}").hostname or "") if "@" not in header else ""
