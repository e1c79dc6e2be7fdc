"""The workloads of the comparison: what is asked, how much of it, and the least work that answers it.

A row is either requests (token ids, all sent at once) or instances of a program in `programs/`. Both engines get
the same token ids or texts; every repetition gets fresh ones, so no cache of an earlier repetition answers for it.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from .floors import Step, decode, extend, prefill

DOCUMENTS = Path(__file__).resolve().parent.parent / "examples" / "data" / "documents.jsonl"
DIMENSIONS = ["clarity", "grammar", "structure", "honesty", "depth", "wit", "tone", "evidence"]

PREFIX = 2500  # tokens of the long prefix
OWN = 28  # about twenty words

# What each of the 32 extractions must be: a schema that a declared type can say, so that its spans can be forced.
SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "kind": {"enum": ["report", "contract", "letter", "invoice"]},
            "language": {"enum": ["English", "German", "French"]},
            "urgent": {"type": "boolean"},
            "has_signature": {"type": "boolean"},
            "subject": {"type": "string"},
        },
        "required": ["kind", "language", "urgent", "has_signature", "subject"],
        "additionalProperties": False,
    }
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: continue `ids` by `max_tokens` tokens, or by a value of `schema`."""

    ids: tuple[int, ...]
    max_tokens: int
    schema: str | None = None


class Material:
    """Texts and token ids, made from the documents of the examples and a seed."""

    def __init__(self, model: Path) -> None:
        self.tokenizer: Tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))

    @cached_property
    def _sentences(self) -> list[str]:
        rows = [json.loads(line)["document"] for line in DOCUMENTS.read_text().splitlines()]
        return [
            f"{sentence.strip()}."
            for row in rows
            for sentence in row.split(".")
            if sentence.strip()
        ]

    def ids(self, count: int, seed: str) -> tuple[int, ...]:
        """Exactly `count` token ids of shuffled sentences; texts of different seeds differ from the first words on."""
        rng = random.Random(seed)
        text = f"File {rng.randrange(10**9)}."
        ids: list[int] = []
        while len(ids) < count:
            text += " " + " ".join(rng.sample(self._sentences, 20))
            ids = self.tokenizer.encode(text, add_special_tokens=False).ids
        return tuple(ids[:count])

    def text(self, count: int, seed: str) -> str:
        """Text of about `count` tokens."""
        return self.tokenizer.decode(list(self.ids(count, seed)))


@dataclass(frozen=True, slots=True)
class Written:
    """How many tokens of a row's answers the model chose, and how many were forced."""

    chosen: int
    forced: int


