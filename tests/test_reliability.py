"""Every promise of docs/reliability.md names a test that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
HEAD = "| Promise | Held by | Figures |"
TEST = re.compile(r"(?:tests/[\w/]*)?test_\w+\.py")


def promises() -> Iterator[tuple[str, str]]:
    """Each promise, and the cell that says what holds it."""
    for table in PAGE.split(HEAD)[1:]:
        for line in table.partition("\n\n")[0].splitlines()[2:]:
            promise, held_by, _ = re.split(r"(?<!\\)\|", line.strip("|"))
            yield promise.strip(), held_by


def files_of(name: str) -> list[Path]:
    """The tests that a name may stand for: a path, or a name alone."""
    if "/" in name:
        return [ROOT / name] if (ROOT / name).is_file() else []
    return list((ROOT / "tests").rglob(name))


def test_there_are_promises() -> None:
    assert PAGE.count(HEAD) == 6
    assert len(list(promises())) >= 60


@pytest.mark.parametrize(("promise", "held_by"), [*promises()], ids=lambda each: each[:60])
def test_what_holds_a_promise_is_there(promise: str, held_by: str) -> None:
    named = TEST.findall(held_by)
    assert named, promise
    for name in named:
        assert files_of(name), name


def test_a_name_alone_stands_for_one_file_that_was_named_in_full_before() -> None:
    told: set[str] = set()
    for name in TEST.findall(PAGE):
        if "/" in name:
            told.add(name)
            continue
        found = {str(file.relative_to(ROOT)) for file in files_of(name)}
        assert found & told, name


def test_commands_are_there() -> None:
    for module in re.findall(r"python -m (benchmarks\.\w+)", PAGE):
        assert (ROOT / (module.replace(".", "/") + ".py")).is_file(), module
    for script in re.findall(r"python (tests/[\w/]+\.py)", PAGE):
        assert (ROOT / script).is_file(), script
