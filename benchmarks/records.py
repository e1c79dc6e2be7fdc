"""What canonical style does to records: how many end, and what the model chooses at the borders, against free style.

Ten schemas times 64 prompts. First both styles generate greedily, and the records that end are counted. Then every
canonical record is fed to the model in float32, and where a choice was made in it, the probabilities under the masks
of both styles are compared: of going on with a string or number against ending it, and of each token that begins a
value. Where both masks are the same, so are the probabilities, and the model is not asked. White space that decides
nothing is a choice in free style alone; it is left out, and its share reported. Where a record ends in one style alone,
it is said why the two texts part (`partings.py`). One schema takes minutes: `--keep FOLDER` keeps what came of it, so
that the next run goes on from there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
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

from .partings import Parting, parting
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


Answers = dict[str, list[dict[str, Any]]]
"""By style, for each prompt: the tokens, and whether the record ended."""


@dataclass(slots=True)
class Borders:
    """What was found at the borders of one schema's records."""

    count: int = 0
    closing: float = 0.0  # the largest difference of the probability that free text ends
    tokens: float = 0.0  # the largest difference of any token's probability
    idle: list[float] = field(default_factory=list)  # shares of white space that decides nothing
    partings: Counter[tuple[str, Parting]] = field(
        default_factory=Counter
    )  # of what ended in one style alone


