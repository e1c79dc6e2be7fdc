"""The hash model: its answers depend on what they must, and keep to what they were told."""

from __future__ import annotations

import re

import pytest

from sglc.ir.constrained.shape import parse_output
from sglc.ir.hashmodel import ConstraintError, HashModel, absorb
from sglc.ir.sampling import Constraint, Sampling
from sglc.ir.target import Target
from sglc.ir.types import parse_type

TOKENIZER = Target.estimating().tokenizer
MODEL = HashModel(TOKENIZER)
PROMPT = (10, 20, 30)
WARM = Sampling(temperature=0.8, max_tokens=40)


def test_equal_calls_have_equal_answers() -> None:
    assert MODEL.generate(PROMPT, WARM, 7) == MODEL.generate(PROMPT, WARM, 7)
    assert HashModel(TOKENIZER).generate(PROMPT, WARM, 7) == MODEL.generate(PROMPT, WARM, 7)


def test_every_id_before_counts() -> None:
    asked = [(*PROMPT[:i], 99, *PROMPT[i + 1 :]) for i in range(3)] + [PROMPT, (*PROMPT, 1)]
    greedy = Sampling(max_tokens=12)
    assert len({MODEL.generate(ids, greedy, 0).ids for ids in asked}) == len(asked)


def test_the_seed_counts_only_when_sampling() -> None:
    greedy = Sampling(max_tokens=12)
    assert MODEL.generate(PROMPT, greedy, 1) == MODEL.generate(PROMPT, greedy, 2)
    assert MODEL.generate(PROMPT, WARM, 1).ids != MODEL.generate(PROMPT, WARM, 2).ids
    first = MODEL.generate(PROMPT, WARM.merged(top_k=1), 1)
    assert first == MODEL.generate(PROMPT, WARM.merged(top_k=1), 2)


@pytest.mark.parametrize("sampling", [Sampling(max_tokens=40), WARM])
def test_a_call_cut_in_two_says_the_same(sampling: Sampling) -> None:
    whole = MODEL.generate(PROMPT, sampling.merged(ignore_eos=True), 3).ids
    first = MODEL.generate(PROMPT, sampling.merged(ignore_eos=True, max_tokens=15), 3).ids
    rest = sampling.merged(ignore_eos=True, max_tokens=25)
    assert first + MODEL.generate(PROMPT + first, rest, 3).ids == whole


def test_lengths_vary_and_texts_print() -> None:
    found = [MODEL.generate((i,), Sampling(max_tokens=64), 0) for i in range(60)]
    assert {done.finish for done in found} >= {"eos"}
    assert len({len(done.ids) for done in found}) > 10
    assert all(c.isprintable() or c == "\n" for done in found for c in done.text)
    assert all(TOKENIZER.decode(done.kept) == done.text for done in found)


def test_limits_and_stops() -> None:
    stops = [MODEL.generate((i,), Sampling(stop=("\n",)), 0) for i in range(30)]
    assert {done.finish for done in stops} == {"eos", "stop"}
    assert all("\n" not in done.text for done in stops)
    short = MODEL.generate(PROMPT, Sampling(max_tokens=3, ignore_eos=True), 0)
    assert (len(short.ids), short.finish) == (3, "length")
    least = [MODEL.generate((i,), Sampling(min_tokens=8), 0) for i in range(30)]
    assert min(len(done.ids) for done in least) > 8


@pytest.mark.parametrize(
    "kind",
    ["int", "float", "bool", '"a" | "b"', "list[int]", '{a: str, b: {c: int?, d: "x" | "y"}}',
     "list[{e: bool}]", "any"],
)  # fmt: skip
def test_declared_types(kind: str) -> None:
    texts: set[str] = set()
    for seed in range(20):
        sampling = WARM.merged(max_tokens=400)
        done = MODEL.generate(PROMPT, sampling, seed, Constraint("type", kind))
        assert done.finish == "constraint"
        parse_output(parse_type(kind), done.text)
        texts.add(done.text)
    assert len(texts) > 1


def test_forced_text_is_tokenized_alone() -> None:
    done = MODEL.generate(PROMPT, WARM, 0, Constraint("type", "{only: {}}"))
    assert done.text == '{"only": {}}'
    assert done.forced == len(done.ids)


def test_patterns_and_schemas() -> None:
    pattern = r"[a-f]{3}-\d{2,4}(!|\?)"
    for seed in range(10):
        done = MODEL.generate(PROMPT, WARM, seed, Constraint("regex", pattern))
        assert re.fullmatch(pattern, done.text)
    schema = '{"type": "object", "properties": {"n": {"type": "boolean"}}}'
    done = MODEL.generate(PROMPT, WARM, 0, Constraint("json", schema))
    assert done.text in ('{"n": true}', '{"n": false}')


@pytest.mark.parametrize(
    "constraint",
    [Constraint("grammar", "root ::= x"), Constraint("regex", "(?=a)"), Constraint("json", "{")],
)
def test_constraints_that_are_not_taken(constraint: Constraint) -> None:
    with pytest.raises(ConstraintError):
        MODEL.generate(PROMPT, WARM, 0, constraint)


def test_scores_are_those_of_each_token_in_its_place() -> None:
    assert MODEL.score(PROMPT, (4, 5))[1:] == MODEL.score((*PROMPT, 4), (5,))
    assert all(value < 0 for value in MODEL.score(PROMPT, range(50)))
    done = MODEL.generate(PROMPT, WARM.merged(logprobs=True, top_logprobs=2), 0)
    assert done.logprobs == MODEL.score(PROMPT, done.ids)
    assert [len(top) for top in done.top_logprobs] == [2] * len(done.ids)


def test_the_hash_is_incremental() -> None:
    assert absorb(absorb(0, (1, 2)), (3,)) == absorb(0, (1, 2, 3))


def test_tokens_are_told_as_they_come() -> None:
    seen: list[int] = []
    done = MODEL.generate(PROMPT, WARM, 0, on_token=seen.append)
    assert tuple(seen) == done.ids
