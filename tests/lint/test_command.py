"""The command: exit codes, configuration, suppressions, baseline, lock, revisions, fixes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sglc.compiler.cli import run

BAD = """from datetime import datetime

from openai import OpenAI

client = OpenAI()
RULES = "Keep to the rules of the house. " * 90


def ask(text):
    system = f"Now: {datetime.now()}. " + RULES{comment}
    return client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": text}]
    )
"""
GOOD = BAD.replace('f"Now: {datetime.now()}. " + RULES', "RULES")


def bad(comment: str = "") -> str:
    return BAD.replace("{comment}", comment)


def good() -> str:
    return GOOD.replace("{comment}", "")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.sglc.lint]\n")
    return tmp_path


def codes(text: str) -> list[str]:
    return [finding["code"] for finding in json.loads(text)["findings"]]


def test_a_finding_makes_the_exit_code_1(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a.py").write_text(bad())
    assert run(["lint", "a.py"]) == 1
    out = capsys.readouterr().out
    assert "error[PFX101]: `datetime.now()` stands in the prompt" in out
    assert "a.py:10:22" in out
    assert "help: put the time into the newest user message" in out


CORPUS = Path(__file__).parent / "corpus" / "py"
MANY_WAYS = ("pos/os_walk_files.py", "blind2/walk_sources.py", "blind2/scratchpad")
"""Cases in which one origin reaches a prompt by several ways, or one place has several findings."""


def told_under(seed: int) -> str:
    command = [sys.executable, "-m", "sglc", "lint", "--no-cache", "--preview", "--format", "json"]
    source = Path(__file__).resolve().parents[2] / "src"
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(source)}
    paths = [str(CORPUS / name) for name in MANY_WAYS]
    done = subprocess.run([*command, *paths], env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_what_is_told_is_the_same_under_another_hash_seed() -> None:
    told = told_under(0)
    assert len(codes(told)) > 3
    assert [told_under(seed) for seed in (1, 2, 5)] == [told] * 3


def test_nothing_to_find_is_0(project: Path) -> None:
    (project / "a.py").write_text(good())
    assert run(["lint", "a.py"]) == 0


def test_what_can_not_be_analysed_is_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a.py").write_text("def f(:\n")
    (project / "b.jsonl").write_text("{not json\n")
    assert run(["lint", ".", "--format", "concise"]) == 2
    out = capsys.readouterr().out
    assert "a.py:1:1: error[PFX900]" in out
    assert "b.jsonl:1:1: error[PFX900]" in out


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('selct = ["PFX1"]', "there is no setting `selct`"),
        ('select = ["PFX999"]', "there is no rule `PFX999`"),
        ('target = "opnai"', "there is no target `opnai`"),
        ('fail-on = "sometimes"', "`sometimes` is no severity"),
        ("preview = 3", "Expected `bool`"),
    ],
)
def test_a_wrong_setting_is_an_error(
    project: Path, capsys: pytest.CaptureFixture[str], table: str, words: str
) -> None:
    (project / "pyproject.toml").write_text(f"[tool.sglc.lint]\n{table}\n")
    (project / "a.py").write_text(good())
    assert run(["lint", "a.py"]) == 2
    assert words in capsys.readouterr().err


def test_severity_ignore_and_fail_on(project: Path) -> None:
    (project / "a.py").write_text(bad())
    assert run(["lint", "a.py", "--ignore", "PFX101"]) == 0
    assert run(["lint", "a.py", "--severity", "PFX101=warning"]) == 0
    assert run(["lint", "a.py", "--severity", "PFX101=warning", "--fail-on", "warning"]) == 1
    assert run(["lint", "a.py", "--fail-on", "never"]) == 0


def test_rules_are_ignored_by_file(project: Path) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.sglc.lint.per-file-ignores]\n"old/*.py" = ["PFX1"]\n'
    )
    (project / "old").mkdir()
    (project / "old" / "a.py").write_text(bad())
    assert run(["lint", "."]) == 0


def test_a_suppression_with_its_reason(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a.py").write_text(bad("  # sglc: ignore[PFX101] the demo shows it"))
    (project / "b.py").write_text(good() + "# sglc: ignore[PFX101] nothing here\n")
    assert run(["lint", ".", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(f["code"], f["origin"]["file"]) for f in found] == [("PFX901", "b.py")]


def test_the_baseline_lets_old_findings_pass(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "a.py").write_text(bad())
    assert run(["lint", "a.py", "--baseline", "known.json"]) == 0
    (project / "a.py").write_text("\n\n# moved down\n" + bad())
    assert run(["lint", "a.py", "--baseline", "known.json"]) == 0
    (project / "b.py").write_text(bad().replace("datetime.now()", "datetime.utcnow()"))
    capsys.readouterr()
    assert run(["lint", ".", "--baseline", "known.json", "--format", "json"]) == 1
    assert [f["origin"]["file"] for f in json.loads(capsys.readouterr().out)["findings"]] == [
        "b.py"
    ]


def test_the_lock_notices_a_changed_prefix(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "a.py").write_text(good())
    assert run(["lint", "a.py", "--update-lock"]) == 0
    assert run(["lint", "a.py"]) == 0
    (project / "a.py").write_text(good().replace("Keep to", "Stick to"))
    capsys.readouterr()
    run(["lint", "a.py", "--format", "json"])
    assert codes(capsys.readouterr().out) == ["PFX801"]
    (project / "a.py").write_text(good().replace("* 90", "* 30"))
    assert run(["lint", "a.py", "--format", "json"]) == 1
    assert codes(capsys.readouterr().out) == ["PFX802"]


def git(*words: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words]
    subprocess.run(command, check=True, capture_output=True)


def test_a_changed_helper_surfaces_at_every_program(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "helper.py").write_text('RULES = "Keep to the rules of the house. " * 90\n')
    for name in ("one", "two"):
        text = good().replace('RULES = "Keep to the rules of the house. " * 90\n', "")
        (project / f"{name}.py").write_text("from helper import RULES\n" + text)
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "before")
    (project / "helper.py").write_text('RULES = "Keep to the rules of the house! " * 90\n')
    run(["lint", ".", "--against", "HEAD", "--format", "json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(f["code"], f["origin"]["file"]) for f in found] == [
        ("PFX801", "one.py"),
        ("PFX801", "two.py"),
    ]


def test_against_reports_only_what_is_new(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "a.py").write_text(bad())
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "before")
    assert run(["lint", ".", "--against", "HEAD"]) == 0
    (project / "b.py").write_text(bad())
    capsys.readouterr()
    assert run(["lint", ".", "--against", "HEAD", "--format", "json"]) == 1
    assert [f["origin"]["file"] for f in json.loads(capsys.readouterr().out)["findings"]] == [
        "b.py"
    ]
    assert run(["lint", ".", "--against", "no-such-revision"]) == 2


def test_a_safe_fix_is_performed(project: Path) -> None:
    text = "\ufeffYou are the clerk of a library. Answer the question of the reader.\u200b\n" * 1
    (project / "p.j2").write_text(
        text + "Give the shelf mark. Never guess. {{ question }}\n", encoding="utf-8"
    )
    assert run(["lint", "p.j2", "--preview", "--fix"]) == 0
    assert (project / "p.j2").read_text(encoding="utf-8").startswith("You are the clerk")
    assert "\u200b" not in (project / "p.j2").read_text(encoding="utf-8")


def test_rules_and_their_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    for row in rows:
        assert run(["rule", row["code"]]) == 0
        page = capsys.readouterr().out
        for heading in (
            "## What it does",
            "## Why is this bad?",
            "## Example",
            "## Use instead",
            "## Fix safety",
        ):
            assert heading in page, row["code"]
    assert run(["rule", "PFX999"]) == 2


def test_usage_errors_say_what_to_do(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a.py").write_text(good())
    (project / "broken.json").write_text("[]")
    for words, code, text in (
        (["lint", "a.py", "--lock", "broken.json"], "SGL2062", "`broken.json` is no lock file"),
        (["lint", "a.py", "--baseline", "broken.json"], "SGL2062", "`broken.json` is no baseline"),
        (
            ["lint", "a.py", "--model", "nowhere"],
            "SGL2064",
            "the tokenizer of `nowhere` can't be used",
        ),
        (["lint", "a.py", "--against", "nothing"], "SGL2061", "`nothing` can't be read"),
        (["record", "calls.jsonl"], "SGL2063", "there is no program to run"),
    ):
        assert run(words) == 2
        err = capsys.readouterr().err
        assert f"error[{code}]" in err
        assert text in err
        assert "help: " in err, code
        assert run(["rule", code]) == 0
        assert code in capsys.readouterr().out


def test_a_program_is_recorded(project: Path) -> None:
    server = """
import json, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"usage": {"prompt_tokens": 3}}')

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/v1/chat/completions"
print(httpx.post(url, json={"model": "m", "messages": []}).json())
"""
    (project / "app.py").write_text(server)
    assert run(["record", "calls.jsonl", "--", "app.py"]) == 0
    (entry,) = [json.loads(line) for line in (project / "calls.jsonl").read_text().splitlines()]
    assert entry["request"] == {"model": "m", "messages": []}
    assert entry["usage"] == {"prompt_tokens": 3}
