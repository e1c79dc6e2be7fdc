"""Hostile input: whatever the text, the front end answers with diagnostics, and never raises."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sglc.compiler.console.report import render
from sglc.ir.diagnostic import CompileFailed, has_errors
from sglc.ir.span import Source
from sglc.ir.text.printer import print_module
from sglc.ir.verify.verifier import verify
from sglc.lang import analyse, compile_source
from sglc.lang.format.files import format_source
from sglc.lang.lower.tests import lower_tests

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples").glob("*.sgl"))]
WORDS = [
    "program", "prompt", "text", "type", "extern def", "test", "import", "system:", "user:",
    "assistant:", "if", "elif", "else:", "for", "in", "while", "max", "fork", "as", "parallel:",
    "arm:", "unordered:", "section:", "by", "use", "resume", "return", "mock", "expect", "gen()",
    "select(", "(", ")", "[", "]", "{", "}", ",", ":", "=", "==", "->", "@", "?", "|", "+", "-", "*",
    "/", "%", "not", "and", "or", "none", "true", '"', '"a"', '"{x}"', '"""', "r\"", "\\", "x", "y",
    "str", "list[", "0", "1.5", "12x", "\n", "\n    ", "\n        ", "\t", "#", "\r\n", "\0", "é", "😀",
]  # fmt: skip
SETTINGS = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def survive(text: str) -> None:
    """Run everything that the front end does with a text."""
    source = Source("fuzz.sgl", text)
    analysis = analyse(source, Path("/nowhere/fuzz.sgl"))
    render(analysis.diagnostics)
    module, found = compile_source(source, Path("/nowhere/fuzz.sgl"))
    assert (module is None) == has_errors(found)
    if module is not None:
        assert verify(module) == [], text
        try:
            suite = lower_tests(analysis.checked)
        except CompileFailed:
            return
        assert verify(suite.module) == [], text
    try:
        formatted = format_source(source)
    except CompileFailed:
        return
    assert format_source(Source("fuzz.sgl", formatted)) == formatted
    if any(d.code == "SGL0007" for d in found):
        return  # formatting mends tabs
    again, _ = compile_source(Source("fuzz.sgl", formatted), Path("/nowhere/fuzz.sgl"))
    assert (again is None) == (module is None)
    if module is not None and again is not None:
        assert print_module(again) == print_module(module)


@st.composite
def damaged_examples(draw: st.DrawFn) -> str:
    """An example with pieces cut out, doubled, swapped or replaced by other words."""
    text = draw(st.sampled_from(EXAMPLES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(len(text) - 1, 0)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(st.sampled_from(["", text[start:end] * 2, *WORDS]))
        text = text[:start] + piece + text[end:]
    return text


@st.composite
def rearranged_examples(draw: st.DrawFn) -> str:
    """An example whose lines are dropped, doubled, swapped or indented otherwise."""
    lines = draw(st.sampled_from(EXAMPLES)).split("\n")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "double", "swap", "indent", "dedent"])):
            case "drop":
                lines[at] = ""
            case "double":
                lines.insert(at, lines[other])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "indent":
                lines[at] = "    " + lines[at]
            case _:
                lines[at] = lines[at].removeprefix("    ")
    return "\n".join(lines)


@given(st.text(max_size=200))
@SETTINGS
def test_any_text(text: str) -> None:
    survive(text)


@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
@SETTINGS
def test_any_words(text: str) -> None:
    survive(text)


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
@SETTINGS
def test_any_body(text: str) -> None:
    survive(f"program p(x: str, y: list[int]) -> str:\n    {text}\n    return x\n")


@given(damaged_examples())
@SETTINGS
def test_damaged_examples(text: str) -> None:
    survive(text)


@given(rearranged_examples())
@SETTINGS
def test_rearranged_examples(text: str) -> None:
    survive(text)


@pytest.mark.parametrize(
    "count", [pytest.param(500, marks=pytest.mark.slow), pytest.param(3000, marks=pytest.mark.soak)]
)
@pytest.mark.parametrize("kind", [damaged_examples, rearranged_examples])
def test_many_more(kind, count: int) -> None:
    settings(SETTINGS, max_examples=count)(given(kind())(survive))()
