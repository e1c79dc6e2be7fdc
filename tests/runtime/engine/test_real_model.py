"""The default model, SmolLM2-135M: the same texts with and without the cache, in few forwards, from a fast start."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest

from sglc.ir.sampling import Constraint
from sglc.ir.target import Part
from sglc.runtime.backend import SelectRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.models.folders import resolve_model

from .asking import ask, gen, is_coin_toss, select

pytestmark = pytest.mark.model

QUESTIONS = ["What is the capital of France?", "Name three colours.", "How many legs has a spider?"]


@pytest.fixture(scope="module")
def precise() -> Iterator[EngineBackend]:
    """The model in float32."""
    backend = EngineBackend(dtype="float32", kv_cache_tokens=6000)
    yield backend
    asyncio.run(backend.close())


def encode(backend: EngineBackend, question: str) -> tuple[int, ...]:
    text = f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
    return backend.engine.parts.tokenizer.encode((Part(text, True),))


def test_it_answers(precise: EngineBackend) -> None:
    (reply,) = ask(precise, gen(encode(precise, QUESTIONS[0]), 20, ignore_eos=False))
    assert "Paris" in reply.completions[0].text
    assert reply.completions[0].finish == "eos"


def test_texts_with_and_without_the_cache(precise: EngineBackend) -> None:
    """Arms of one long prompt; a difference must be a coin toss by teacher forcing."""
    system = "<|im_start|>system\nYou are brief.<|im_end|>\n" * 12
    prefix = precise.engine.parts.tokenizer.encode((Part(system, True),))
    requests = [gen(prefix + encode(precise, question), 24) for question in QUESTIONS]
    bare = EngineBackend(dtype="float32", kv_cache_tokens=6000, disable_radix_cache=True)
    try:
        pairs = zip(requests, ask(precise, *requests), ask(bare, *requests), strict=True)
        for request, cached, uncached in pairs:
            a, b = cached.completions[0].ids, uncached.completions[0].ids
            assert a == b or is_coin_toss(resolve_model(), request.ids, a, b)
    finally:
        asyncio.run(bare.close())


def test_thirty_two_requests_of_thirty_two_tokens() -> None:
    """At most forty forwards, in the dtype that the machine likes best."""
    backend = EngineBackend(kv_cache_tokens=6000)
    try:
        requests = [gen(encode(backend, f"{i} times 7?"), 32) for i in range(32)]
        before = backend.engine.times.forwards
        assert all(len(reply.completions[0].ids) == 32 for reply in ask(backend, *requests))
        assert backend.engine.times.forwards - before <= 40
    finally:
        asyncio.run(backend.close())


def test_a_choice_and_a_record(precise: EngineBackend) -> None:
    tokenizer = precise.engine.parts.tokenizer
    ids = encode(precise, "Is Paris a city? Say yes or no.")
    choices = tuple(
        tokenizer.encode((Part(t, False),), continuation=True) for t in ("Yes", "Yes, it is", "qz")
    )
    (reply,) = select(precise, SelectRequest(ids, choices))
    assert sum(reply.logprobs[2]) < sum(reply.logprobs[0])
    (record,) = ask(
        precise,
        gen(
            ids,
            60,
            ignore_eos=False,
            constraint=Constraint("type", "{city: str, big: bool}", "spliced"),
        ),
    )
    assert record.completions[0].text.startswith('{"city": "')
    assert record.usage.forced > 0


@pytest.mark.slow
def test_a_fast_start() -> None:
    """Processor time from nothing to serving, so that a busy machine does not decide; no transformers, no xgrammar."""
    code = (
        "import sys, time\n"
        "from sglc.runtime.backends.engine import EngineBackend\n"
        "b = EngineBackend()\n"
        "print(time.process_time(), 'transformers' in sys.modules, 'xgrammar' in sys.modules)\n"
        "b.engine.close()\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert out[1:] == ["False", "False"]
    assert float(out[0]) < 6.0  # of two threads, under three seconds of a clock
