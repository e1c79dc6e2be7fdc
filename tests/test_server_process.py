"""A peer's server: started with a bounded wait, frozen and thawed, gone at the end whatever happened."""

import os
import sys

import pytest
from benchmarks.server_process import ServerFailed, free_port, running

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
