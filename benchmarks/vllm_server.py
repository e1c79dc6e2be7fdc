"""A vLLM server as a child process: started with a bounded wait, frozen while another engine is measured."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

MODEL_NAME = "m"
HOST = "127.0.0.1"
START_SECONDS = 480.0
STOP_SECONDS = 20.0

# No white space between JSON tokens but what the grammar asks for: otherwise a model may write blanks until its
# budget ends.
STRUCTURED = '{"backend": "xgrammar", "disable_any_whitespace": true}'


class ServerFailed(Exception):
    """The server did not come up; the message holds the end of its log."""


@dataclass(slots=True, eq=False)
class Server:
    """A running server. `threads` is the value of VLLM_CPU_OMP_THREADS_BIND that it was started with."""

    process: subprocess.Popen[bytes]
    url: str
    threads: str
    log: Path
    started_in: float = 0.0

    def freeze(self) -> None:
        """Stop all its threads, so that nothing of it runs beside another measurement."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.killpg(self.process.pid, signal.SIGCONT)


@contextmanager
def serve(
    venv: Path, model: Path, *, threads: str, port: int, max_model_len: int = 4096
) -> Iterator[Server]:
    """Start `vllm serve` from another virtual environment, and stop it at the end. Raises ServerFailed."""
    with tempfile.TemporaryDirectory(prefix="vllm-log-") as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as sink:
            process = _start(venv, model, threads, port, max_model_len, sink.fileno())
        server = Server(process, f"http://{HOST}:{port}", threads, log)
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


def version(venv: Path) -> str:
    """The versions of vLLM and torch in an environment."""
    code = (
        "from importlib.metadata import version as v; import contextlib\n"
        "for n in ('vllm-cpu', 'vllm', 'torch'):\n"
        "    with contextlib.suppress(Exception): print(n, v(n))"
    )
    done = subprocess.run(
        [venv / "bin" / "python", "-c", code], capture_output=True, text=True, check=True
    )
    return ", ".join(done.stdout.split("\n")[:-1])


def _start(
    venv: Path, model: Path, threads: str, port: int, length: int, sink: int
) -> subprocess.Popen[bytes]:
    command = [str(venv / "bin" / "vllm"), "serve", str(model), "--served-model-name", MODEL_NAME]
    command += [
        "--host",
        HOST,
        "--port",
        str(port),
        "--max-model-len",
        str(length),
        "--dtype",
        "bfloat16",
    ]
    command += ["--structured-outputs-config", STRUCTURED]
    environment = (
        os.environ
        | {
            "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",  # its compiler calls tools of its own
            "VLLM_CPU_KVCACHE_SPACE": "2",
            "VLLM_CPU_OMP_THREADS_BIND": threads,
            "HF_HUB_OFFLINE": "1",
            "VLLM_NO_USAGE_STATS": "1",
        }
    )
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "OMP_NUM_THREADS"):
        environment.pop(name, None)
    return subprocess.Popen(
        command, env=environment, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True
    )  # a session of its own, so that its workers are stopped with it


def _wait(server: Server) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < START_SECONDS:
        if server.process.poll() is not None:
            raise ServerFailed(f"vLLM ended with {server.process.returncode}:\n{_tail(server.log)}")
        if _is_healthy(server.url):
            server.started_in = time.monotonic() - begun
            return
        time.sleep(1.0)
    raise ServerFailed(f"vLLM was not ready after {START_SECONDS:.0f} s:\n{_tail(server.log)}")


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
