"""`sglc serve` on the command line: bad options get a code, and a server answers until it is told to stop."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from example_programs import ROOT
from tiny_models import tiny

from sglc.compiler.cli import run
from sglc.compiler.console.failures import UsageError

pytest.importorskip("fastapi")

from sglc.compiler.serving import start
from sglc.compiler.serving.access import access_of, address_of
from sglc.compiler.serving.start import Serving
from sglc.runtime.server.limits import Limits

__all__ = ["tiny"]
MOCK = ("--model", "estimate", "--backend", "mock")
PROGRAM = """\
program greet(name: str) -> str:
    "Say hello to {name}:"
    answer = gen(max_tokens=8)
    return answer
"""


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "sglc", "serve", *map(str, words)]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1", **more}


Refused = Callable[..., str]


@pytest.fixture
def refused(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Refused:
    """What is said, under a code, of a command that can't be carried out. One that can fails, and serves nothing."""
    monkeypatch.setattr(start, "start", lambda *_: pytest.fail("it is carried out"))
    monkeypatch.setenv("NO_COLOR", "1")

    def call(code: str, *words: object, **settings: str) -> str:
        with monkeypatch.context() as given:
            for name, value in settings.items():
                given.setenv(name, value)
            ended = run(["serve", *map(str, words), *MOCK])
        return checked(code, ended, capfd.readouterr().err)

    return call


def checked(code: str, ended: int, said: str) -> str:
    assert ended == 2, said
    assert f"error[{code}]" in said
    assert "Traceback" not in said
    return said


@contextmanager
def served(*words: object) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a server in a process of its own, and the process."""
    process = subprocess.Popen(
        command(*words, *MOCK, "--listen", "127.0.0.1:0"),
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        assert line.startswith("serving `"), line
        yield line.split(" at ")[1].split(",")[0].strip(), process
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_a_server_answers_and_stops_when_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "greet.sgl").write_text(PROGRAM)
    with served(tmp_path / "greet.sgl") as (url, process):
        body = json.dumps({"name": "Ada"}).encode()
        request = urllib.request.Request(
            f"{url}/v1/programs/greet", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert isinstance(json.load(answer), str)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)
        assert process.stderr is not None
        rest = process.stderr.read()
    assert '"path":"/v1/programs/greet"' in rest
    assert "Traceback" not in rest


def started(monkeypatch: pytest.MonkeyPatch, *words: object) -> tuple[Serving, Callable[[], Any]]:
    """What would be served by a command, and how its backend is made."""
    found: list[tuple[Serving, Callable[[], Any]]] = []
    monkeypatch.setattr(start, "start", lambda *given: found.append(given))
    assert run(["serve", *map(str, words)]) == 0
    return found[0]


def test_every_limit_is_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {name: (given or 100) + 1 for name, given in asdict(Limits()).items()}
    words = [
        word
        for name, value in wanted.items()
        for word in (f"--limits.{name.replace('_', '-')}", value)
    ]
    serving, _ = started(monkeypatch, *MOCK, *words)
    assert asdict(serving.limits) == wanted


def test_options_reach_what_is_served(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    serving, make = started(
        monkeypatch, "--model", tiny, "--backend", "engine", "--dtype", "float32", "--kv-cache-tokens", 5000,
        "--name", "mine", "--allow-host", "me.local", "--log-level", "warning", "--log-prompts",
    )  # fmt: skip
    assert (serving.name, serving.log_level, serving.logs_text) == ("mine", "warning", True)
    assert "me.local" in (serving.access.hosts or ())
    backend = make()
    try:
        assert (backend.options.kv_cache_tokens, backend.options.dtype) == (5000, "float32")
        assert backend.metrics().capacity == 5000
    finally:
        asyncio.run(backend.close())


def test_nobody_is_served_off_this_machine_without_a_key(refused: Refused) -> None:
    said = refused("SGL2072", "--listen", "0.0.0.0:0")
    assert "--api-keys" in said


def test_keys_that_can_not_be_used_are_never_shown(tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "keys").write_text("ada sesame-open\n")
    assert "sesame" not in refused("SGL2071", "--api-keys", tmp_path / "keys")
    assert "sesame" not in refused("SGL2071", SGLC_API_KEY="sesame-open")
    refused("SGL2000", "--api-keys", tmp_path / "none")


def test_an_address_that_is_none_or_not_ours(refused: Refused) -> None:
    refused("SGL2073", "--listen", "127.0.0.1:http")
    done = subprocess.run(
        command("--listen", "203.0.113.1:0", *MOCK), env=environment(SGLC_API_KEY="x" * 20),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    checked("SGL2073", done.returncode, done.stderr)


def test_programs_are_checked_before_anything_is_served(tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "greet.sgl").write_text(PROGRAM)
    refused("SGL2074", tmp_path / "greet.sgl", tmp_path / "greet.sgl")
    (tmp_path / "empty.py").write_text("")
    refused("SGL2075", tmp_path / "empty.py")


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("8000", "127.0.0.1", 8000),
        (":8000", "127.0.0.1", 8000),
        ("0.0.0.0", "0.0.0.0", 30000),
        ("[::1]:5", "::1", 5),
        ("[::1]", "::1", 30000),
        ("example:80", "example", 80),
    ],
)
def test_addresses(text: str, host: str, port: int) -> None:
    address = address_of(text)
    assert (address.host, address.port) == (host, port)


def test_names_are_checked_where_no_key_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SGLC_API_KEY", raising=False)
    assert "localhost" in (access_of("127.0.0.1:1", None).hosts or ())
    assert "me.local" in (access_of("127.0.0.1:1", None, ["me.local"]).hosts or ())
    with pytest.raises(UsageError):
        access_of("192.0.2.1:1", None)
    (tmp_path / "keys").write_text(f"# ours\n\nada {'x' * 16}\n")
    assert access_of("192.0.2.1:1", tmp_path / "keys").hosts is None
