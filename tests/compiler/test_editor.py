"""What an editor is told about names: all their places, renaming, outlines, and prompts before calls."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fenced import blocks

from sglc.compiler.editor.hovers import hover
from sglc.compiler.editor.occurrences import CannotRename, occurrences, renamed
from sglc.compiler.editor.outline import outline
from sglc.ir.span import Source, Span
from sglc.lang.compile import Analysis, analyse

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
TEXTS = [block.text for block in blocks(REFERENCE) if block.language == "sgl"]
FRESH = "another_name"

PROGRAM = """\
text RULES = "Be brief."

type Verdict = {score: int}

prompt shot(line: str):
    "Q: {line}"

program judge(line: str @release, tries: int = 3) -> {score: int, line: str}:
    system:
        RULES
        use shot(line="one")
    for i in range(tries):
        if i == 2:
            break
        user: "Judge {line}, {i}."
        assistant: verdict: Verdict = gen(max_tokens=8)
    user: "And now?"
    assistant: score: int = gen(max_tokens=4)
    return {score, line}

program both() -> int:
    r = judge("a", tries=2)
    return r.score

test "it judges":
    mock score = 4
    r = judge(line="b")
    expect r.score == 4
"""


def analysed(text: str) -> Analysis:
    return analyse(Source("editor.sgl", text))


def edited(text: str, edits: list[tuple[Span, str]]) -> str:
    for span, new in sorted(edits, key=lambda edit: -edit[0].start):
        text = text[: span.start] + new + text[span.end :]
    return text


def lines_of(name: str, at: str) -> list[int]:
    """The lines on which the name that stands at the first `at` occurs."""
    found = occurrences(analysed(PROGRAM), PROGRAM.index(at) + at.index(name))
    assert found is not None
    assert {span.text for span in found.spans} == {name}
    return [PROGRAM.count("\n", 0, span.start) + 1 for span in found.spans]


def test_a_parameter_is_found_with_the_arguments_that_name_it() -> None:
    assert lines_of("line", "judge(line") == [8, 15, 19, 27]
    assert lines_of("tries", "range(tries") == [8, 12, 22]


def test_an_answer_is_found_with_its_mock() -> None:
    assert lines_of("score", "score: int = gen") == [18, 19, 26]


def test_declared_names_are_found() -> None:
    assert lines_of("judge", "judge(line") == [8, 22, 27]
    assert lines_of("RULES", "RULES\n") == [1, 10]
    assert lines_of("Verdict", "type Verdict") == [3, 16]
    assert lines_of("shot", "use shot") == [5, 11]


def test_a_field_that_stands_for_itself_keeps_its_name() -> None:
    new = edited(PROGRAM, renamed(analysed(PROGRAM), PROGRAM.index("line: str @"), "text_line"))
    assert "return {score, line: text_line}" in new
    assert 'judge(text_line="b")' in new
    assert "prompt shot(line: str)" in new


@pytest.mark.parametrize("new", ["user", "none", "tries", "shot", "a b", "1x", ""])
def test_names_that_cannot_be(new: str) -> None:
    with pytest.raises(CannotRename):
        renamed(analysed(PROGRAM), PROGRAM.index("line: str @"), new)


def names_in(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"[^\W\d]\w*", text)]


@pytest.mark.parametrize("text", [PROGRAM, *TEXTS])
def test_a_program_means_the_same_under_other_names(text: str) -> None:
    """Each name of each program of the reference, renamed: the file is as right as before."""
    before = analysed(text)
    done: set[int] = set()
    for offset in names_in(text):
        found = occurrences(before, offset)
        if found is None or found.spans[0].start in done:
            continue
        done.add(found.spans[0].start)
        if re.search(rf"tools=\[[^\]]*\b{found.name}\b", text):
            with pytest.raises(CannotRename, match="a model calls a tool by"):
                renamed(before, offset, FRESH)
            continue
        new = edited(text, renamed(before, offset, FRESH))
        after = analysed(new)
        assert [d.headline for d in after.diagnostics] == []
        back = occurrences(after, new.index(FRESH))
        assert back is not None
        assert len(back.spans) == len(found.spans)
    assert done


def test_an_outline_holds_declarations_and_answers() -> None:
    entries = outline(analysed(PROGRAM))
    assert [(e.name, e.kind) for e in entries] == [
        ("RULES", "text"), ("Verdict", "type"), ("shot", "prompt"), ("judge", "program"),
        ("both", "program"), ("it judges", "test"),
    ]  # fmt: skip
    assert [(e.name, e.detail) for e in entries[3].inner] == [
        ("verdict", "{score: int}"), ("score", "int"),
    ]  # fmt: skip


def test_a_hover_tells_lifetimes_and_the_prompt() -> None:
    def shown(at: str, shift: int = 0) -> str:
        found = hover(analysed(PROGRAM), PROGRAM.index(at) + shift, lambda text: "")
        assert found is not None
        return found.text

    assert "line: str @release" in shown("{line}, {i}", 1)
    assert "judge(line: str @release, tries: int)" in shown("judge(line=")
    assert "[system] Be brief.{use shot}\n[user] Judge {line}, {i}.\n[assistant] \n" in shown(
        "gen(max_tokens=8", 1
    )
    assert "{for i in range(tries)}\n[user] And now?" in shown("gen(max_tokens=4", 1)
