"""Every code block of the language reference compiles, is formatted, and its tests pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from fenced import Block, blocks

from sglc.compiler.testing.blocks import Setup, run_file
from sglc.ir.span import Source
from sglc.ir.target import Target
from sglc.ir.values.operations import ARITIES
from sglc.ir.values.operations import BUILTINS as RUNTIME_BUILTINS
from sglc.ir.verify.verifier import verify
from sglc.lang import compile_source
from sglc.lang.check.builtin_types import BUILTINS
from sglc.lang.check.expressions.options import GEN_OPTIONS
from sglc.lang.format.files import format_source

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
SOURCES = [block for block in blocks(PAGE) if block.language == "sgl"]


@pytest.mark.parametrize("block", SOURCES, ids=lambda b: f"line {PAGE.count(chr(10), 0, b.start)}")
def test_the_block_compiles(block: Block, tmp_path: Path) -> None:
    source = Source("language.md", block.text)
    module, found = compile_source(source)
    assert [str(d) for d in found] == []
    assert module is not None
    assert verify(module) == []
    assert format_source(source) == block.text
    path = tmp_path / "block.sgl"
    path.write_text(block.text, encoding="utf-8")
    assert all(report.passed for report in run_file(path, Setup(Target.estimating())))


def test_every_option_and_function_is_in_the_reference() -> None:
    assert [name for name in GEN_OPTIONS if f"`{name}" not in PAGE and f", {name}" not in PAGE
            and name != "method"] == []  # fmt: skip
    assert [name for name in BUILTINS if name not in PAGE] == []


def test_the_checker_knows_the_functions_of_the_ir() -> None:
    """`slice` is what `x[a:b]` is, `format_number` what `{x:.2f}` is; some belong to the Python front end."""
    others = {"slice", "format_number", "python_str", "lstrip", "rstrip"}
    assert {*BUILTINS, *others} == set(RUNTIME_BUILTINS)
    for name, builtin in BUILTINS.items():
        least, most = ARITIES[name]
        assert builtin.required == least
        assert most == (None if builtin.variadic else len(builtin.params))
