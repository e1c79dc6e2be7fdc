"""Operands, results, regions and effects of any op; building and rebuilding blocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from sglc.ir.builder import BlockBuilder
from sglc.ir.ops import PURE, Const, Effect, Effects, Gen, If, Op, Return, Root, Text, Value, Yield
from sglc.ir.structure import (
    effects,
    operands,
    regions,
    results,
    substitute,
    walk,
    with_regions,
    with_results,
)
from sglc.ir.text.parser import parse_module
from sglc.ir.types import BOOL, INT, PROMPT
from sglc.ir.uses import Uses

EVERY_OP = parse_module((Path(__file__).parent / "every_op.sglir").read_text())
OPS = {type(op).__name__: op for program in EVERY_OP.programs for op in walk(program.body)}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Root", PURE),
        ("Text", Effect.APPENDS),
        ("Select", Effect.MODEL),
        ("Host", Effect.HOST),
        ("Prefetch", Effect.HINT),
        ("Return", Effect.CONTROL),
        ("Call", Effect.MODEL | Effect.SAMPLED | Effect.HOST),
        ("While", Effect.HOST | Effect.APPENDS),
        ("Collect", PURE),
        ("Unordered", Effect.APPENDS),
    ],
)
def test_effects(name: str, wanted: Effects) -> None:
    assert effects(OPS[name]) == wanted


@pytest.mark.parametrize(
    ("parameters", "is_sampled"),
    [
        ("", False),
        ("(temperature=1)", True),
        ("(temperature=1, seed=3)", False),
        ("(temperature=1, top_k=1)", False),
        ("dynamic (temperature=%x)", True),
        ("(temperature=1) dynamic (seed=%x)", False),
        ("(top_k=1) dynamic (temperature=%x)", False),
        ("(temperature=1, top_k=1) dynamic (top_k=%x)", True),
    ],
)
def test_a_gen_is_sampled_unless_it_must_repeat(parameters: str, is_sampled: bool) -> None:
    body = f'%p = root\n%q, %v = gen %p {parameters} site "1"\nreturn 1'
    module = parse_module(f"program @f(%x: int @request) -> int {{\n{body}\n}}")
    op = module.program("f").body.ops[1]
    assert bool(effects(op) & Effect.SAMPLED) is is_sampled


def test_results_come_in_field_order() -> None:
    gen = next(
        op for op in walk(EVERY_OP.program("triage").body) if isinstance(op, Gen) and op.samples
    )
    assert results(gen) == (gen.value, gen.samples)
    assert operands(gen)[0] is gen.source


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: type(op).__name__)
def test_rebuilding_without_change_keeps_the_op(op: Op) -> None:
    assert substitute(op, {}) is op
    assert with_regions(op, regions(op)) is op
    fresh = tuple(Value(value.type) for value in results(op))
    assert results(with_results(op, fresh)) == fresh


def test_substitution_reaches_into_regions() -> None:
    prompt, other = Value(PROMPT), Value(PROMPT)
    builder = BlockBuilder()
    builder.emit(Text(result=(inner := Value(PROMPT)), prompt=prompt, text="a"))
    builder.emit(Yield(values=(inner,)))
    block = builder.seal()
    op = If(results=(Value(PROMPT),), cond=Const(True, BOOL), then=block, orelse=block)
    after = substitute(op, {prompt: other})
    assert after is not op
    assert Uses.of(after.then).count(other) == 1
    assert Uses.of(after.then).count(prompt) == 0
    assert after.then.ops[1] is block.ops[1]


def test_users_are_counted_by_operand() -> None:
    value = Value(INT)
    builder = BlockBuilder()
    builder.emit(Yield(values=(value, value)))
    uses = Uses.of(builder.seal(value))
    assert (uses.count(value), len(uses.users(value)), uses.is_used(Value(INT))) == (2, 1, False)


def test_a_block_is_sealed_once_and_ends_in_its_terminator() -> None:
    builder = BlockBuilder()
    with pytest.raises(ValueError, match="ends in yield or return"):
        builder.seal()
    builder.emit(Root(result=Value(PROMPT)))
    builder.emit(Return(value=Const(1, INT)))
    assert len(builder.seal().ops) == 2
    with pytest.raises(ValueError, match="Root after the end"):
        builder.emit(Root(result=Value(PROMPT)))


def test_too_many_regions() -> None:
    with pytest.raises(ValueError, match="fewer than 1 regions"):
        with_regions(OPS["Root"], regions(OPS["Collect"]))
