"""A peer's server: started with a bounded wait, frozen and thawed, gone at the end whatever happened."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.server_process import ServerFailed, free_port, running

ROOT = Path(__file__).resolve().parent.parent
HEALTHY = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_server_is_gone_at_the_end_even_if_it_is_frozen() -> None:
    port = free_port()
    with running([sys.executable, "-c", HEALTHY, str(port)], port) as server:
        assert server.url.endswith(str(port))
        server.freeze()
        pid = server.process.pid
    assert not _exists(pid)


def test_a_server_is_gone_when_what_asks_it_fails() -> None:
    port, pids = free_port(), list[int]()
    with pytest.raises(ValueError, match="no answer"):
        _asked_in_vain([sys.executable, "-c", HEALTHY, str(port)], port, pids)
    assert not _exists(pids[0])


def _asked_in_vain(command: list[str], port: int, pids: list[int]) -> None:
    with running(command, port) as server:
        pids.append(server.process.pid)
        raise ValueError("no answer")


def test_one_that_ends_at_once_is_told_with_what_it_said() -> None:
    command = [sys.executable, "-c", "print('no such model'); raise SystemExit(3)"]
    with pytest.raises(ServerFailed, match=r"ended with 3:\nno such model"), running(command, 1):
        pass


def test_a_server_dies_with_who_started_it(tmp_path: Path) -> None:
    """Killed, so that nothing of its own can run: what it had started, and what that had, is gone as well."""
    pids = tmp_path / "pids"
    script = f"sleep 600 & echo $$ $! > {pids}.new; mv {pids}.new {pids}; wait"
    code = (
        "import sys; from benchmarks.server_process import free_port, running\n"
        "with running(['sh', '-c', sys.argv[1]], free_port()): pass"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}  # its log has nobody to remove it
    measuring = subprocess.Popen([sys.executable, "-c", code, script], cwd=ROOT, env=environment)
    _wait_until(lambda: pids.exists() and len(_children(measuring.pid)) == 2)  # its guard, too
    group, child = map(int, pids.read_text().split())
    os.killpg(group, signal.SIGSTOP)  # as it is while others are measured
    measuring.kill()
    measuring.wait()
    _wait_until(lambda: not any(map(_is_alive, (group, child))))


def _wait_until(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


def _children(pid: int) -> list[int]:
    found = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [each for each in found if _status(each)[1:2] == [str(pid)]]


def _is_alive(pid: int) -> bool:
    return _status(pid)[:1] not in ([], ["Z"])


def _status(pid: int) -> list[str]:
    """Its state, its parent and more; nothing where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
