"""What is left out because it can't send is nothing: the corpus is found the same where every function is followed."""

from pathlib import Path

import pytest

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.python.reach import Reach
from sglc.compiler.lint.run import Result, lint

CORPUS = Path(__file__).parent / "corpus"
PLAIN = """from datetime import datetime

from openai import OpenAI


def stamp() -> str:
    return datetime.now().isoformat()


def shown(rows: list[str]) -> str:
    return "\\n".join(f"{stamp()} {row}" for row in rows)


class Desk:
    def __init__(self) -> None:
        self.send = OpenAI().chat.completions.create

    def ask(self, text: str):
        return self.send(model="m", messages=[{"role": "user", "content": text}])
"""


def places(result: Result) -> set[tuple[str, str, str]]:
    return {(f.code, str(f.evidence.origin), str(f.evidence.sink)) for f in result.findings}


@pytest.mark.parametrize("each", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_the_corpus_is_found_the_same(each: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its programs some, or all."""
    programs = sorted((CORPUS / "py").iterdir())[::each]
    chosen = places(lint(programs, Config(preview=True)))
    assert len(chosen) > 50
    monkeypatch.setattr(Reach, "may_send", lambda self, node: True)
    monkeypatch.setattr(Reach, "sends", lambda self, module: True)
    assert places(lint(programs, Config(preview=True))) == chosen


def test_only_what_leads_to_a_call_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, bool] = {}
    may_send = Reach.may_send

    def noted(self: Reach, node: object) -> bool:
        held = may_send(self, node)  # type: ignore[arg-type]
        asked[getattr(node, "name", "")] = held
        return held

    monkeypatch.setattr(Reach, "may_send", noted)
    (tmp_path / "a.py").write_text(PLAIN)
    lint([tmp_path], Config())
    assert asked == {"stamp": False, "shown": False, "ask": True}
