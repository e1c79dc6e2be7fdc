"""docs/diagnostics.md shows what is printed for the commonest mistakes; `--bless` rewrites it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fenced import blocks

from sglc.compiler.console.report import render
from sglc.ir.span import Source
from sglc.lang import compile_source

PAGE = Path(__file__).resolve().parents[2] / "docs" / "diagnostics.md"
TITLES = re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def section(title: str) -> tuple[str, int]:
    """The section of a title, and where it begins."""
    text = PAGE.read_text(encoding="utf-8")
    start = text.index(f"\n## {title}\n") + 1
    end = text.find("\n## ", start)
    return text[start : end if end > 0 else len(text)], start


def test_there_are_thirty() -> None:
    assert len(TITLES) >= 30
    assert len(set(TITLES)) == len(TITLES)


@pytest.mark.parametrize("title", TITLES)
def test_what_is_printed(title: str, request: pytest.FixtureRequest) -> None:
    text, start = section(title)
    source, expected = blocks(text)
    printed = render(compile_source(Source("example.sgl", source.text))[1]) + "\n"
    if request.config.getoption("--bless") and printed != expected.text:
        page = PAGE.read_text(encoding="utf-8")
        page = page[: start + expected.start] + printed + page[start + expected.end :]
        PAGE.write_text(page, encoding="utf-8", newline="\n")
        return
    assert printed == expected.text
