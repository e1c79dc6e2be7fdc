"""What reaches a terminal: no control character of strangers, no credential; and a failure that survives everything."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from clock import processor_time
from example_programs import ROOT
from hypothesis import given
from hypothesis import strategies as st

from sglc.compiler.console.crash import write_report
from sglc.compiler.console.report import render
from sglc.compiler.console.terminal import write_out
from sglc.ir.diagnostic import Diagnostic, Label
from sglc.ir.span import Source, Span
from sglc.runtime.backend import BackendError
from sglc.runtime.secrets import without_secrets
from sglc.runtime.server.log import log, log_to_stderr
from sglc.runtime.shown import plain, shown

NASTY = "\x1b]0;owned\x07\x1b[2J\x9b31m\rover\x7f\u202egnp.exe\u2066\ud800"
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@given(st.text())
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    found = plain(text)
    assert not STEERS.search(found.replace("\r\n", "\n"))
    if not STEERS.search(text) and not set("\u061c\u200e\u200f\u2028\u2029") & set(text):
        assert found == text


def test_a_diagnostic_shows_what_others_wrote_as_codes() -> None:
    source = Source(f"a{NASTY}.sgl", f"gen({NASTY})\n")
    span = Span(source, 0, 3)
    made = Diagnostic("SGL0001", NASTY, (Label(span, NASTY),), (NASTY,), (NASTY,))
    for format in ("full", "concise"):
        assert not STEERS.search(render([made], format).replace("\n", ""))
    text = render([made], "full", color=True)
    assert set(re.findall("\x1b.", text)) == {"\x1b["}
    assert not STEERS.search(re.sub("\x1b\\[[0-9;]*m", "", text).replace("\n", ""))


class Screen(io.TextIOWrapper):
    """A stdout that is a terminal, or is none."""

    def __init__(self, is_terminal: bool) -> None:
        self.written = io.BytesIO()
        super().__init__(self.written, encoding="ascii")
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize("is_terminal", [True, False])
def test_data_is_as_it_is_but_on_a_terminal(
    is_terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a model said reaches a file or a pipe unchanged, and a terminal as codes."""
    screen = Screen(is_terminal)
    monkeypatch.setattr("sys.stdout", screen)
    text = NASTY.replace("\ud800", "é")
    write_out(text)
    write_out(text.encode())
    write_out(f"\x1b[1;31m{text}\x1b[0m", coloured=True)
    found = screen.written.getvalue().decode()
    if not is_terminal:
        assert found == f"{text}{text}\x1b[1;31m{text}\x1b[0m"
        return
    assert found.count("\x1b") == 2
    assert not STEERS.search(re.sub("\x1b\\[[0-9;]*m", "", found))
    assert found.count(r"\x1b]0;owned\x07\x1b[2J\x9b31m\x0dover\x7f\u202egnp.exe\u2066é") == 3


SECRETS = {
    "a password": ("http://me:hunter2@host:80/v1", "http://***@host:80/v1"),
    "a user": ("see https://token@host/x.", "see https://***@host/x."),
    "an at sign in the password": ("http://me:a@b@host/", "http://***@host/"),
    "a key": ("https://h/v1?api_key=abc&x=1", "https://h/v1?api_key=***&x=1"),
    "a token": ("wss://h/?x=1&access_token=abc'", "wss://h/?x=1&access_token=***'"),
    "a header": ("Authorization: Bearer abcdefghij", "Authorization: Bearer ***"),
    "a password with a slash": ("http://me:hun/ter?2#x@host/v1", "http://***@host/v1"),
    "an address taken for a path": ("`http:/me:hunter2@h/p.sgl`", "`http:/***@h/p.sgl`"),
    "a path": ("C:/me@work/a:b@c", "C:/me@work/a:b@c"),
    "a fragment": ("http://h/#access_token=abc", "http://h/#access_token=***"),
    "a header in capitals": ("AUTHORIZATION: BEARER abcdefghij", "AUTHORIZATION: BEARER ***"),
    "keys of services": ("hf_abcdefghijk, AIzaSyA1234567", "hf_***, AIza***"),
    "a port": ("http://h:8000/v1/a@b", "http://h:8000/v1/a@b"),
    "none": ("https://h/a@b?page=2 me@host", "https://h/a@b?page=2 me@host"),
}


@pytest.mark.parametrize("case", SECRETS)
def test_credentials_are_not_shown(case: str) -> None:
    text, expected = SECRETS[case]
    assert without_secrets(text) == expected
    assert shown(text) == expected


@given(st.from_regex(r"[a-z!$][a-z0-9:.%!$+~/?#&-]{0,20}", fullmatch=True), st.text(max_size=20))
def test_no_password_survives(password: str, around: str) -> None:
    text = f"{around} postgres://user:{password}@host/db"
    assert f":{password}@" not in without_secrets(text)


@pytest.mark.parametrize("text", ["a.", "http:/", "http://a:b", "http://a:", "?key=", "Bearer "])
def test_long_texts_are_looked_through_in_good_time(text: str) -> None:
    with processor_time() as cost:
        without_secrets("://" + text * 20_000)
    assert cost.seconds < 2


