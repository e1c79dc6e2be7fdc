"""`docs/tests.md` names all that a run may leave out: each reason to skip, each kind of test that is kept apart."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "tests.md").read_text(encoding="utf-8")
BROUGHT = {
    "anthropic", "fastapi", "gguf", "llguidance", "openai", "outlines_core", "pydantic", "torch", "triton", "uvicorn",
    "xgrammar", "nbclient", "nbformat",
}  # fmt: skip
"""Modules that `make setup` brings: a test that asks for one is never skipped behind it."""
OURS = "sglc."
CASES = {
    "refused: see below", "refused: a grammar need not be regular", "a sorted loop orders its own lines",
    "shows no reasoning",
}  # fmt: skip
"""Reasons that lie in a case, not in the machine: another test has such a case."""


def calls(name: str) -> Iterator[ast.Call]:
    """Calls of `pytest.NAME` or `pytest.mark.NAME`, in all tests."""
    for file in sorted((ROOT / "tests").rglob("*.py")):
        if "corpus" in file.parts or file.name == Path(__file__).name:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and re.fullmatch(
                rf"pytest\.(mark\.)?{name}", ast.unparse(node.func)
            ):
                yield node


def text(node: ast.expr) -> str:
    """What a reason says, `NAME` for what is put into it."""
    match node:
        case ast.Constant(value=str() as said):
            return said
        case ast.JoinedStr(values=parts):
            return "".join(
                str(part.value) if isinstance(part, ast.Constant) else "NAME" for part in parts
            )
    raise AssertionError(f"a reason that can't be read: {ast.unparse(node)}")


def reasons() -> set[str]:
    skips = [call.args[0] for call in calls("skip") if call.args]
    marked = [*calls("skip"), *calls("skipif")]
    skips += [word.value for call in marked for word in call.keywords if word.arg == "reason"]
    asked = {
        text(call.args[0])
        for call in calls("importorskip")
        if isinstance(call.args[0], ast.Constant)
    }
    missing = {
        each for each in asked if each.split(".")[0] not in BROUGHT and not each.startswith(OURS)
    }
    return {text(each) for each in skips} - CASES | {f"no module {each}" for each in missing}


def listed() -> set[str]:
    """The first column of the page's table of reasons."""
    table = PAGE.partition("## What may be left out")[2].partition("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    return set(rows[2:]) if rows[1].startswith("-") else set(rows[1:])


def test_each_reason_to_skip_is_on_the_page() -> None:
    found = reasons()
    assert len(found) > 12
    assert found == listed()


def test_each_kind_of_test_is_on_the_page() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    markers = {
        line.partition(":")[0] for line in settings["tool"]["pytest"]["ini_options"]["markers"]
    }
    assert [each for each in sorted(markers) if f"| {each} |" not in PAGE] == []
