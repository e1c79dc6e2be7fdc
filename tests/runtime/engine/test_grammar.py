"""Constraints: what may be generated, which tokens it has, and what is forced."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from clock import processor_time

from sglc.ir.constrained.parts import OneOf
from sglc.ir.constrained.shape import parse_output
from sglc.ir.sampling import Constraint
from sglc.ir.target import Part, Tokenizer
from sglc.ir.types import parse_type
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.grammar.backend import GrammarBackend
from sglc.runtime.engine.grammar.choice import make_grammar_backend
from sglc.runtime.engine.grammar.parts import PartsGrammar
from sglc.runtime.engine.grammar.protocol import ConstraintUnusable, MakeMatcher

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


@pytest.fixture(scope="module", params=["auto", "xgrammar", "llguidance", "outlines"])
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
            written = matcher.accept(token)
            assert written is not None
            ids.append(written)
    return ids, forced


@pytest.mark.parametrize("kind", TYPES)
def test_declared_types_give_their_values(grammar: GrammarBackend, kind: str) -> None:
    ended = 0
    for seed in range(12):
        ids, _ = walk(grammar, Constraint("type", kind), seed)
        text = grammar.tokenizer.decode(ids)
        if len(ids) < 400:
            ended += 1
            parse_output(parse_type(kind), text)
    assert ended >= 9


def test_what_ends_a_string_is_a_choice_and_what_is_written_is_canonical(
    grammar: GrammarBackend,
) -> None:
    """The tokenizer has tokens `",` and ` "`: the one ends a string and begins what follows, the other spans both."""
    encode = lambda text: grammar.tokenizer.encode((Part(text, False),), continuation=True)  # noqa: E731
    make = grammar.compile(Constraint("type", "{a: str, b: {c: int}}"))
    assert make is not None
    for ending in ('"', '",'):
        matcher = make()
        assert matcher.forced() == encode('{"a":')
        assert [matcher.accept(token) for token in encode('{"a":')] == [*encode('{"a":')]
        for token in encode(' "x'):
            assert matcher.accept(token) == token
        (chosen,) = encode(ending)
        following = '", "b": {"c": '.removeprefix(
            ending
        )  # no token spans what a number could begin with
        assert matcher.accept(chosen) == chosen
        assert matcher.forced() == encode(following)


def test_a_blank_that_decides_nothing_is_written_as_chosen_or_in_our_bytes(
    grammar: GrammarBackend,
) -> None:
    """The blank that we would write is kept, and the model goes on; in place of others stands what is certain."""
    encode = lambda text: grammar.tokenizer.encode((Part(text, False),), continuation=True)  # noqa: E731
    make = grammar.compile(Constraint("type", "{a: str}"))
    assert make is not None
    (quote,), (opening,) = encode('"'), encode(' "')
    for blank, written in ((" ", encode(" ")[0]), ("\n", opening), ("\t", opening)):
        matcher = make()
        for token in matcher.forced():
            matcher.accept(token)
        assert matcher.accept(encode(blank)[0]) == written
        assert matcher.forced() == ()
        if written != opening:
            assert matcher.accept(quote) == quote


@pytest.mark.parametrize(
    ("kind", "begun", "longer", "can_end"),
    [
        ("int", "1", "2", True),
        ("int", "-", "1", False),
        ("float", "1", ".", True),
        ("float", "1.", "5", False),
        ('"a" | "ab"', "a", "b", True),
        ("list[int]", "[1", "2", False),
        ("{n: int}", '{"n": 1', "2", False),
    ],
)
def test_what_may_end_may_go_on(
    grammar: GrammarBackend, kind: str, begun: str, longer: str, can_end: bool
) -> None:
    make = grammar.compile(Constraint("type", kind))
    assert make is not None
    matcher, bits = make(), np.zeros(grammar.width, dtype=np.int32)
    encode = lambda text: grammar.tokenizer.encode((Part(text, False),), continuation=True)  # noqa: E731
    for token in encode(begun):
        assert matcher.accept(token) is not None
    matcher.fill(bits)
    allowed = np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little")).tolist()
    assert encode(longer)[0] in allowed
    assert bool({*allowed} & set(grammar.tokenizer.eos_ids)) == can_end
    assert not matcher.is_finished


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
            r"\s*\[\s*1(\s*,\s*1)+\s*\]\s*",
        ),
    ],
)
def test_other_constraints(grammar: GrammarBackend, constraint: Constraint, pattern: str) -> None:
    import re

    if (grammar.name, constraint.kind) == ("outlines", "grammar"):
        pytest.skip("refused: a grammar need not be regular")
    ended = 0
    for seed in range(8):
        ids, _ = walk(grammar, constraint, seed, most=60)
        if len(ids) < 60:
            ended += 1
            assert re.fullmatch(pattern, grammar.tokenizer.decode(ids))
    assert ended >= 6


@pytest.mark.parametrize(
    "constraint",
    [Constraint("regex", "(a"), Constraint("json", "{"), Constraint("grammar", "root ::= nowhere")],
)
def test_what_cannot_be_compiled(grammar: GrammarBackend, constraint: Constraint) -> None:
    name = grammar.name if grammar.name != "auto" else "no grammar backend|no JSON"
    name = "this grammar can't be kept" if constraint.kind == "grammar" else name
    with pytest.raises(ConstraintUnusable, match=name):
        grammar.compile(constraint)


def test_what_failed_is_tried_again(
    grammar: GrammarBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    constraint, outcomes = Constraint("regex", "once{2}more"), [RuntimeError("no memory")]
    regex = grammar.regex

    def fails_once(pattern: str) -> object:
        if outcomes:
            raise outcomes.pop()
        return regex(pattern)

    monkeypatch.setattr(grammar, "regex", fails_once)
    with pytest.raises(RuntimeError, match="no memory"):
        grammar.compile(constraint)
    make = grammar.compile(constraint)
    assert make is not None
    assert (
        make().accept(grammar.tokenizer.encode((Part("o", False),), continuation=True)[0])
        is not None
    )


def test_masks_touch_the_constrained_rows_alone(grammar: GrammarBackend) -> None:
    make = grammar.compile(Constraint("type", '"yes" | "no"'))
    assert make is not None
    logits = torch.zeros(3, 320)
    grammar.mask(logits, [None, make(), None])
    assert torch.isfinite(logits[[0, 2]]).all()
    first = set(torch.isfinite(logits[1]).nonzero()[:, 0].tolist())
    assert {grammar.tokenizer.decode((token,)) for token in first} == {"y", "n"}


@pytest.mark.parametrize("more", [1, 700])
@pytest.mark.parametrize("name", ["xgrammar", "llguidance"])
def test_tokens_that_the_tokenizer_has_not_never_come(tiny: Path, name: str, more: int) -> None:
    """Models have more than their tokenizers: what fills the vocabulary up."""
    tokenizer = Tokenizer.from_file(tiny)
    masks: list[set[int]] = []
    for vocab in (tokenizer.vocab_size, tokenizer.vocab_size + more):
        grammar = make_grammar_backend(name, tokenizer, vocab)
        for constraint in (Constraint("regex", "[^a]*b"), Constraint("json", "{}", "free")):
            make = grammar.compile(constraint)
            assert make is not None
            logits = torch.zeros(1, vocab)
            grammar.mask(logits, [make()])
            masks.append(set(torch.isfinite(logits[0]).nonzero()[:, 0].tolist()))
    assert masks[:2] == masks[2:]
    assert all(len(mask) > 1 for mask in masks)


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
    backend, ended = make_backend(), 0
    for reply in ask(backend, *requests):
        (completion,) = reply.completions
        if completion.finish != "length":
            ended += 1
            parse_output(parse_type(kind), completion.text)
        assert reply.usage.decoded + reply.usage.forced - len(completion.ids) in (
            0,
            -1,
        )  # the last was not fed
        begins_forced = kind.startswith(("{", "list[{"))
        assert (reply.usage.forced > 0) >= begins_forced
    assert ended >= (0 if "str" in kind else 3)  # a random model closes no string in time


def test_a_long_text_is_written_in_time_in_proportion_to_its_length(tiny: Path) -> None:
    """It is written between two steps of everyone."""
    tokenizer = Tokenizer.from_file(tiny)
    texts = tuple((first + "lorem ipsum " * 4_000, ()) for first in "ab")
    matcher = PartsGrammar((OneOf(texts),), tokenizer, refuse, loose=False).matcher()
    with processor_time() as cost:
        ids = list(tokenizer.encode((Part("a", False),), continuation=True))
        assert matcher.accept(ids[0]) == ids[0]
        for token in matcher.forced():
            ids.append(token)
            assert matcher.accept(token) == token
    assert matcher.is_finished
    assert tokenizer.decode(ids) == texts[0][0]
    assert cost.seconds < 2


def refuse(pattern: str) -> MakeMatcher:
    """There are no patterns."""
    raise AssertionError(pattern)


def test_a_text_that_is_too_long_for_that_is_refused(grammar: GrammarBackend) -> None:
    for text in ('{"const": "LONG"}', '{"type": "array", "items": {"enum": ["LONG", "a"]}}'):
        with pytest.raises(ConstraintUnusable, match="a text of 200002 characters is too long"):
            grammar.compile(Constraint("json", text.replace("LONG", "a" * 200_000)))
