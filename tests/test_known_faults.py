"""The table of known faults is about the code that is there, and about tests that are there."""

from __future__ import annotations

import ast

import pytest
from judge_faults import PAGE, page
from known_faults import FAULTS, ROOT, named


@pytest.mark.parametrize("fault", [*named()], ids=lambda fault: fault.what)
def test_it_can_be_made(fault) -> None:
    changed = fault.source()
    assert changed != (ROOT / fault.file).read_text(encoding="utf-8")
    ast.parse(changed)


@pytest.mark.parametrize("test", sorted({fault.test for fault in named()}))
def test_its_test_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    assert f"def {name.partition('[')[0]}(" in text if name else text


def test_every_pass_is_left_out_once() -> None:
    passes = {
        path.name
        for path in (ROOT / "passes").glob("*.py")
        if "\n    name: ClassVar[str]" in path.read_text(encoding="utf-8")
    }
    idle = {fault.file for fault in FAULTS["Each pass is worth something"]}
    assert idle == {f"passes/{name}" for name in passes}


def test_the_page_is_written_from_it(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--bless"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
