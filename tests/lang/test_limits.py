"""Nothing that a file may hold costs more than a message: sizes and depths have limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from sglc.ir.span import Source
from sglc.lang import compile_source
from sglc.lang.syntax.limits import MAX_FILE_CHARS, MAX_IMPORT_DEPTH, MAX_TEXT_CHARS

DEEP = 5000


def codes(text: str, path: Path | None = None) -> list[str]:
    return [d.code for d in compile_source(Source("t.sgl", text), path)[1]]


def body(line: str) -> str:
    return f"program p(a: bool, n: int):\n    {line}\n"


def test_a_large_file() -> None:
    assert codes("#" * (MAX_FILE_CHARS + 1)) == ["SGL0020"]


def test_a_long_text() -> None:
    assert codes(body(f'"{"x" * MAX_TEXT_CHARS}"')) == ["SGL0022"]


@pytest.mark.parametrize(
    "line",
    [
        "x = " + "(" * DEEP + "1" + ")" * DEEP,
        "x = " + "[" * DEEP + "]" * DEEP,
        "x = " + "1 + " * DEEP + "1",
        "x = " + "not " * DEEP + "a",
        "x = " + "-" * DEEP + "1",
        "x = " + "a and " * DEEP + "a",
        "x = " + "1 if a else " * DEEP + "2",
        "x = n" + ".y" * DEEP,
        "x = n" + "[0]" * DEEP,
        '"' + '{"' * DEEP + '"}' * DEEP + '"',
        "if a:\n        pass\n" + "    elif a:\n        pass\n" * DEEP,
        "x = " + "2 ** " * DEEP + "1",
    ],
)
def test_deep_nesting(line: str) -> None:
    assert codes(body(line)) == ["SGL0021"]


def test_deep_blocks() -> None:
    lines = ["program p(a: bool):"]
    lines += [" " * depth + "if a:" for depth in range(1, 100)]
    lines.append(" " * 100 + "pass")
    assert codes("\n".join(lines)) == ["SGL0021"]


def test_blocks_and_conditions_together() -> None:
    """Each alone is within its limit; together their regions are not."""
    depth = 60
    lines = ["program p(a: bool):"]
    lines += [" " * level + "if a:" for level in range(1, depth)]
    lines.append(" " * depth + "x = " + "(1 if a else " * 30 + "2" + ")" * 30)
    assert codes("\n".join(lines)) == ["SGL0021"]


def test_deep_types() -> None:
    assert codes(f"type T = {'list[' * DEEP}str{']' * DEEP}\n") == ["SGL0021"]


def test_deep_imports(tmp_path: Path) -> None:
    for number in range(MAX_IMPORT_DEPTH + 3):
        file = tmp_path / f"f{number}.sgl"
        file.write_text(f'import "f{number + 1}.sgl" as next_one\n', encoding="utf-8")
    (tmp_path / f"f{MAX_IMPORT_DEPTH + 3}.sgl").write_text("", encoding="utf-8")
    first = tmp_path / "f0.sgl"
    assert codes(first.read_text(encoding="utf-8"), first) == ["SGL0023"]


@pytest.mark.parametrize("count", [2000])
def test_many_of_everything(count: int) -> None:
    assert codes(body("x = [" + "1, " * count + "]")) == []
    assert codes(body("\n    ".join(f"x{i} = {i}" for i in range(count)))) == []
    assert codes("".join(f"type T{i} = {{a: str}}\n" for i in range(count))) == []
    assert codes(body("[" * 30 + "\n" * count)) != []
