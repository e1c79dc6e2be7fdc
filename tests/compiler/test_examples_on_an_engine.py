"""Every example program on the engine, over a tiny random model, at every level: bound, predictions and no error."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts import gap, is_tight, mispredicted, run_traced, trace_lines
from example_programs import LIST, Example
from tiny_models import save_tiny, save_tokenizer
from tokenizers import pre_tokenizers

from sglc.compiler.driver.compilation import Options, compile_file
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.batch import Batch

CHATML = (
    "{% for m in messages %}<|begin|>{{ m.role }}\n{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|begin|>assistant\n{% endif %}"
)
each_example = pytest.mark.parametrize("example", LIST, ids=lambda e: e.name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny chat model, with room for the examples' prompts in bytes."""
    made = save_tiny(tmp_path_factory.mktemp("chat"), max_position_embeddings=16_384)
    save_tokenizer(made, splits_words=True)
    fond_of_quotes(made)
    config = {"eos_token": "<|end|>", "chat_template": CHATML}
    (made / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return made


def fond_of_quotes(folder: Path) -> None:
    """Make the model close its strings soon: the logit of `"` is far from zero, above or below it."""
    from safetensors.torch import load_file, save_file

    file = folder / "model.safetensors"
    weights = load_file(file)
    quote = sorted(pre_tokenizers.ByteLevel.alphabet()).index('"')
    weights["lm_head.weight"][quote] *= 4
    save_file(weights, file, {"format": "pt"})


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[EngineBackend]:
    made = EngineBackend(folder, dtype="float32", kv_cache_tokens=32_768)
    yield made
    asyncio.run(made.close())


class Given:
    """What the model is given while this is open: counted at the model, not by the engine."""

    def __init__(self, engine: EngineBackend, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tokens, self.slots = 0, list[int]()
        model = engine.engine.parts.model
        forward = model.forward

        def counting(batch: Batch, *rest: Any) -> None:
            self.tokens += sum(len(segment.ids) for segment in batch.segments)
            self.slots += batch.slots.tolist()
            forward(batch, *rest)

        monkeypatch.setattr(model, "forward", counting)


def accounted(path: Path) -> int:
    """The tokens that the trace says were computed: what was prefilled, and what was generated and fed back."""
    requests = [record for record in trace_lines(path) if record["type"] == "call"]
    return sum(request.get("prefilled", 0) + sum(fed_back(request)) for request in requests)


def fed_back(request: dict[str, Any]) -> list[int]:
    """How many generated tokens of each continuation got keys and values."""
    return request.get("fed") or [max(0, len(ids) - 1) for ids in request.get("outputs", [])]


@each_example
@pytest.mark.parametrize("level", [0, 1, 2])
def test_prefills_the_lower_bound_and_ends_where_predicted(
    example: Example,
    level: int,
    folder: Path,
    engine: EngineBackend,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine.flush()
    given = Given(engine, monkeypatch)
    build, path = (
        compile_file(example.path, Options(level=level), str(folder)),
        tmp_path / "t.jsonl",
    )
    results = run_traced(build, example, engine, path)
    assert [r.error for r in results] == [None]
    assert is_tight(path), gap(path)
    assert mispredicted(path) == []
    assert (given.tokens, len(given.slots)) == (accounted(path), accounted(path))


CUT = """
type R = {name: str, kind: "a" | "ab" | "abc", n: list[int], ok: bool}
program main(q: str) -> {x: R?, y: str}:
    user: "Make a record about {q}."
    assistant: x: R? = gen(max_tokens=MOST)
    user: "more"
    assistant: y = gen(max_tokens=4)
    return {x, y}
"""


@pytest.mark.parametrize("most", [1, 2, 3, 5, 9, 14, 20, 60])
def test_a_spliced_record_is_accounted_for_wherever_it_is_cut(
    most: int, folder: Path, engine: EngineBackend, tmp_path: Path
) -> None:
    """What was forced at the end has no keys and values: the next call computes it, and so it was said."""
    engine.flush()
    file, path = tmp_path / "cut.sgl", tmp_path / "t.jsonl"
    file.write_text(CUT.replace("MOST", str(most)), encoding="utf-8")
    build = compile_file(file, Options(), str(folder))
    example = Example("cut", ({"q": "cats"}, {"q": "dogs"}))
    results = run_traced(build, example, engine, path)
    assert [r.error for r in results] == [None]
    assert is_tight(path), gap(path)
    assert mispredicted(path) == []


LIMITED = """
program main(n: int) -> str:
    "Once upon a time"
    a = gen(max_tokens=n, ignore_eos=true)
    return a
"""


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_limit_that_is_computed_may_be_nothing(
    level: int, folder: Path, engine: EngineBackend, tmp_path: Path
) -> None:
    file, path = tmp_path / "limited.sgl", tmp_path / "t.jsonl"
    file.write_text(LIMITED, encoding="utf-8")
    build = compile_file(file, Options(level=level), str(folder))
    rows = Example("limited", ({"n": 0}, {"n": 3}))
    results = run_traced(build, rows, engine, path, rows=2)
    assert [r.error for r in results] == [None, None]
    assert results[0].result == ""
    calls = [record for record in trace_lines(path) if record["type"] == "call"]
    assert sorted(len(ids) for call in calls for ids in call["outputs"]) == [0, 3]
