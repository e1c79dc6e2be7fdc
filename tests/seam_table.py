"""The table of tokenizers in `docs/models.md`: how much of a growing text is settled, and what appending costs.

Published tokenizers are those of `make test-data`; beside them stand small ones of the kinds that no package holds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tokenizer_kinds import trained

from sglc.ir.target import Part, Tokenizer, TokenPrompt
from sglc.runtime.models.folders import cache_folder

FOLDER = cache_folder().parent / "test-tokenizers"
PUBLISHED = {
    "anthropic": "Claude 2",
    "cl100k": "cl100k",
    "o200k": "o200k",
    "tekken": "tekken",
    "llama3.1": "Llama 3.1",
    "qwen3": "Qwen3",
    "deepseek-v3": "DeepSeek-V3",
    "llama2": "Llama 2",
    "mistral": "Mistral 7B v0.3",
    "gemma3": "Gemma 3",
    "unigram": "SentencePiece Unigram",
}
KINDS = ("Metaspace, first", "T5", "XLM-R", "ALBERT", "Unigram, unsplit", "BERT, uncased")
FEW, MANY = 1_000, 10_000
SHOTS = (
    "Q: How many of the {n} were late in 2024?\n",
    "A: About {n}, or 3.5% of them; ",
    "nobody's fault, I'd say.\n\n",
    "\u554f: \u5929\u6c14\u5f88\u597d\u3002 {n}\n",
    "{{'id': {n}, 'ok': true}}\n",
)


@dataclass(frozen=True)
class Row:
    """What was found of one tokenizer. Times in seconds of the processor; `tail` in characters, at its longest."""

    name: str
    settled: int
    tokens: int
    tail: int
    few: float
    many: float


def texts() -> Iterator[str]:
    """The texts that are appended, without an end."""
    n = 0
    while True:
        yield SHOTS[n % len(SHOTS)].format(n=n % 1000)
        n += 1


def appended(tokenizer: Tokenizer, count: int) -> tuple[TokenPrompt, int, float]:
    """A prompt of so many appends, its longest tail, and the seconds of the processor that they took."""
    pieces = [Part(text, False) for text in islice(texts(), count)]
    prompt, tail = TokenPrompt.start(tokenizer), 0
    start = time.process_time()
    for piece in pieces:
        prompt = prompt.append(tokenizer, piece)
        tail = max(tail, sum(len(part.text) for part in prompt.tail))
    prompt.ids(tokenizer)
    return prompt, tail, time.process_time() - start


def measured(name: str, tokenizer: Tokenizer) -> Row:
    """The row of a tokenizer, with the best time of three."""
    appended(tokenizer, 100)
    few = min(appended(tokenizer, FEW)[2] for _ in range(3))
    many = min(appended(tokenizer, MANY)[2] for _ in range(3))
    prompt, tail, _ = appended(tokenizer, MANY)
    return Row(name, prompt.count, len(prompt.ids(tokenizer)), tail, few, many)


def rows() -> Iterator[Row]:
    """One row for each tokenizer that is at hand."""
    for file, name in PUBLISHED.items():
        path = FOLDER / f"{file}.json"
        if path.is_file():
            yield measured(name, Tokenizer.from_file(path))
    for kind in KINDS:
        yield measured(f"{kind} (trained here)", trained(kind))


def seam_table() -> str:
    """The table."""
    head = f"| tokenizer | settled | longest tail, in characters | {FEW:,} appends | {MANY:,} appends | growth |"
    lines = [head, "|---|---:|---:|---:|---:|---:|"]
    for row in rows():
        settled = f"{row.settled:,} of {row.tokens:,} tokens"
        times = f"{row.few * 1e3:.0f} ms | {row.many * 1e3:.0f} ms | {row.many / row.few:.1f}"
        lines.append(f"| {row.name} | {settled} | {row.tail} | {times} |")
    return "\n".join([*lines, ""])