def test_the_log_of_a_server_is_json_that_steers_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_to_stderr()
    log("request", prompt=NASTY[:-1], path="/v1/\x9b31m")
    line = capsys.readouterr().err
    assert not STEERS.search(line.rstrip("\n"))
    assert json.loads(line)["prompt"] == NASTY[:-1]


def test_an_error_of_a_backend_holds_no_password() -> None:
    error = BackendError("3105", "http://me:hunter2@host can't be reached", "see http://a:b@c")
    assert (str(error), error.help) == ("http://***@host can't be reached", "see http://***@c")


# --- commands -----------------------------------------------------------------------------------


def sglc(*words: str, cwd: Path, **options) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "sglc", *words], cwd=cwd, env=env, timeout=60, **options
    )


def test_a_terminal_gets_no_control_characters(tmp_path: Path) -> None:
    """Files with nasty names and contents, on a real terminal."""
    name = "a\x1b]0;owned\x07.sgl"
    (tmp_path / name).write_text('program \x9b31m(:\n  "\x1b[2J"\n')
    for words in (["build", name], ["fmt", name], ["run", name, "x\x1b[2J"], ["\x1b[2J"]):
        ours, theirs = pty.openpty()
        done = sglc(*words, cwd=tmp_path, stdout=theirs, stderr=theirs, env={"NO_COLOR": "1"})
        os.close(theirs)
        text = os.read(ours, 1 << 16).decode()
        os.close(ours)
        assert done.returncode in (1, 2)
        assert not STEERS.search(text.replace("\r\n", "\n").replace("\n", ""))


STREAMS = {
    "no stdout": ">&-",
    "no stderr": "2>&-",
    "neither": ">&- 2>&-",
    "a full disk": ">/dev/full",
    "a full disk for messages": "2>/dev/full",
    "a reader that went": "| true",
}


@pytest.mark.parametrize("case", STREAMS)
@pytest.mark.parametrize("words", ["rule", "rule SGL0104", "no-such", "build none.sgl"])
def test_streams_that_are_gone(case: str, words: str, tmp_path: Path) -> None:
    command = f"set -o pipefail; {sys.executable} -m sglc {words} {STREAMS[case]}"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "SGLC_CRASH_DIR": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode in (0, 2, 141)
    assert "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == []
    if "2>&-" in STREAMS[case]:
        assert "error[" not in done.stdout


@pytest.mark.parametrize(
    ("locale", "coding"),
    [
        *((name, "") for name in ("C", "POSIX", "en_US.ISO-8859-1", "no_SUCH.locale")),
        ("C", "ascii"),
        ("no_SUCH.locale", "latin-1"),
    ],
)
def test_data_is_utf_8_in_every_locale(locale: str, coding: str, tmp_path: Path) -> None:
    source = 'program a():\n    "é \N{GRINNING FACE}"\n    return 1\n'
    env = {"LC_ALL": locale, "PYTHONIOENCODING": coding, "PYTHONUTF8": "0"}
    done = sglc("fmt", "-", cwd=tmp_path, input=source.encode(), capture_output=True, env=env)
    assert (done.returncode, done.stdout.decode()) == (0, source)


# --- faults of our own --------------------------------------------------------------------------


class Unprintable(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


ERRORS = {
    "plain": ValueError("x"),
    "unprintable": Unprintable(),
    "half a character": ValueError("\ud800"),
    "no words": MemoryError(),
    "a secret": ValueError("http://me:hunter2@host"),
    "a group": ExceptionGroup("several", [ValueError("a"), Unprintable()]),
}


@pytest.mark.parametrize("case", ERRORS)
@pytest.mark.parametrize("folder", [".", "none/such", "\x00", "/proc"])
def test_the_crash_reporter_survives(
    case: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sglc.compiler.console.crash.CRASH_DIR", Knob(folder))
    words = ["run", "\udcff\x1b", "--base-url", "http://me:hunter2@host"]
    found = write_report(ERRORS[case], words)
    assert found.headline.startswith("internal error: ")
    assert found.path is not None
    written = found.path.read_text(encoding="utf-8")
    assert "sglc run" in written
    assert "hunter2" not in written
    assert "\x1b" not in written


class Knob:
    def __init__(self, value: str) -> None:
        self.value = value

    def read(self) -> str:
        return self.value


def test_a_fault_of_ours_is_101_with_any_argument(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "import sglc.compiler.cli as cli\n"
        "cli.make_app = lambda: 1 / 0\n"
        "sys.exit(cli.run(sys.argv[1:]))\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C", "PYTHONUTF8": "0"}
    words = [sys.executable, "-c", code, "run", b"\xff\x1b]0;x\x07"]
    done = subprocess.run(words, cwd=tmp_path, env=env, timeout=60, stderr=subprocess.PIPE)
    assert done.returncode == 101
    assert b"\x1b" not in done.stderr
    assert b"\x1b" not in (tmp_path / "sglc-crash.txt").read_bytes()
