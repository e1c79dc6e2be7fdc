"""Programs of our own: declared lifetimes, windows, arms; and the examples."""

from pathlib import Path

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.run import lint

ROOT = Path(__file__).resolve().parents[2]
OLD_WINDOW = """
type Message = {role: "user" | "assistant", content: str}

program reply(messages: list[Message] @session, question: str @turn, keep: int = 6) -> str:
    recent = messages
    if len(messages) > keep:
        recent = messages[-keep:]
    for m in recent:
        user: m.content
    user: question
    assistant: answer = gen(max_tokens=80)
    return answer
"""
ARMS = """
program judge(essay: str @turn, rules: str @release) -> list[str]:
    fork side in ["for", "against"]:
        system:
            "Argue {side} the essay.\\n"
            rules
        user: essay
        assistant: said = gen(max_tokens=80)
    return said
"""


def codes(folder: Path, text: str) -> list[str]:
    (folder / "a.sgl").write_text(text)
    return [f.code for f in lint([folder], Config()).findings]


def test_a_window_that_slides(tmp_path: Path) -> None:
    assert codes(tmp_path, OLD_WINDOW) == ["PFX207"]


def test_a_window_that_moves_in_strides(tmp_path: Path) -> None:
    text = OLD_WINDOW.replace(
        "messages[-keep:]", "messages[(len(messages) - keep) // keep * keep:]"
    )
    assert codes(tmp_path, text) == []


def test_arms_that_diverge_before_what_they_share(tmp_path: Path) -> None:
    assert codes(tmp_path, ARMS) == ["PFX702"]


def test_a_file_with_errors_is_not_analysed(tmp_path: Path) -> None:
    assert codes(tmp_path, "program p( -> str:\n") == ["PFX900"]


def test_the_conversation_of_the_examples_keeps_its_history() -> None:
    found = lint([ROOT / "examples" / "chat.sgl"], Config()).findings
    assert [f.code for f in found if f.code == "PFX207"] == []
