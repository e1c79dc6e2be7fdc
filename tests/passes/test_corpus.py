"""Code motion on a corpus of templates: no wrong move, no wrong suggestion (tests/passes/corpus)."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import validation

from sglc.compiler.driver.compilation import load
from sglc.ir.meaning.interpret import run
from sglc.ir.module import LIFETIMES, Module, Program
from sglc.ir.ops import For, Unordered
from sglc.ir.structure import walk
from sglc.ir.target import Target
from sglc.ir.values.limits import Json
from sglc.passes.inline import Inline
from sglc.passes.move_code import MoveCode
from sglc.passes.running.context import Context
from sglc.passes.running.runner import RunOptions, run_pipeline

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(CORPUS.glob("*.sgl"))
TARGET = Target.estimating()


def expected(path: Path) -> str:
    """The verdict in the first line of a template."""
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# expect: ")


def laid_out(path: Path) -> tuple[Module, Module, Context]:
    """A template before and after code motion, and what was said."""
    before, _ = load(path)
    context = Context(TARGET)
    before = run_pipeline(before, [Inline()], context, RunOptions(verify=2))
    after = run_pipeline(before, [MoveCode()], context, RunOptions(verify=2))
    return before, after, context


def verdict(path: Path) -> str:
    """What code motion did with a template."""
    before, _, context = laid_out(path)
    did = [r for r in context.remarks if r.action == "did" and "laid out" in r.what]
    if any(isinstance(op, Unordered) for p in before.programs for op in walk(p.body)):
        return "move" if did else "stay"
    return "suggest" if any(r.action == "suggests" for r in context.remarks) else "silent"


def test_there_are_enough_templates_of_every_kind():
    kinds = [expected(path) for path in FILES]

    assert len(FILES) >= 40
    assert {kind: kinds.count(kind) >= 8 for kind in set(kinds)} == dict.fromkeys(
        ("move", "stay", "suggest", "silent"), True
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_verdict_is_the_expected_one(path: Path):
    assert verdict(path) == expected(path)


@pytest.mark.parametrize(
    "path", [p for p in FILES if expected(p) in ("suggest", "silent")], ids=lambda path: path.stem
)
def test_nothing_moves_outside_a_declared_freedom(path: Path):
    before, after, _ = laid_out(path)

    assert after is before


def instance_args(program: Program, instance: int) -> dict[str, Json]:
    """Arguments of one of two rows of different users in one tenant."""
    return {
        param.name: validation.sample_value(
            param.value.type,
            param.name,
            instance if LIFETIMES.index(param.lifetime) >= LIFETIMES.index("user") else 0,
        )
        for param in program.params
    }


def shared_tokens(module: Module) -> int:
    """How many leading tokens the first calls of two rows share."""
    program = module.programs[0]
    prompts = [
        run(module, program.name, instance_args(program, i), target=TARGET).transcript[0].asked
        for i in range(2)
    ]
    pairs = zip(*prompts, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def test_what_moves_shares_at_least_60_tokens_more_on_average():
    gains = [
        shared_tokens(after) - shared_tokens(before)
        for before, after, _ in map(laid_out, (p for p in FILES if expected(p) == "move"))
    ]

    print(f"shared tokens gained: {gains}, {sum(gains) / len(gains):.0f} on average")
    assert min(gains) >= 0
    assert sum(gains) / len(gains) >= 60


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_layout_says_is_what_was_written(path: Path):
    """A layout is a permutation: no word comes, goes or is torn."""
    before, after, _ = laid_out(path)
    program = before.programs[0]
    if any(isinstance(op, For) and op.key for op in walk(program.body)):
        pytest.skip("a sorted loop orders its own lines")
    args = validation.sample_args(program, 0)
    texts = [
        TARGET.tokenizer.decode(run(m, program.name, args, target=TARGET).transcript[0].asked)
        for m in (before, after)
    ]
    assert sorted(texts[0].splitlines()) == sorted(texts[1].splitlines())
