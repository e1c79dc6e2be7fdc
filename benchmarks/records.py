"""What canonical style does to records: how many end, and what the model chooses at the borders, against free style.

Ten schemas times 64 prompts. First both styles generate greedily, and the records that end are counted. Then every
canonical record is fed to the model in float32, and where a choice was made in it, the probabilities under the masks
of both styles are compared: of going on with a string or number against ending it, and of each token that begins a
value. White space that decides nothing is a choice in free style alone; it is left out, and its share reported.
"""

import argparse
import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sglc.ir.sampling import Constraint, Sampling
from sglc.ir.target import Tokenizer
from sglc.runtime.backend import GenRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.grammar.backend import GrammarBackend
from sglc.runtime.engine.grammar.choice import make_grammar_backend
from sglc.runtime.engine.grammar.protocol import Matcher
from sglc.runtime.models.folders import resolve_model

from .results import environment, headline, table, write
from .workloads import SCHEMA, Material

PROMPTS, TOKENS = 64, 96


def record(**properties: Any) -> dict[str, Any]:
    """A schema of records whose fields are all there."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TEXT, WHOLE, NUMBER, TRUTH = ({"type": t} for t in ("string", "integer", "number", "boolean"))
MAYBE = {"anyOf": [NUMBER, {"type": "null"}]}

SCHEMAS: dict[str, dict[str, Any]] = {
    "extraction": json.loads(SCHEMA),
    "one string": record(summary=TEXT),
    "two strings": record(title=TEXT, author=TEXT),
    "numbers": record(pages=WHOLE, price=NUMBER, year=WHOLE),
    "tags": record(tags={"type": "array", "items": TEXT}),
    "scores": record(scores={"type": "array", "items": WHOLE}, mean=NUMBER),
    "verdict": record(dimension={"enum": ["clarity", "evidence", "style"]}, score=WHOLE, reason=TEXT),
    "nested": record(name=TEXT, address=record(street=TEXT, city=TEXT), is_new=TRUTH),
    "people": record(people={"type": "array", "items": record(name=TEXT, age=WHOLE)}),
    "optional": record(price=MAYBE, currency={"enum": ["EUR", "USD"]}, note=TEXT),
}  # fmt: skip


@dataclass(slots=True)
class Borders:
    """What was found at the borders of one schema's records."""

    count: int = 0
    closing: float = 0.0  # the largest difference of the probability that free text ends
    tokens: float = 0.0  # the largest difference of any token's probability
    idle: list[float] = field(default_factory=list)  # shares of white space that decides nothing


