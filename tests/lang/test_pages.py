"""Every diagnostic has a page, an example that shows it and nothing else, and a golden of what is printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fenced import blocks

from sglc.compiler.console.report import render
from sglc.compiler.console.rules import codes, page_of
from sglc.ir.diagnostic import Diagnostic
from sglc.ir.span import Source
from sglc.ir.verify.verifier import verify
from sglc.lang import compile_source
from sglc.lang.format.files import format_source

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
WITHOUT_EXAMPLE = {"SGL0020", "SGL0021", "SGL0022", "SGL0023", "SGL0027", "SGL0028", "SGL0106"}
"""They need several files or very large ones: `test_files.py` and `test_limits.py` show them."""

FRONT_END = [code for code in codes() if code[:5] in ("SGL00", "SGL01", "SGL02", "SGL03")]


def compiled(text: str) -> list[Diagnostic]:
    return compile_source(Source("example.sgl", text))[1]


def example(code: str, word: str) -> str:
    return next(block.text for block in blocks(page_of(code)) if block.words == word)


def test_every_code_of_the_language_has_a_page() -> None:
    used: set[str] = set()
    for file in (ROOT / "lang").rglob("*.py"):
        used |= set(re.findall(r"SGL0[0-3]\d\d", file.read_text(encoding="utf-8")))
    assert used == set(FRONT_END)


@pytest.mark.parametrize("code", FRONT_END)
def test_the_page_says_what_is_meant(code: str) -> None:
    title, prose = page_of(code).split("\n", 1)
    assert re.fullmatch(rf"# {code}: [A-Za-z`].*[^.]", title)
    assert len(prose.split("```")[0].strip()) > 20


@pytest.mark.parametrize("code", sorted(set(FRONT_END) - WITHOUT_EXAMPLE))
def test_the_bad_example_shows_it_alone(code: str, request: pytest.FixtureRequest) -> None:
    found = compiled(example(code, "bad"))
    assert [d.code for d in found] == [code]
    assert all(d.helps for d in found) or code == "SGL0001"
    printed = render(found) + "\n"
    file = GOLDEN / f"{code}.txt"
    if request.config.getoption("--bless"):
        file.write_text(printed, encoding="utf-8")
    assert printed == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", sorted(set(FRONT_END) - WITHOUT_EXAMPLE))
def test_the_good_example_is_good(code: str) -> None:
    source = Source("example.sgl", example(code, "good"))
    module, found = compile_source(source)
    assert found == []
    assert module is not None
    assert verify(module) == []
    assert format_source(source) == source.text
