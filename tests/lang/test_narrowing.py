"""What is known of an optional value in a loop: the next round finds what the round before left."""

from __future__ import annotations

import pytest

from sglc.ir.span import Source
from sglc.lang import compile_source

HEAD = "program p(found: str?, other: str?, n: int) -> str:\n"


def codes(body: str) -> list[str]:
    """What is said of a program with this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return [
        found.code for found in compile_source(Source("t.sgl", f'{HEAD}{lines}    return ""\n'))[1]
    ]


@pytest.mark.parametrize(
    "body",
    [
        'note = found\nif note != none:\n    for i in range(n):\n        "{note}"',
        'note = found\nif note != none:\n    while n > 3 max 4:\n        "{note}"',
        'note = found\nwhile note != none max 4:\n    "{note}"\n    note = none',
        'note = found\nwhile not (note == none) and n > 2 max 4:\n    "{note}"\n    note = other',
        'note = found\nmore = other\nif note != none and more != none:\n'
        '    for i in range(n):\n        "{note}"\n        more = none',
        'note = found\nif note != none:\n    for i in range(n):\n        note = "new"\n        "{note}"',
    ],
)  # fmt: skip
def test_what_is_there_stays_there(body: str) -> None:
    assert codes(body) == []


@pytest.mark.parametrize(
    "body",
    [
        'note = found\nif note != none:\n    for i in range(n):\n        "{note}"\n        note = none',
        'note = found\nif note != none:\n    for i in range(n):\n        "{note}"\n        note = other',
        'note = found\nif note != none:\n    while n > 3 max 4:\n        "{note}"\n        note = none',
        'note = found\nif note != none:\n    for i in range(n):\n        "{note}"\n'
        "        if n > 3:\n            note = none",
        'note = found\nwhile n > 3 max 4:\n    "{note}"\n    note = none',
        'note = found\nwhile note == none max 4:\n    "{note}"',
    ],
)  # fmt: skip
def test_what_a_round_takes_away_is_not_there_in_the_next(body: str) -> None:
    assert codes(body) == ["SGL0211"]
