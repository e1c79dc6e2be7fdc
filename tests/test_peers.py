"""The comparison compares the same work: programs by hand ask what their compiled twins ask."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from sglc.compiler.driver.compilation import compile_file
from sglc.ir.target import Target
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor.executor import execute
from sglc.runtime.trace.records import CallRecord, Trace

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "benchmarks" / "programs"
ARGUMENTS: dict[str, dict[str, Any]] = {
    "choose": {"document": "A lease of a cold store.", "question": "Which is it?"},
    "brief": {"document": "A lease of a cold store.", "question": "What is in it?"},
    "judge": {"essay": "Cats are nice.", "dimensions": ["wit", "tone", "depth"]},
    "solve": {"problem": "How many birds?"},
    "vote": {"shots": "Q: 1+1\nA: 2", "question": "2+2"},
}


class Replay:
    """Stands for a client: answers what the compiled program was answered, and notes what it is asked."""

    def __init__(self, calls: tuple[CallRecord, ...], target: Target) -> None:
        decode = target.tokenizer.decode
        self.answers = {decode(call.prompt): call for call in calls}
        self.asked: dict[str, int] = {}
        self._decode = decode

    async def gen(self, prompt: str, max_tokens: int, **more: Any) -> str:
        call = self.answers[prompt]
        self.asked[prompt] = max_tokens
        if call.kind == "select":
            return self._decode(call.choices[call.chosen])
        assert call.sampling["max_tokens"] == max_tokens
        assert call.sampling.get("ignore_eos", False) == more.get("ignore_eos", True)
        return call.texts[0]

    async def post(self, prompt: str, max_tokens: int, **more: Any) -> dict[str, Any]:
        call = self.answers[prompt]
        self.asked[prompt] = max_tokens
        assert len(call.outputs) == more["n"]
        assert call.sampling["temperature"] == more["temperature"]
        return {"choices": [{"text": text} for text in call.texts]}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_programs_by_hand_ask_what_the_compiled_ones_ask(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import by_hand

    build = compile_file(PROGRAMS / f"{name}.sgl", model="estimate")
    target, trace = build.choice.target, Trace()
    asyncio.run(
        execute(
            build.plan,
            build.plan.entry,
            ARGUMENTS[name],
            backend=MockBackend(target),
            target=target,
            trace=trace,
        )
    )
    client: Any = Replay(trace.calls, target)
    asyncio.run(by_hand.PROGRAMS[name](client, ARGUMENTS[name]))
    assert set(client.asked) == set(client.answers)


def test_every_row_asks_fresh_texts_and_has_a_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import floors, workloads

    machine = floors.Machine(flops=4e11, bandwidth=2e10)
    size = floors.Size(30, 9, 3, 64, 106_168_320, 28_311_552)
    for row in workloads.ROWS:
        assert (row.asks is None) == bool(row.program), row.name
        assert 0.01 < floors.floor(row.floor, size, machine) < 20, row.name
    assert floors.floor([floors.prefill(2500)], size, machine) == pytest.approx(
        1.33 + 0.54, abs=0.2
    )