def records(count: int, prompt: int, written: Written) -> list[Step]:
    """The least work for so many records: every token once, what is forced in one step, a logit for each choice.

    How long a record is is the model's affair: most of those that are cut off end in the middle of their last field.
    """
    chosen, forced = written.chosen / count, written.forced
    return [
        extend(count, prompt, 0),
        decode(count, chosen, prompt),
        Step(forced, 0, forced * prompt, count * prompt),
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `bar`: vLLM's time over ours that is asked for. `tokens`: for figures in tok/s.

    `floor`: the least work, or how it follows from what was written, where the model decides how much that is.
    `orientation`: SGLang's CPU figure on such a machine (PEERS: not reproducible from the registry).
    """

    name: str
    title: str
    bar: float
    floor: list[Step] | Callable[[Written], list[Step]]
    orientation: str = ""
    aim: str = ""
    tokens: int = 0
    asks: Callable[[Material, str], list[Ask]] | None = None
    program: str = ""
    instances: Callable[[Material, str], list[dict[str, Any]]] | None = None
    note: str = ""
    sharing: bool = field(default=False)

    def least(self, written: Written) -> list[Step]:
        """The least work that gives what was written."""
        return self.floor(written) if callable(self.floor) else self.floor


def _unrelated(count: int, length: int, out: int) -> Callable[[Material, str], list[Ask]]:
    return lambda m, seed: [Ask(m.ids(length, f"{seed} {i}"), out) for i in range(count)]


def shared(count: int, out: int) -> Callable[[Material, str], list[Ask]]:
    """`count` requests after one long prefix, each with some words of its own."""

    def asks(m: Material, seed: str) -> list[Ask]:
        prefix = m.ids(PREFIX, seed)
        return [Ask(prefix + m.ids(OWN, f"{seed} {i}"), out) for i in range(count)]

    return asks


def _extractions(m: Material, seed: str) -> list[Ask]:
    tail = tuple(m.tokenizer.encode("\n\nThe same as JSON: ", add_special_tokens=False).ids)
    return [Ask(m.ids(64, f"{seed} {i}") + tail, 64, SCHEMA) for i in range(32)]


def _documents(count: int) -> Callable[[Material, str], list[dict[str, Any]]]:
    def rows(m: Material, seed: str) -> list[dict[str, Any]]:
        document = m.text(PREFIX, seed)
        return [
            {"document": document, "question": m.text(OWN, f"{seed} {i}")} for i in range(count)
        ]

    return rows


def _essay(m: Material, seed: str) -> list[dict[str, Any]]:
    return [{"essay": m.text(1200, seed), "dimensions": DIMENSIONS}]


def _problem(m: Material, seed: str) -> list[dict[str, Any]]:
    return [{"problem": m.text(600, seed)}]


def _question(m: Material, seed: str) -> list[dict[str, Any]]:
    return [{"shots": m.text(1200, seed), "question": m.text(OWN, f"{seed} q")}]


_LEVEL = [extend(4, 8, 650), decode(4, 31, 16, 650), extend(4, 9, 700), decode(4, 1, 1, 700)]

ROWS: tuple[Row, ...] = (
    Row(
        "decode-1",
        "single stream, 64 tokens",
        1.3,
        [prefill(16), decode(1, 63, 16)],
        "41 to 45 tok/s",
        "55 tok/s",
        tokens=64,
        asks=_unrelated(1, 16, 64),
    ),
    Row(
        "decode-8",
        "batch 8, unrelated prompts, 64 tokens each",
        1.3,
        [extend(8, 16, 0), decode(8, 63, 16)],
        tokens=512,
        asks=_unrelated(8, 16, 64),
    ),
    Row(
        "decode-32",
        "batch 32, unrelated prompts, 64 tokens each",
        1.3,
        [extend(32, 16, 0), decode(32, 63, 16)],
        "475 tok/s",
        "700 tok/s",
        tokens=2048,
        asks=_unrelated(32, 16, 64),
    ),
    Row(
        "prefill",
        "cold prefill, 2,500 tokens",
        1.2,
        [prefill(PREFIX)],
        "2.4 s",
        "2.2 s",
        asks=_unrelated(1, PREFIX, 1),
    ),
    Row(
        "shared-32",
        "32 requests at once, 2,500-token prefix, 20 own words, 32 tokens each",
        3.0,
        [prefill(PREFIX, logits=0), extend(32, OWN, PREFIX), decode(32, 31, OWN, PREFIX)],
        "7.1 s",
        "5.5 s",
        asks=shared(32, 32),
        sharing=True,
    ),
    Row(
        "select-32",
        "32 programs, that prefix, one 4-way select each",
        4.0,
        [prefill(PREFIX, logits=0), extend(32, OWN + 8, PREFIX)],
        "7.9 s",
        "4 s",
        program="choose",
        instances=_documents(32),
        note="vLLM decodes one of the choices under a grammar; ours scores all four, as select means",
        sharing=True,
    ),
    Row(
        "json-32",
        "32 JSON-schema extractions",
        2.0,
        partial(records, 32, 68),
        "4.2 s",
        "2 s",
        asks=_extractions,
        note="floor: of the tokens that were chosen and forced in the repetition that counts",
    ),
    Row(
        "fork-8",
        "8 programs, that prefix, fork of 4 x 16 tokens, 32-token summary",
        3.0,
        [
            prefill(PREFIX, logits=0),
            extend(8, OWN, PREFIX),
            extend(32, 2, PREFIX + OWN),
            decode(32, 15, 2, PREFIX + OWN),
            extend(8, 72, PREFIX + OWN),
            decode(8, 31, 100, PREFIX),
        ],
        "8.2 s",
        "5 s",
        program="brief",
        instances=_documents(8),
        sharing=True,
    ),
    Row(
        "judge",
        "judge: 1,200-token essay, 8 dimensions, verdict",
        3.0,
        [
            prefill(1200, logits=0),
            extend(8, 10, 1200),
            decode(8, 31, 10, 1200),
            extend(8, 9, 1240),
            prefill(280, 1200),
            decode(1, 31, 0, 1480),
        ],
        program="judge",
        instances=_essay,
        sharing=True,
    ),
    Row(
        "tree",
        "tree of thought: 600-token problem, 3 levels of 4",
        3.0,
        [prefill(600, logits=0), *_LEVEL, *_LEVEL, *_LEVEL, prefill(5, 750), decode(1, 15, 0, 755)],
        program="solve",
        instances=_problem,
        sharing=True,
    ),
    Row(
        "vote",
        "self-consistency: 1,200 tokens of shots, 16 samples of 32 tokens",
        3.0,
        [prefill(1200 + OWN + 6), decode(16, 31, 0, 1234)],
        program="vote",
        instances=_question,
        sharing=True,
    ),
    Row(
        "unique-16",
        "no sharing: 16 unrelated requests of 435 tokens, 32 tokens each",
        1.0,
        [extend(16, 435, 0), decode(16, 31, 435)],
        asks=_unrelated(16, 435, 32),
    ),
)
