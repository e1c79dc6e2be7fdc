"""Records of the default model: at a border, what it says in canonical style is what it says in free style."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from sglc.ir.sampling import Constraint
from sglc.ir.target import Part, Tokenizer
from sglc.runtime.engine.grammar.backend import GrammarBackend
from sglc.runtime.engine.grammar.choice import make_grammar_backend
from sglc.runtime.engine.grammar.protocol import Matcher
from sglc.runtime.models.folders import resolve_model

pytestmark = pytest.mark.model

SCHEMA = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["report", "letter"]},
        "urgent": {"type": "boolean"},
        "pages": {"type": "integer"},
        "subject": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["kind", "urgent", "pages", "subject", "tags"],
    "additionalProperties": False,
}
HEAD = '{"kind": "letter", "urgent": false, "pages": 12, "subject": "A new roof.", "tags": '
RECORDS = (HEAD + '["roof", "house"]}', HEAD + "[]}")
PROMPT = "The letter of twelve pages is about a new roof for our house.\n\nThe same as JSON:\n"


@pytest.fixture(scope="module")
def grammar() -> GrammarBackend:
    tokenizer = Tokenizer.from_file(resolve_model())
    return make_grammar_backend("auto", tokenizer, tokenizer.vocab_size)


def choices(
    grammar: GrammarBackend, record: str
) -> Iterator[tuple[tuple[int, ...], Matcher, Matcher]]:
    """The tokens before each choice of the record, and the matchers of both styles there."""
    text, styles = json.dumps(SCHEMA), ("canonical", "free")
    canonical, free = (grammar.compile(Constraint("json", text, style))() for style in styles)  # type: ignore[arg-type, misc]
    ids: tuple[int, ...] = ()
    while not canonical.is_finished:
        must = canonical.forced()[:1]
        if not must:
            yield ids, canonical, free
            must = next_choice(grammar, record, ids)
        written = canonical.accept(must[0])
        assert written is not None
        assert free.accept(written) == written
        ids = (*ids, written)
    assert grammar.tokenizer.decode(ids) == record


def next_choice(grammar: GrammarBackend, record: str, ids: tuple[int, ...]) -> tuple[int, ...]:
    """The token with which the record goes on."""
    rest = record[len(grammar.tokenizer.decode(ids)) :]
    encoded = grammar.tokenizer.encode((Part(rest, False),), continuation=True)
    return encoded[:1]


def allowed(grammar: GrammarBackend, matcher: Matcher) -> np.ndarray:
    bits = np.zeros(grammar.width, dtype=np.int32)
    matcher.fill(bits)
    flat = np.unpackbits(bits.view(np.uint8), bitorder="little")
    return flat[: grammar.vocab].astype(bool)


@pytest.mark.parametrize("record", RECORDS)
def test_at_every_border_the_probabilities_are_those_of_free_style(
    grammar: GrammarBackend, record: str
) -> None:
    """By teacher forcing in float32, but for white space that decides nothing; that is rare."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(resolve_model(), dtype=torch.float32)
    prompt = grammar.tokenizer.encode((Part(PROMPT, False),))
    ids = grammar.tokenizer.encode((Part(record, False),), continuation=True)
    with torch.inference_mode():
        logits = model(torch.tensor([[*prompt, *ids]])).logits[0, len(prompt) - 1 :].double()
    borders = 0
    for before, canonical, free in choices(grammar, record):
        assert before == ids[: len(before)]
        ours, theirs = allowed(grammar, canonical), allowed(grammar, free)
        idle = theirs & ~ours
        assert all(not grammar.tokenizer.token_bytes(int(t)).strip() for t in np.flatnonzero(idle))
        row = logits[len(before)]
        free_style = torch.softmax(row.masked_fill(torch.from_numpy(~theirs), -torch.inf), -1)
        said = torch.softmax(row.masked_fill(torch.from_numpy(~ours), -torch.inf), -1)
        rest = free_style.masked_fill(torch.from_numpy(idle), 0.0)
        assert torch.allclose(said, rest / rest.sum(), atol=1e-9)
        borders += 1
    assert borders >= 12
