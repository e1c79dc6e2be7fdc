"""Every code that the project can show has a page, one meaning, and every page is of such a code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sglc.compiler.console.rules import PACKAGES, codes, page_of
from sglc.runtime.plan.errors import CODES

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("ir", "lang", "passes", "compiler", "runtime")
QUOTED = re.compile(r"""["'](?:SGL)?(\d{4})["']|\[SGL(\d{4})\]""")
"""A code as it is raised: whole, without its letters (`problem("1104", ...)`), or in a printed line."""


def raised() -> dict[str, set[str]]:
    """The codes in the source, and where they stand; the runtime's table of all its codes is not a place."""
    found: dict[str, set[str]] = {}
    for stage in STAGES:
        for file in (ROOT / stage).rglob("*.py"):
            if file != ROOT / "runtime" / "plan" / "errors.py":
                for whole, printed in QUOTED.findall(file.read_text(encoding="utf-8")):
                    found.setdefault(f"SGL{whole or printed}", set()).add(stage)
    return found


def test_every_code_has_a_page() -> None:
    assert sorted(set(raised()) - set(codes())) == []


def test_every_page_is_of_a_code_that_is_raised() -> None:
    assert sorted(set(codes()) - set(raised())) == []


def test_a_code_has_one_page() -> None:
    heads: list[str] = []
    for package in PACKAGES:
        file = ROOT / package.removeprefix("sglc.") / "pages.md"
        heads += re.findall(r"^## (SGL\d{4})", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(heads) == codes()


@pytest.mark.parametrize("code", codes())
def test_a_page_has_a_title_and_prose(code: str) -> None:
    title, prose = page_of(code).split("\n", 1)
    assert re.fullmatch(rf"# {code}: .+[^.]", title)
    assert len(prose.strip()) > 20


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_runtime_s_table_says_what_the_page_says(code: str) -> None:
    title = page_of(code).splitlines()[0].removeprefix(f"# {code}: ")
    assert CODES[code].split(";")[0].replace("cannot", "can't") == title
