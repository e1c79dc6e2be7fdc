"""The mock's account, the lower bound computed twice, and the negative twins that must miss it."""

import asyncio
import json
from pathlib import Path

import lower_bound as naive
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_writer import TARGET, PlanWriter

from sglc.ir.sampling import Constraint, Sampling
from sglc.runtime.backend import BackendError, GenRequest, PrefillRequest, SelectRequest
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor.executor import execute, header_of
from sglc.runtime.plan.schema import Body, ForkStep, Group, ListExpr, Lit, Plan, Ref
from sglc.runtime.trace.records import CallRecord, Trace, TraceWriter, read_trace
from sglc.runtime.trace.worlds import Worlds, lower_bound, worlds

GREEDY = Sampling(max_tokens=5, ignore_eos=True)


def ask(mock: MockBackend, *requests):
    """Send requests at once; the replies' usages."""

    async def main():
        send = {GenRequest: mock.generate, SelectRequest: mock.select, PrefillRequest: mock.prefill}
        replies = await asyncio.gather(*(send[type(request)](request) for request in requests))
        return [getattr(reply, "usage", reply) for reply in replies]

    return asyncio.run(main())


def gen(*ids: int, seeds: tuple[int, ...] = (0,)) -> GenRequest:
    return GenRequest(ids, GREEDY, seeds)


def test_the_second_call_finds_the_first():
    mock = MockBackend(TARGET)
    (first,), (second,) = ask(mock, gen(1, 2, 3)), ask(mock, gen(1, 2, 4, 5))
    assert (first.prompt, first.cached, first.prefilled, first.decoded) == (3, 0, 3, 4)
    assert (second.prompt, second.cached, second.prefilled) == (4, 2, 2)


def test_generated_tokens_have_kv_but_the_last():
    mock = MockBackend(TARGET)
    reply = asyncio.run(mock.generate(gen(1, 2)))
    ids = reply.completions[0].ids
    assert len(ids) == 5
    (usage,) = ask(mock, gen(1, 2, *ids, 9))
    assert (usage.cached, usage.prefilled) == (6, 2)


def test_siblings_that_arrive_together_share():
    together = ask(MockBackend(TARGET), gen(1, 2, 3, 4), gen(1, 2, 3, 5), gen(1, 2, 6))
    assert [usage.prefilled for usage in together] == [4, 1, 1]
    assert [usage.cached for usage in together] == [0, 3, 2]
    apart = ask(MockBackend(TARGET, waits=False), gen(1, 2, 3, 4), gen(1, 2, 3, 5), gen(1, 2, 6))
    assert [usage.prefilled for usage in apart] == [4, 4, 3]


def test_a_prompt_that_was_asked_before_needs_no_replay_but_one_inside_another_does():
    mock = MockBackend(TARGET)
    ask(mock, gen(1, 2, 3))
    (same,), (inside,) = ask(mock, gen(1, 2, 3)), ask(mock, gen(1, 2))
    assert (same.cached, same.prefilled, same.replayed) == (3, 0, 0)
    assert (inside.cached, inside.prefilled, inside.replayed) == (1, 0, 1)


def test_samples_share_one_prefill():
    mock = MockBackend(TARGET)
    (usage,) = ask(mock, gen(1, 2, 3, seeds=(1, 2, 3)))
    assert (usage.prefilled, usage.decoded) == (3, 12)


def test_a_select_feeds_shared_choice_tokens_once_and_never_the_last():
    mock = MockBackend(TARGET)
    (usage,) = ask(mock, SelectRequest((1, 2), ((5, 6, 7), (5, 6, 8), (9,))))
    assert (usage.prompt, usage.cached, usage.prefilled) == (2, 0, 4)
    (usage,) = ask(mock, SelectRequest((1, 2), ((5, 6, 7),), unconditional=(0,)))
    assert (usage.cached, usage.prefilled) == (2, 3)


def test_without_a_cache_everything_is_prefilled_again():
    mock = MockBackend(TARGET, cache=False)
    assert [ask(mock, gen(1, 2, 3))[0].prefilled for _ in range(3)] == [3, 3, 3]


def test_time_is_virtual_and_goes_by_work():
    mock = MockBackend(TARGET)
    (usage,) = ask(mock, gen(*range(1, 10_001)))
    assert usage.ttft_s == pytest.approx(1.0)
    assert mock.clock() == pytest.approx(1.05)


def test_tokens_stream_while_others_run():
    mock, log = MockBackend(TARGET), []

    def listener(name):
        return lambda sample, ids: log.append(name)

    async def main():
        requests = [GenRequest((n,), GREEDY, (0,), on_tokens=listener(n)) for n in (1, 2)]
        await asyncio.gather(*map(mock.generate, requests))

    asyncio.run(main())
    assert sorted(log) == [1] * 5 + [2] * 5
    assert log != sorted(log)


def test_what_the_hash_model_cannot_follow_is_an_error_with_a_code():
    request = GenRequest((1,), GREEDY, (0,), Constraint("regex", "(?=a)b"))
    with pytest.raises(BackendError) as failed:
        asyncio.run(MockBackend(TARGET).generate(request))
    assert failed.value.code == "3102"


# --- whole runs ---------------------------------------------------------------------------------


