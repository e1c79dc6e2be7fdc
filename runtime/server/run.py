"""Runs an application until it is told to stop: then nobody new is let in, and what is under way comes to its end."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import uvicorn

from .front import Front
from .service import Service

_BACKLOG = 2_048


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens."""

    host: str = "127.0.0.1"
    port: int = 30000

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")


def listen(address: Address) -> socket.socket:
    """A socket that listens; port 0 is any that is free. Raises OSError."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((address.host, address.port))
        made.listen(_BACKLOG)  # from now on whoever comes waits until the server is there
    except OSError:
        made.close()
        raise
    return made


def run(
    app: Front, service: Service, listener: socket.socket, ready: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; a second one ends what is under way. `ready` is told the server's URL."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="on",
            server_header=False,
            date_header=True,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=max(1, round(service.limits.drain_s)),
        )
    )
    stop = server.handle_exit

    def handle_exit(sig: int, frame: FrameType | None) -> None:
        service.gate.close()
        stop(sig, frame)

    server.handle_exit = handle_exit
    ready(url_of(listener))
    server.run(sockets=[listener])


def url_of(listener: socket.socket) -> str:
    """The address of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
