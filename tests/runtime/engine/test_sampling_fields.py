"""Every field of `Sampling` does something in the engine: what nobody reads would be ignored in silence."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sglc.ir.sampling import SAMPLING_FIELDS
from sglc.runtime.backend import Completion
from sglc.runtime.backends.engine import EngineBackend

from .asking import ask, gen, prompt

BY_THE_EXECUTOR = {"n", "seed", "thinking"}  # seeds of a request, and what its template is told
WARM = {"temperature": 1.0}
HOT = {
    "temperature": 100.0,
    "tokens": 900,
}  # every token is as likely as any other, the end among them
LONG = {"tokens": 200}  # long enough to repeat itself


class Case(NamedTuple):
    """A field at another value than its default, and what it needs beside it to show."""

    value: Any
    beside: dict[str, Any] = {}


CASES = {
    "max_tokens": Case(3),
    "min_tokens": Case(9, {"stop_token_ids": (-1,)}),
    "temperature": Case(1.0),
    "top_p": Case(0.05, WARM),
    "top_k": Case(1, WARM),
    "min_p": Case(0.9, WARM),
    "stop": Case(("-1",)),
    "stop_token_ids": Case((-1,)),
    "stop_regex": Case(("[a-z]",), LONG),
    "frequency_penalty": Case(2.0, LONG),
    "presence_penalty": Case(2.0, LONG),
    "repetition_penalty": Case(5.0, LONG),
    "ignore_eos": Case(False, HOT),
    "logprobs": Case(True),
    "top_logprobs": Case(2, {"logprobs": True}),
}


@pytest.fixture(scope="module")
def engine(tiny: Path) -> Iterator[EngineBackend]:
    made = EngineBackend(tiny, dtype="float32", kv_cache_tokens=4000)
    yield made
    asyncio.run(made.close())


def said(engine: EngineBackend, sampling: dict[str, Any]) -> Completion:
    """The continuation under these parameters."""
    (reply,) = ask(engine, gen(prompt(3, 24), **{"tokens": 16, **sampling}))
    return reply.completions[0]


def filled_in(engine: EngineBackend, sampling: dict[str, Any]) -> dict[str, Any]:
    """With the third token of the plain continuation, or its text, in the place of -1."""
    plain = said(engine, {})
    known = {"stop": (plain.text[2:4],), "stop_token_ids": (plain.ids[2],)}
    return {name: known.get(name, value) for name, value in sampling.items()}


def test_every_field_has_a_case() -> None:
    assert set(CASES) | BY_THE_EXECUTOR == set(SAMPLING_FIELDS)


@pytest.mark.parametrize("name", CASES)
def test_it_changes_what_comes(name: str, engine: EngineBackend) -> None:
    case = CASES[name]
    beside = filled_in(engine, case.beside)
    key = "tokens" if name == "max_tokens" else name
    without, with_it = (
        said(engine, beside),
        said(engine, {**beside, **filled_in(engine, {key: case.value})}),
    )
    assert without != with_it
