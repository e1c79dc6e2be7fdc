"""Constraints: what may be generated, which tokens it has, and what is forced."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from sglc.ir.constrained.shape import output_parts, parse_output
from sglc.ir.sampling import Constraint
from sglc.ir.target import Part, Tokenizer
from sglc.ir.types import parse_type
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.grammar.backend import GrammarBackend
from sglc.runtime.engine.grammar.choice import make_grammar_backend
from sglc.runtime.engine.grammar.protocol import ConstraintUnusable

from .asking import ask, gen, prompt

Make = Callable[..., EngineBackend]

TYPES = [
    "int",
    "float",
    "bool",
    '"yes" | "no" | "not yet"',
    "list[int]",
    '{name: str, age: int, tags: list["a" | "b"]}',
    "{inner: {x: float, y: bool?}, notes: list[str]}",
    "list[{a: str?, b: list[bool]}]",
    '"only"',
]


@pytest.fixture(scope="module", params=["xgrammar", "llguidance", "outlines"])
def grammar(request: pytest.FixtureRequest, tiny: Path) -> GrammarBackend:
    return make_grammar_backend(request.param, Tokenizer.from_file(tiny), 320)


def walk(
    grammar: GrammarBackend, constraint: Constraint, seed: int, most: int = 400
) -> tuple[list[int], int]:
    """Follow a grammar with random choices; returns the ids and how many were forced."""
    chance = random.Random(seed)
    make = grammar.compile(constraint)
    assert make is not None
    matcher, ids, forced = make(), [], 0
    bits = np.zeros(grammar.width, dtype=np.int32)
    while not matcher.is_finished and len(ids) < most:
        must = matcher.forced()
        forced += len(must)
        if not must:
            matcher.fill(bits)
            allowed = np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little"))
            ending = [t for t in allowed.tolist() if t in grammar.tokenizer.eos_ids]
            quick = [t for t in allowed.tolist() if b'"' in grammar.tokenizer.token_bytes(t)]
            going_on = [t for t in allowed.tolist() if t not in ending]
            if ending and (not going_on or chance.random() < 0.5):
                return ids, forced
            pool = quick if quick and chance.random() < 0.5 else going_on
            must = (chance.choice(pool),)
        for token in must:
            assert matcher.accept(token)
            ids.append(token)
    return ids, forced


@pytest.mark.parametrize("kind", TYPES)
def test_declared_types_give_their_values(grammar: GrammarBackend, kind: str) -> None:
    for seed in range(12):
        ids, _ = walk(grammar, Constraint("type", kind), seed)
        text = grammar.tokenizer.decode(ids)
        if len(ids) < 400:
            parse_output(parse_type(kind), text)


def test_forced_text_has_its_canonical_tokens_and_no_token_spans_a_border(
    grammar: GrammarBackend,
) -> None:
    """The tokenizer has tokens `",` and `":` that would span one."""
    kind = "{a: str, b: {c: int}}"
    encode = lambda text: list(grammar.tokenizer.encode((Part(text, False),), continuation=True))  # noqa: E731
    first, second = encode('{"a": "'), encode('", "b": {"c": ')
    for seed in range(8):
        ids, forced = walk(grammar, Constraint("type", kind), seed)
        assert ids[: len(first)] == first
        number = grammar.tokenizer.decode(ids).rpartition(" ")[2].removesuffix("}}")
        tail = second + encode(number) + encode("}}")
        assert ids[-len(tail) :] == tail
        assert forced == len(first) + (len(second) - 1) + (
            len(encode("}}")) - 1
        )  # two ends were chosen


def test_all_text_needs_no_grammar(grammar: GrammarBackend) -> None:
    assert grammar.compile(Constraint("type", "str")) is None
    assert grammar.compile(Constraint("type", "str?")) is None


@pytest.mark.parametrize(
    ("constraint", "pattern"),
    [
        (Constraint("regex", "[a-c]{2,4}x"), "[a-c]{2,4}x"),
        (Constraint("grammar", 'root ::= "on" | "off" root'), "(off)*on"),
        (Constraint("json", '{"type": "integer"}', "free"), "-?(0|[1-9][0-9]*)"),
        (
            Constraint("json", '{"type": "array", "items": {"const": 1}, "minItems": 2}'),
            r"\[1(, 1)+\]",
        ),
    ],
)
def test_other_constraints(grammar: GrammarBackend, constraint: Constraint, pattern: str) -> None:
    import re

    if (grammar.name, constraint.kind) == ("outlines", "grammar"):
        pytest.skip("refused: a grammar need not be regular")
    for seed in range(8):
        ids, _ = walk(grammar, constraint, seed, most=60)
        if len(ids) < 60:
            assert re.fullmatch(pattern, grammar.tokenizer.decode(ids))


@pytest.mark.parametrize(
    "constraint",
    [Constraint("regex", "(a"), Constraint("json", "{"), Constraint("grammar", "root ::= nowhere")],
)
def test_what_cannot_be_compiled(grammar: GrammarBackend, constraint: Constraint) -> None:
    with pytest.raises(ConstraintUnusable, match=grammar.name):
        grammar.compile(constraint)


def test_masks_touch_the_constrained_rows_alone(grammar: GrammarBackend) -> None:
    make = grammar.compile(Constraint("type", '"yes" | "no"'))
    assert make is not None
    logits = torch.zeros(3, 320)
    grammar.mask(logits, [None, make(), None])
    assert torch.isfinite(logits[[0, 2]]).all()
    first = {
        grammar.tokenizer.encode((Part(t, False),), continuation=True)[0] for t in ("yes", "no")
    }
    assert set(torch.isfinite(logits[1]).nonzero()[:, 0].tolist()) == first


@pytest.mark.parametrize("kind", TYPES)
def test_the_engine_answers_with_a_value_and_counts_forced_tokens(
    make_backend: Make, kind: str
) -> None:
    requests = [
        gen(
            prompt(i, 10),
            120,
            temperature=1.0,
            seeds=(i,),
            ignore_eos=False,
            constraint=Constraint("type", kind, "spliced"),
        )
        for i in range(4)
    ]
    backend = make_backend()
    for reply in ask(backend, *requests):
        (completion,) = reply.completions
        if completion.finish != "length":
            parse_output(parse_type(kind), completion.text)
        assert reply.usage.decoded + reply.usage.forced - len(completion.ids) in (
            0,
            -1,
        )  # the last was not fed
        begins_forced = type(output_parts(parse_type(kind))[0]).__name__ in ("Forced", "Many")
        assert (reply.usage.forced > 0) >= begins_forced
