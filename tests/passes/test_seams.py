"""`hoist-prefix` at token level: over every kind of tokenizer, what is lifted is tokens of every arm."""

from __future__ import annotations

import random
from functools import cache

import pytest
import validation
from tokenizer_kinds import trained

from sglc.ir.builder import BlockBuilder
from sglc.ir.module import Module, Param, Program
from sglc.ir.ops import Fork, Format, Gen, Insert, Return, Root, Text, Value, Yield
from sglc.ir.sampling import Sampling
from sglc.ir.target import Part, Target, Tokenizer, TokenPrompt
from sglc.ir.types import PROMPT, STR
from sglc.passes.hoist_prefix import HoistPrefix
from sglc.passes.running.context import Context
from sglc.passes.running.runner import RunOptions, run_pipeline

KINDS = (
    "gpt2", "smollm", "cl100k", "DeepSeek", "Llama 2", "Gemma", "Metaspace, first", "T5", "XLM-R", "BERT, uncased",
    "looks behind",
)  # fmt: skip
WORDS = (
    "Judge", " the", " essay", ".", " it's", " 1234", "\n", "\n\n", "  ", " naïve", " 日本語", "!?", " a",
    "<|im_end|>", "<|im_", "end|>", "\t", " (see", ")", "'ll", " x",
)  # fmt: skip


@cache
def target(kind: str) -> Target:
    """A small tokenizer of that kind."""
    return Target(kind, trained(kind))


def words(source: random.Random, count: int) -> str:
    return "".join(source.choice(WORDS) for _ in range(count))


def arms_of(texts: list[str]) -> Module:
    """A program that asks about each text after the same value."""
    param, root, start = Value(STR, "essay"), Value(PROMPT), Value(PROMPT)
    main = BlockBuilder()
    main.emit(Root(result=root))
    main.emit(Insert(result=start, prompt=root, value=param))
    found = tuple(Value(STR, f"v{n}") for n in range(len(texts)))
    bodies = tuple(_arm(start, text, str(n)) for n, text in enumerate(texts))
    main.emit(Fork(results=found, items=None, bodies=bodies))
    main.emit(Format(result=(joined := Value(STR)), parts=found))
    main.emit(Return(value=joined))
    return Module((Program("main", (Param("essay", param),), STR, main.seal(param)),))


def _arm(start: Value, text: str, site: str):
    arm, value = BlockBuilder(), Value(STR)
    asked = arm.emit(Text(result=Value(PROMPT), prompt=start, text=text))
    sampling = Sampling(max_tokens=4)
    arm.emit(
        Gen(prompt=Value(PROMPT), value=value, source=asked.result, site=site, sampling=sampling)
    )
    arm.emit(Yield(values=(value,)))
    return arm.seal()


@pytest.mark.parametrize("kind", KINDS)
def test_no_call_has_other_tokens_and_what_is_lifted_is_settled(kind: str):
    source = random.Random(kind)
    lifted = 0
    for _ in range(60):
        shared = words(source, source.randrange(1, 8))
        texts = [shared + words(source, source.randrange(4)) for _ in range(source.randrange(2, 5))]
        before = arms_of(texts)
        after = run_pipeline(before, [HoistPrefix()], Context(target(kind)), RunOptions(verify=2))
        validation.assert_equivalent(before, after, target(kind), seeds=1)
        lifted += after is not before
        _assert_heads_settle(after, target(kind).tokenizer)

    assert lifted >= (5 if kind == "looks behind" else 20)


def _assert_heads_settle(module: Module, tokenizer: Tokenizer) -> None:
    """The tokens that a head settles are the beginning of those of everything that goes on from it."""
    (program,) = module.programs
    heads = [op for op in program.body.ops if isinstance(op, Text)]
    (fork,) = (op for op in program.body.ops if isinstance(op, Fork))
    known = {op.result: op for op in heads}
    for body in fork.bodies:
        (first, *_) = body.ops
        chain = [first] if isinstance(first, Text) else []
        at = first.prompt if isinstance(first, Text) else first.source  # type: ignore[union-attr]
        while at in known:
            chain.insert(0, known[at])
            at = known[at].prompt
        prompt = TokenPrompt.start(tokenizer, bos=False)
        whole = tokenizer.encode([Part(op.text, True) for op in chain])
        for op in chain:
            prompt = prompt.append(tokenizer, Part(op.text, True))
            assert whole[: len(prompt.settled)] == prompt.settled
        assert prompt.ids(tokenizer) == whole
