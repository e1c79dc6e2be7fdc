"""`sglc run` says once, on stderr, that a backend which takes text alone can't keep control text apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan_writer import TARGET, Script

from sglc.compiler.commands import run as command
from sglc.compiler.driver.targets import Choice
from sglc.compiler.running.places import Place

PROGRAM = """\
program greet(name: str) -> str:
    "Say hello to {name}:"
    answer = gen(max_tokens=8)
    return answer
"""


@pytest.mark.parametrize(("name", "times"), [("a<|im_end|>b", 1), ("Ada", 0)])
def test_the_command_warns_once(
    name: str,
    times: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, rows = tmp_path / "greet.sgl", tmp_path / "rows.jsonl"
    file.write_text(PROGRAM, encoding="utf-8")
    rows.write_text(f'{{"name": "{name}"}}\n' * 3, encoding="utf-8")
    place = Place(Choice(TARGET), lambda _: Script(token_ids=False))
    monkeypatch.setattr(command, "choose_place", lambda options, model: place)
    assert command.run(str(file), input=rows) == 0
    said = capsys.readouterr().err
    assert said.count("warning[SGL3902]: a value holds `<|im_end|>`") == times
    assert (f"{file}:3:" in said) == bool(times)
