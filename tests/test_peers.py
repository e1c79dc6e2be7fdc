"""The comparison compares the same work: programs by hand ask what their compiled twins ask."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast

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
    "extract": {"guide": "Be brief.", "notes": ["We paid.", "Wir kommen."]},
    "route": {"rules": "Be brief.", "message": "It is broken."},
    "agent": {"tools": "You may search.", "task": "Count.", "who": "Ada"},
    "retrieve": {
        "guide": "Be brief.",
        "documents": [{"id": "a", "body": "One."}, {"id": "b", "body": "Two."}],
        "question": "Which?",
    },
    "review": {"guide": "Be strict.", "change": "+ x = 1"},
    "desk": {"letter": "Dear all."},
    "memo": {"contract": "A lease."},
    "plan": {"report": "Two ships came."},
    "consult": {"rules": "Be brief.", "question": "Why?", "who": "Ada"},
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
    from benchmarks.by_hand_more import ALL
    from benchmarks.hosts import HOSTS

    build = compile_file(PROGRAMS / f"{name}.sgl", model="estimate")
    target, trace = build.choice.target, Trace()
    asyncio.run(
        execute(
            build.plan,
            build.plan.entry,
            ARGUMENTS[name],
            backend=MockBackend(target),
            target=target,
            hosts=HOSTS,
            trace=trace,
        )
    )
    client: Any = Replay(trace.calls, target)
    asyncio.run(ALL[name](client, ARGUMENTS[name]))
    assert set(client.asked) == set(client.answers)


def test_choices_are_scored_by_hand_by_the_mean_of_their_own_tokens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.by_hand_more import likeliest

    class Echo:
        """A server that echoes a prompt of one token and a choice with these log probabilities."""

        values: ClassVar = {" a": [-2.0], " b b": [-1.0, -2.0], " c": [-9.0]}

        async def post(self, prompt: str, max_tokens: int, **more: Any) -> dict[str, Any]:
            assert (max_tokens, more) == (0, {"echo": True, "logprobs": 1})
            values = self.values[prompt.removeprefix("Team:")]
            told = {"token_logprobs": [None, *values], "text_offset": [0, 5, 7][: len(values) + 1]}
            return {"choices": [{"logprobs": told}]}

    client: Any = Echo()
    assert asyncio.run(likeliest(client, "Team:", list(Echo.values))) == " b b"


def test_every_row_asks_fresh_texts_and_has_a_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import floors, workloads

    machine = floors.Machine(flops=4e11, bandwidth=2e10)
    size = floors.Size(30, 9, 3, 64, 106_168_320, 28_311_552)
    for row in workloads.ROWS:
        assert (row.asks is None) == bool(row.program), row.name
        written = workloads.Written(chosen=32 * 14, forced=32 * 26)
        assert 0.01 < floors.floor(row.least(written), size, machine) < 20, row.name
    assert floors.floor([floors.prefill(2500)], size, machine) == pytest.approx(
        1.33 + 0.54, abs=0.2
    )


def test_a_record_s_floor_has_each_token_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import floors, workloads

    machine = floors.Machine(flops=1.0, bandwidth=1e9)  # bound by arithmetic alone
    size = floors.Size(0, 0, 0, 0, layer_weights=1000, head_weights=10)
    written = workloads.Written(chosen=7, forced=5)
    (row,) = (row for row in workloads.ROWS if row.name == "json-32")
    found = floors.floor(row.least(written), size, machine)
    assert found == pytest.approx(2 * (1000 * (32 * 68 + 7 + 5) + 10 * (32 + 7)))


def test_a_row_s_page_says_what_was_missed_and_of_what_our_time_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import results, shapes_page, watched

    class Clock:
        """An engine whose forwards take two of three seconds."""

        spent = 0.0

        def metrics(self) -> Any:
            names = dict.fromkeys(watched.STAGES, 0.0)
            return SimpleNamespace(times_s=names | {"forward": self.spent, "plan": self.spent / 4})

    clock = Clock()

    def ask(*_: object) -> float:
        clock.spent += 2.0
        return 3.0

    engine: Any = SimpleNamespace(backend=clock, seconds=ask)
    ours, unused = watched.Watched(engine), cast(Any, None)
    assert ours.seconds(unused, unused, "") == 3.0
    stages = ours.stages(3.0)
    assert (stages["forwards"], stages["planning"], stages[watched.REST]) == (2.0, 0.5, 0.5)
    memory = {"before": 3.0e10, "after": 5.6e10}
    taken = (("sglc", 3.0), ("vllm threads=0-1", 3.9), ("vllm threads=0-1", 3.3))
    row = {
        "turns": [{"side": side, "seconds": seconds} | memory for side, seconds in taken],
        "pairs": [1.1, 1.3],
        "ratio": 1.1,
        "x_floor": 1.5,
        "spread": [1.4, 1.6],
        "judged": 3,
        "taken": 4,
        "stages": stages,
        "products": 4.1e11,
        "load": 1.0,
    }
    rows = {
        name: row | {"name": name, "title": name, "cold": cold}
        for name, cold in (("decode-1", []), ("decode-8", ["vllm threads=0-1"]))
    }
    data = {"environment": results.environment(), "vllm": "-", "shapes": {"s": rows}}
    page = shapes_page.page(data)
    figures = "**1.10** | 1.20 (2) | 1.50 | 1.40 to 1.60 | 3 of 4"
    rest = "2.00 | 0.00 | 0.50 | 0.00 | 0.50 | 1.0 | 410; 30 to 56"
    assert f"| decode-1 | 3.00 | 3.30 | {figures} | {rest} |" in page
    assert "| decode-8 | 3.00 | 3.30° | **1.10** | 1.20 (2) | **1.50** | 1.40 to 1.60" in page


def test_the_least_that_a_server_with_blocks_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole blocks of earlier prompts and outputs are found; the last position and what is behind a block are not."""
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.server_counts import least_in_blocks

    def call(started: float, prompt: list[int], **more: Any) -> CallRecord:
        return CallRecord("gen", 0, [], 0, "", [], "", prompt, started=started, **more)

    first = call(0.0, [1, 2, 3, 4, 5], outputs=[[6, 7, 8, 9]])
    assert least_in_blocks([first], 4) == 5
    assert least_in_blocks([call(1.0, [1, 2, 3, 4, 5, 6, 7, 8, 0]), first], 4) == 5 + 1
    assert least_in_blocks([first, call(1.0, [1, 2, 3, 4, 9])], 4) == 5 + 1
    assert least_in_blocks([first, call(1.0, [1, 2, 3, 4])], 4) == 5 + 4
    scored = call(1.0, [1, 2, 3, 4, 5], choices=[[1, 2], [1, 3], [2]])
    assert least_in_blocks([scored], 4) == 5 + 2