def main() -> None:
    """Count, compare, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model folder; the default model without one")
    parser.add_argument("--prompts", type=int, default=PROMPTS)
    parser.add_argument("--tokens", type=int, default=TOKENS)
    parser.add_argument("--keep", type=Path, help="a folder for what was generated")
    parser.add_argument("--schemas", nargs="*", default=list(SCHEMAS))
    parser.add_argument("--write", action="store_true", help="write the results")
    arguments = parser.parse_args()
    found, model = environment(), resolve_model(arguments.model)
    prompts = [_prompt(Material(model), i) for i in range(arguments.prompts)]
    measuring = Measuring(model, prompts, arguments.tokens, arguments.keep)
    rows: list[dict[str, Any]] = []
    for name in arguments.schemas:
        rows.append(measuring.row(name))
        print(rows[-1], flush=True)
    measuring.close()
    page = table(list(rows[0]), [[str(cell) for cell in row.values()] for row in rows])
    print(page)
    if arguments.write:
        note = _note(arguments.prompts, arguments.tokens)
        head = f"# Records in canonical and in free style\n\n{headline(found)}\n{note}\n\n"
        write("records", {"environment": found, "rows": rows}, head + page)


class Measuring:
    """One engine and one model in float32 for all schemas; neither is loaded where all is kept."""

    def __init__(
        self, model: Path, prompts: Sequence[tuple[int, ...]], tokens: int, keep: Path | None
    ) -> None:
        self._model, self._prompts, self._tokens, self._keep = model, prompts, tokens, keep

    @cached_property
    def _backend(self) -> EngineBackend:
        return EngineBackend(self._model, kv_cache_tokens=40_000)

    @cached_property
    def _comparison(self) -> Comparison:
        return Comparison(self._model)

    def row(self, name: str) -> dict[str, Any]:
        """What one schema's records come to; read from `keep` where that has it."""
        return self._kept(name, "row", lambda: self._row(name))

    def _row(self, name: str) -> dict[str, Any]:
        answers = self._kept(name, "answers", lambda: self._answers(SCHEMAS[name]))
        print(name, _counts(answers), flush=True)
        borders, pairs = Borders(), zip(answers["free"], answers["canonical"], strict=True)
        for prompt, pair in zip(self._prompts, pairs, strict=True):
            self._comparison.record(SCHEMAS[name], prompt, pair, borders)
        return {"schema": name, **_counts(answers), **_figures(borders)}

    def _kept(self, name: str, what: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What is kept of a schema, or is made and kept now."""
        if self._keep is None:
            return make()
        name = name.replace(" ", "_")
        file = self._keep / f"{name}-{len(self._prompts)}-{self._tokens}.{what}.json"
        if not file.exists():
            found = make()
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(found))
        return json.loads(file.read_text())

    def _answers(self, schema: dict[str, Any]) -> Answers:
        text = json.dumps(schema)
        asked = {
            "free": Constraint("json", text, "free"),
            "canonical": Constraint("json", text),
        }
        calls = [self._ask(prompt, each) for each in asked.values() for prompt in self._prompts]
        found = asyncio.run(_together(calls))
        return {
            style: found[at * len(self._prompts) : (at + 1) * len(self._prompts)]
            for at, style in enumerate(asked)
        }

    async def _ask(self, prompt: tuple[int, ...], constraint: Constraint) -> dict[str, Any]:
        sampling = Sampling(max_tokens=self._tokens)
        request = GenRequest(prompt, sampling, seeds=(0,), constraint=constraint)
        (done,) = (await self._backend.generate(request)).completions
        ended = done.finish != "length"
        if ended:
            json.loads(done.text)
        return {"ids": list(done.ids), "ended": ended}

    def close(self) -> None:
        """Stop the engine, if there is one."""
        if "_backend" in vars(self):
            asyncio.run(self._backend.close())


async def _together(calls: Sequence[Awaitable[dict[str, Any]]]) -> list[dict[str, Any]]:
    return await asyncio.gather(*calls)


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
        "ended in one alone": _told(borders.partings),
    }


def _told(partings: Counter[tuple[str, Parting]]) -> str:
    """How many records ended in either style alone, and why the two texts part."""
    each = [f"{count} {style}: {why}" for (style, why), count in sorted(partings.items())]
    return ", ".join(each) or "none"


def _counts(answers: Answers) -> dict[str, Any]:
    counts: dict[str, Any] = {}
    for style, found in answers.items():
        lengths = [len(each["ids"]) for each in found if each["ended"]]
        counts[style] = len(lengths)
        counts[f"{style} tokens"] = round(float(np.mean(lengths or [0])), 1)
    return counts


@dataclass(frozen=True, slots=True)
class Border:
    """Where something was chosen, before token `at`: what either style allows; in `free`, without what is idle."""

    at: int
    free: np.ndarray
    canonical: np.ndarray
    idle: np.ndarray

    @property
    def is_plain(self) -> bool:
        """Whether both styles allow the same, so that no probability differs, whatever the model."""
        return not self.idle.any() and bool((self.free == self.canonical).all())


class Comparison:
    """The model in float32, and the masks of both styles."""

    def __init__(self, model: Path) -> None:
        from transformers import AutoModelForCausalLM

        self._model = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
        self._tokenizer = Tokenizer.from_file(model)
        self._size = size = int(self._model.config.vocab_size)
        pieces = map(self._tokenizer.token_bytes, range(size))
        self._pieces = [piece.decode(errors="replace") for piece in pieces]
        self._spaces = np.array([not piece.strip(" \n\r\t") for piece in self._pieces])
        self._endings: dict[State, np.ndarray] = {}
        self._grammar: GrammarBackend = make_grammar_backend("auto", self._tokenizer, size)

    def record(
        self,
        schema: Any,
        prompt: tuple[int, ...],
        answers: tuple[dict[str, Any], dict[str, Any]],
        borders: Borders,
    ) -> None:
        """Compare the styles wherever a choice was made in a canonical record, and why a free one parts from it."""
        free, canonical = answers
        ids = tuple(canonical["ids"])
        borders_here = [
            Border(at, theirs & ~idle, ours, idle)
            for at, theirs, ours in self._choices(json.dumps(schema), ids)
            for idle in [theirs & ~ours & self._spaces]
        ]
        borders.count += len(borders_here)
        borders.idle += [0.0 for border in borders_here if border.is_plain]
        open_borders = [border for border in borders_here if not border.is_plain]
        if open_borders:
            logits = self._logits(prompt, ids[: open_borders[-1].at])
            for border in open_borders:
                self._compare(logits[border.at], border, ids[: border.at], borders)
        if free["ended"] != canonical["ended"]:
            why = parting(
                self._tokenizer,
                self._matcher(json.dumps(schema), "canonical"),
                free["ids"],
                ids,
                lambda at, one, other: self._margin((*prompt, *ids[:at]), one, other),
            )
            borders.partings["free" if free["ended"] else "canonical", why] += 1

    def _logits(self, prompt: tuple[int, ...], ids: tuple[int, ...]) -> np.ndarray:
        """What comes after the prompt, and after each of the tokens that follow it."""
        with torch.inference_mode():
            given = torch.tensor([[*prompt, *ids]])
            logits = self._model(given, logits_to_keep=len(ids) + 1).logits[0]
        return logits.numpy().astype(np.float64)

    def _margin(self, ids: tuple[int, ...], one: int, other: int) -> float:
        """How far apart the model has two tokens after some others."""
        logits = self._logits(ids, ())[-1]
        return abs(float(logits[one] - logits[other]))

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
        return np.unpackbits(bits.view(np.uint8), bitorder="little").astype(bool)[: self._size]

    def _compare(
        self, logits: np.ndarray, border: Border, before: tuple[int, ...], borders: Borders
    ) -> None:
        whole = masked(logits, border.free | border.idle)
        borders.idle.append(float(whole[border.idle].sum()))
        kept, ours = masked(logits, border.free), masked(logits, border.canonical)
        borders.tokens = max(borders.tokens, float(np.abs(kept - ours).max()))
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


def masked(logits: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """The probabilities of what is allowed."""
    weights = np.where(allowed, np.exp(logits - logits[allowed].max()), 0.0)
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
