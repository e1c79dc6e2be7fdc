"""A peer's server as a child process: started with a bounded wait, frozen while another engine is measured.

It never outlives who started it, however that one ends: a process beside it waits for that.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

HOST = "127.0.0.1"
MODEL_NAME = "m"  # what a client calls the model
START_SECONDS = 480.0
STOP_SECONDS = 20.0
MADE_FOR_US = ("VIRTUAL_ENV", "PYTHONPATH", "OMP_NUM_THREADS")

# Waits until nobody holds the other end of its input any more, and kills a process group unless it was told not to.
GUARD = """
import os, signal, sys
if not sys.stdin.buffer.read():
    os.killpg(int(sys.argv[1]), signal.SIGKILL)
"""


class ServerFailed(Exception):
    """The server did not come up; the message holds the end of its log."""


@dataclass(slots=True, eq=False)
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def freeze(self) -> None:
        """Stop all its threads, so that nothing of it runs beside another measurement."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.killpg(self.process.pid, signal.SIGCONT)


@contextmanager
def running(
    command: Sequence[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Start a server that will answer at `port`, and stop it at the end. Raises ServerFailed."""
    with tempfile.TemporaryDirectory(prefix="server-log-") as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as sink:
            process = _start(command, environment or {}, sink.fileno())
        server = Server(process, f"http://{HOST}:{port}", log)
        with _guarded(process.pid):
            try:
                _wait(server)
                yield server
            finally:
                _stop(server)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return found.getsockname()[1]


def versions(venv: Path, names: Sequence[str]) -> str:
    """The versions that an environment has of packages, those that it has."""
    code = (
        "from importlib.metadata import version as v; import contextlib\n"
        f"for n in {tuple(names)!r}:\n"
        "    with contextlib.suppress(Exception): print(n, v(n))"
    )
    done = subprocess.run(
        [venv / "bin" / "python", "-c", code], capture_output=True, text=True, check=True
    )
    return ", ".join(done.stdout.split("\n")[:-1])


def _start(command: Sequence[str], more: Mapping[str, str], sink: int) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if name not in MADE_FOR_US}
    return subprocess.Popen(
        command, env={**kept, **more}, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True
    )  # a session of its own, so that its workers are stopped with it


@contextmanager
def _guarded(group: int) -> Iterator[None]:
    """Have a process group killed if this process ends before the block does."""
    command = [sys.executable, "-c", GUARD, str(group)]
    guard = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        guard.communicate(b"over")


def _wait(server: Server) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < START_SECONDS:
        if server.process.poll() is not None:
            raise ServerFailed(
                f"the server ended with {server.process.returncode}:\n{_tail(server.log)}"
            )
        if _is_healthy(server.url):
            return
        time.sleep(1.0)
    raise ServerFailed(
        f"the server was not ready after {START_SECONDS:.0f} s:\n{_tail(server.log)}"
    )


def _is_healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False


def _tail(log: Path, lines: int = 30) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _stop(server: Server) -> None:
    """Ask, wait, then insist. The group may be frozen or already gone."""
    try:
        server.thaw()
        os.killpg(server.process.pid, signal.SIGTERM)
        server.process.wait(STOP_SECONDS)
    except (subprocess.TimeoutExpired, ProcessLookupError):
        pass
    try:
        os.killpg(server.process.pid, signal.SIGKILL)  # workers that outlived the server
    except ProcessLookupError:
        pass
    server.process.wait(STOP_SECONDS)