def main() -> None:
    """Count, compare, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model folder; the default model without one")
    parser.add_argument("--prompts", type=int, default=PROMPTS)
    parser.add_argument("--tokens", type=int, default=TOKENS)
    parser.add_argument("--borders", type=int, default=PROMPTS, help="records to compare, a schema")
    parser.add_argument("--schemas", nargs="*", default=list(SCHEMAS))
    parser.add_argument("--write", action="store_true", help="write the results")
    arguments = parser.parse_args()
    found, model = environment(), resolve_model(arguments.model)
    prompts = [_prompt(Material(model), i) for i in range(arguments.prompts)]
    rows: list[dict[str, Any]] = []
    ended = asyncio.run(_generate(model, prompts, arguments.schemas, arguments.tokens))
    compare = Comparison(model)
    for name in arguments.schemas:
        borders = Borders()
        for prompt, ids in list(zip(prompts, ended[name]["ids"], strict=True))[: arguments.borders]:
            compare.record(SCHEMAS[name], prompt, ids, borders)
        rows.append({"schema": name, **ended[name]["counts"], **_figures(borders)})
        print(rows[-1], flush=True)
    page = table(list(rows[0]), [[str(cell) for cell in row.values()] for row in rows])
    print(page)
    if arguments.write:
        note = _note(arguments.prompts, arguments.tokens)
        head = f"# Records in canonical and in free style\n\n{headline(found)}\n{note}\n\n"
        write("records", {"environment": found, "rows": rows}, head + page)


def _note(prompts: int, tokens: int) -> str:
    return (
        f"{prompts} prompts a schema, greedy, at most {tokens} tokens: records that ended in either style, and tokens "
        "a record that ended. Borders by teacher forcing in float32: the largest difference between the styles in the "
        "probability that free text ends, and in that of any token; `idle`: the mean share of white space that "
        "decides nothing, which free style may choose and canonical style may not."
    )


def _prompt(material: Material, number: int) -> tuple[int, ...]:
    tail = material.tokenizer.encode("\n\nThe same as JSON: ", add_special_tokens=False).ids
    return (*material.ids(64, f"records {number}"), *tail)


def _figures(borders: Borders) -> dict[str, Any]:
    return {
        "borders": borders.count,
        "ending": f"{borders.closing:.1e}",
        "token": f"{borders.tokens:.1e}",
        "idle": f"{np.mean(borders.idle or [0.0]):.4f}",
    }


async def _generate(
    model: Path, prompts: Sequence[tuple[int, ...]], names: Sequence[str], tokens: int
) -> dict[str, dict[str, Any]]:
    backend = EngineBackend(model, kv_cache_tokens=40_000)
    found: dict[str, dict[str, Any]] = {}
    try:
        for name in names:
            text = json.dumps(SCHEMAS[name])
            counts: dict[str, Any] = {}
            for style in ("free", "canonical"):
                constraint = Constraint("json", text, style)
                done = await _ask(backend, prompts, constraint, tokens)
                ended = [c for c in done if c.finish != "length"]
                counts[style] = len(ended)
                counts[f"{style} tokens"] = round(
                    float(np.mean([len(c.ids) for c in ended] or [0])), 1
                )
                for each in ended:
                    json.loads(each.text)
            found[name] = {"counts": counts, "ids": [c.ids for c in done]}
            print(name, counts, flush=True)
    finally:
        await backend.close()
    return found


async def _ask(
    backend: EngineBackend, prompts: Sequence[tuple[int, ...]], constraint: Constraint, tokens: int
) -> list[Any]:
    sampling = Sampling(max_tokens=tokens)
    asks = [GenRequest(ids, sampling, seeds=(0,), constraint=constraint) for ids in prompts]
    replies = await asyncio.gather(*[backend.generate(ask) for ask in asks])
    return [completion for reply in replies for completion in reply.completions]


class Comparison:
    """The model in float32, and the masks of both styles."""

    def __init__(self, model: Path) -> None:
        from transformers import AutoModelForCausalLM

        self._model = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
        self._tokenizer = Tokenizer.from_file(model)
        size = self._model.config.vocab_size
        pieces = map(self._tokenizer.token_bytes, range(size))
        self._pieces = [piece.decode(errors="replace") for piece in pieces]
        self._spaces = np.array([not piece.strip(" \n\r\t") for piece in self._pieces])
        self._endings: dict[State, np.ndarray] = {}
        self._grammar: GrammarBackend = make_grammar_backend("xgrammar", self._tokenizer, size)

    def record(
        self, schema: Any, prompt: tuple[int, ...], ids: tuple[int, ...], borders: Borders
    ) -> None:
        """Compare the styles wherever a choice was made in a record."""
        with torch.inference_mode():
            logits = self._model(torch.tensor([[*prompt, *ids]])).logits[0, len(prompt) - 1 :]
        for at, free, canonical in self._choices(json.dumps(schema), ids):
            borders.count += 1
            self._compare(logits[at].numpy().astype(np.float64), free, canonical, ids[:at], borders)

    def _choices(
        self, schema: str, ids: tuple[int, ...]
    ) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Where in a record something was chosen, and what either style allows there."""
        free, canonical = (self._matcher(schema, style) for style in ("free", "canonical"))
        for at, token in enumerate(ids):
            if not canonical.forced():
                yield at, self._allowed(free), self._allowed(canonical)
            if canonical.accept(token) != token or (free.accept(token) is None):
                return  # the end token

    def _matcher(self, schema: str, style: Any) -> Matcher:
        make = self._grammar.compile(Constraint("json", schema, style))
        assert make is not None
        return make()

    def _allowed(self, matcher: Matcher) -> np.ndarray:
        bits = np.zeros(self._grammar.width, dtype=np.int32)
        matcher.fill(bits)
        return np.unpackbits(bits.view(np.uint8), bitorder="little").astype(bool)

    def _compare(
        self,
        logits: np.ndarray,
        free: np.ndarray,
        canonical: np.ndarray,
        before: tuple[int, ...],
        borders: Borders,
    ) -> None:
        idle = (free & ~canonical)[: len(logits)] & self._spaces
        whole, kept = masked(logits, free), masked(logits, free, idle)
        ours = masked(logits, canonical)
        borders.idle.append(float(whole[idle].sum()))
        difference = np.abs(kept - ours)
        borders.tokens = max(borders.tokens, float(difference.max()))
        ends = self._ending(before)
        gap = abs(float(kept[ends].sum() - ours[ends].sum()))
        borders.closing = max(borders.closing, gap)

    def _ending(self, before: tuple[int, ...]) -> np.ndarray:
        """Which tokens end the string, number or word that the output stands in."""
        text = b"".join(map(self._tokenizer.token_bytes, before)).decode(errors="replace")
        state, _ = followed(NOWHERE, text)
        if state not in self._endings:
            ended = [followed(state, piece)[1] > 0 for piece in self._pieces]
            self._endings[state] = np.array(ended)
        return self._endings[state]


def masked(logits: np.ndarray, allowed: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """The probabilities of what is allowed."""
    keep = allowed[: len(logits)] if out is None else allowed[: len(logits)] & ~out
    weights = np.where(keep, np.exp(logits - logits[keep].max()), 0.0)
    return weights / weights.sum()


State = tuple[bool, bool, bool]
NOWHERE: State = (False, False, False)


def followed(state: State, text: str) -> tuple[State, int]:
    """Follow JSON text: in a string, in a number or word, after a backslash; and how many of the former ended."""
    count = 0
    in_string, in_word, is_escaped = state
    for char in text:
        if in_string:
            ends = char == '"' and not is_escaped
            is_escaped = char == "\\" and not is_escaped
            count, in_string = count + ends, not ends
        else:
            is_word = char.isalnum() or char in "+-."
            count += in_word and not is_word
            in_word, in_string = is_word, char == '"'
    return (in_string, in_word, is_escaped), count


if __name__ == "__main__":
    main()