def forked(arms: int = 6) -> Plan:
    """A shared prompt, one call per arm, each arm asking twice, and a call on the shared prompt after it."""
    writer = PlanWriter()
    shared = writer.text(
        writer.root(), "<|im_start|>user\nA rather long text that all share.<|im_end|>\n"
    )
    node = writer.last_node
    index, item = writer.register(), writer.register()
    steps: list = []
    arm = writer.insert(writer.text(shared, "<|im_start|>", steps), Ref(item), steps)
    _, after = writer.gen(
        writer.text(arm, "<|im_end|>", steps), steps, cached_at=[node], max_tokens=6
    )
    again, _ = writer.gen(writer.text(after, "<|im_start|>", steps), steps, max_tokens=6)
    out = writer.register()
    writer.groups.append(Group(0, node, [0]))
    items = ListExpr([Lit(f"{n} is the arm") for n in range(arms)])
    body = Body([index, item], steps, [Ref(again)])
    writer.steps.append(ForkStep([out], items, [body], 0, Ref(shared)))
    _, end = writer.select(
        writer.text(shared, "<|im_start|>Which?"), Lit(["first one", "first two"])
    )
    writer.gen(end, max_tokens=4)
    return writer.plan(Ref(out))


def traced(plan: Plan, path: Path, mock: MockBackend) -> Trace:
    with path.open("w") as stream:
        sink = TraceWriter(stream, header_of(plan, "main", mock, 0))
        asyncio.run(execute(plan, "main", {}, backend=mock, target=TARGET, trace=sink))
    return read_trace(path)


def misses(path: Path) -> int:
    """Tokens prefilled beyond the lower bound, by the naive implementation."""
    return naive.measured(path)["prefilled"] - naive.lower_bound(naive.calls_of(path))


def test_a_fork_reaches_the_lower_bound_and_the_prediction(tmp_path: Path):
    trace = traced(forked(), tmp_path / "t", MockBackend(TARGET))
    assert misses(tmp_path / "t") == 0
    assert trace.totals.replayed == 0
    arms = [call for call in trace.calls if call.family == 0]
    assert len(arms) == 6
    assert [call.cached for call in arms] == [call.predicted_cached for call in arms]
    assert all(call.cached > 0 for call in arms)


def test_the_answers_do_not_depend_on_the_cache(tmp_path: Path):
    texts = [
        sorted(call.texts for call in traced(forked(), tmp_path / "t", mock).calls)
        for mock in (
            MockBackend(TARGET),
            MockBackend(TARGET, cache=False),
            MockBackend(TARGET, waits=False),
        )
    ]
    assert texts[0] == texts[1] == texts[2]


@pytest.mark.parametrize("twin", [{"cache": False}, {"waits": False, "prefill": False}], ids=str)
def test_the_negative_twins_miss_it(tmp_path: Path, twin):
    traced(forked(), tmp_path / "t", MockBackend(TARGET, **twin))
    assert misses(tmp_path / "t") > 0


def test_waiting_alone_reaches_it_without_a_prefill(tmp_path: Path):
    traced(forked(), tmp_path / "t", MockBackend(TARGET, prefill=False))
    assert misses(tmp_path / "t") == 0


def test_the_four_worlds_stand_in_order(tmp_path: Path):
    trace = traced(forked(), tmp_path / "t", MockBackend(TARGET))
    found = worlds(trace.requests)
    assert found.stateless > found.cache_alone > found.compiled == found.lower_bound
    assert found.lower_bound == naive.lower_bound(naive.calls_of(tmp_path / "t"))


IDS = st.lists(st.integers(0, 2), max_size=5)


@st.composite
def calls(draw) -> CallRecord:
    kind = draw(st.sampled_from(["gen", "select"]))
    prompt = draw(IDS.filter(len))
    record = {
        "kind": kind,
        "row": 0,
        "path": [],
        "family": 0,
        "site": "",
        "indices": [],
        "name": "",
    }
    if kind == "gen":
        return CallRecord(**record, prompt=prompt, outputs=draw(st.lists(IDS, max_size=3)))
    choices = draw(st.lists(IDS.filter(len), min_size=1, max_size=3))
    alone = draw(st.none() | IDS)
    return CallRecord(**record, prompt=prompt, choices=choices, unconditional=alone)


@settings(max_examples=300)
@given(st.lists(calls(), max_size=6))
def test_two_implementations_of_the_bound_agree(records: list[CallRecord]):
    import msgspec

    plain = [json.loads(msgspec.json.encode(record)) for record in records]
    assert lower_bound(records) == naive.lower_bound(plain)


def test_worlds_by_hand():
    """Two calls that share 3 of 5 tokens and arrive together, then one that finds them."""
    base = {"row": 0, "path": [], "family": 0, "site": "", "indices": [], "name": "", "kind": "gen"}
    records = [
        CallRecord(
            **base, prompt=[1, 2, 3, 4, 5], outputs=[[8, 9]], started=0, ended=2, prefilled=5
        ),
        CallRecord(**base, prompt=[1, 2, 3, 6, 7], outputs=[[8]], started=0, ended=2, prefilled=2),
        CallRecord(
            **base, prompt=[1, 2, 3, 4, 5, 8, 9], outputs=[[1]], started=3, ended=4, prefilled=1
        ),
    ]
    assert worlds(records) == Worlds(stateless=17, cache_alone=11, compiled=8, lower_bound=8)
