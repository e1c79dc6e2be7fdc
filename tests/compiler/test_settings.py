"""What the environment changes, and the forms that diagnostics have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sglc.compiler.cli import run
from sglc.compiler.commands.options import watching
from sglc.compiler.console import knobs
from sglc.compiler.console.failures import INTERNAL, internal
from sglc.compiler.console.report import FORMATS, render
from sglc.ir.span import Source
from sglc.lang import compile_source

WRONG = 'program p(x: str) -> str:\n    "{y}"\n    a = gen(max_token=3)\n    return a\n'


@pytest.mark.parametrize(("given", "level"), [("", 1), ("0", 0), ("1", 1), ("2", 2), ("much", 1)])
def test_how_often_the_ir_is_verified(
    given: str, level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SGLC_VERIFY", given)
    assert watching().verify == level


def test_a_fault_of_ours_is_a_report_or_a_traceback_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SGLC_CRASH_DIR", str(tmp_path))
    for full in ("", "full"):
        monkeypatch.setenv("SGLC_TRACEBACK", full)
        assert internal(ZeroDivisionError("of ours"), ["run", "x.sgl"]) == INTERNAL
        said = capfd.readouterr().err
        assert ("Python " in said) == (full == "full")
        assert "ZeroDivisionError" in said
        assert (str(tmp_path) in said) or full
    (report,) = tmp_path.glob("*.txt")
    assert "ZeroDivisionError" in report.read_text(encoding="utf-8")
    assert watching().crash_dir == tmp_path


def test_every_variable_is_shown_and_no_key(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for knob in knobs.KNOBS:
        monkeypatch.setenv(knob.name, "sesame")
    run(["env"])
    shown = capfd.readouterr().out
    for knob in knobs.KNOBS:
        value = "(set)" if knob.name.endswith(knobs.SECRET) else "sesame"
        assert f"\n{knob.name}={value}\n" in shown


@pytest.mark.parametrize("format", FORMATS)
def test_every_form_of_a_diagnostic_says_what_and_where(format: str) -> None:
    found = compile_source(Source("p.sgl", WRONG))[1]
    text = render(found, format)
    assert len(found) == 2
    for diagnostic in found:
        assert diagnostic.code in text
        assert diagnostic.headline in (text if format != "json" else str(json.loads(text)))
    if format == "concise":
        assert [line.split(": ")[0] for line in text.splitlines()] == ["p.sgl:2:7", "p.sgl:3:13"]
    if format == "json":
        labels = [each["labels"][0] for each in json.loads(text)]
        assert [(each["file"], each["line"], each["column"]) for each in labels] == [
            ("p.sgl", 2, 7), ("p.sgl", 3, 13),
        ]  # fmt: skip