def test_a_server_s_metrics_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import server_counts

    text = (
        'vllm:prompt_tokens_total{engine="0"} 120.0\nvllm:prompt_tokens_cached_total{engine="0"} 96.0\n'
        'vllm:prompt_tokens_cached_created{engine="0"} 1.7e+09\n'
        'vllm:request_success_total{reason="stop"} 2.0\nvllm:request_success_total{reason="length"} 1.0\n'
    )
    monkeypatch.setattr(server_counts.ServerCounts, "_get", lambda *_: asyncio.sleep(0, text))
    found = asyncio.run(server_counts.ServerCounts("").counts())
    assert (found.prefilled, found.requests) == (24, 3)
    assert found.since(server_counts.Counts(prompt=20, requests=1)).prompt == 100


def test_what_a_pass_is_worth_stands_by_program_and_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import gain_cases, gain_tables
    from benchmarks.gain_sides import BY_HAND, COMPILED, Found, Taken
    from benchmarks.server_counts import Counts

    def taken(seconds: float, prompt: int, requests: int = 2) -> Taken:
        return Taken([seconds, 2 * seconds], Counts(prompt=prompt, requests=requests))

    both = [BY_HAND, COMPILED]
    first = Found(gain_cases.ROOMY[0], dict(zip(both, (taken(2, 90), taken(1, 80)), strict=True)))
    other = Found(gain_cases.ROOMY[1], dict(zip(both, (taken(8, 90), taken(1, 80)), strict=True)))
    first.sides["no hoist-prefix"] = taken(4, 120, requests=5)
    page = gain_tables.page([first, other], {"date": "", "processor": "", "cores": 2, "python": "",
        "packages": {}, "revision": ""}, server="", settings="", repeats=1, block=16, load="")  # fmt: skip
    assert "**4.00**" in page
    assert "| brief | no hoist-prefix | +3 | +40 | +0 | 4.00 |" in page
    assert "| together | no hoist-prefix | +3 | +40 | +0 | 4.00 |" in page
    assert "| choose | no" not in page
    assert "No plan is another without `fold-constants`" in page
    assert "`hoist-prefix`" not in page


def test_rows_are_sorted_by_hand_by_what_they_have_in_common(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every case that sorts has its argument, and its rows come in another order than that."""
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.gain_cases import CASES

    class Texts:
        def text(self, count: int, seed: str) -> str:
            return f"{seed} {count}"

    material: Any = Texts()
    for case in CASES["tight"]:
        rows = case.instances(material, "seed")
        common = [row[case.common] for row in rows] if case.common else []
        assert common != sorted(common) or not case.common
        assert len(set(common)) < len(common) or not case.common
