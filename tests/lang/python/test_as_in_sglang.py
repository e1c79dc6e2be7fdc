"""What programs written for SGLang rely on, in both modes, with the value that SGLang's own front end gives."""

import asyncio
import threading
import warnings
from typing import Any

import pytest
from frontend import Chat, Recorder, endpoint

import sglc as sgl
from sglc.runtime.plan.errors import RunError

BOTH = pytest.mark.parametrize("mode", ["compiled", "direct"])
AUTO = pytest.mark.parametrize("mode", ["auto", "direct"])
gen = sgl.gen
DOOR: Any = sgl
"""Its rooms are found when they are asked for."""


def seen(made) -> Any:
    """The backend of a test behind an endpoint."""
    return made.backend


@pytest.fixture(scope="module", params=["estimate", None], ids=["estimate", "default-system"])
def mock(request):
    """The hash model with a template of two kinds: one writes a system turn of its own."""
    with sgl.Mock(request.param) as made:
        yield made


@pytest.fixture
def recorder():
    with endpoint(Recorder()) as made:
        yield made


def asked_last(mock, state):
    """The text of the last call's prompt."""
    return mock.target.tokenizer.decode(state.trace.calls[-1].prompt)


# --- turns in branches and loops, and text between turns ---------------------------------------


@sgl.function
def in_a_loop(s, questions):
    for question in questions:
        s += sgl.user(question)
        s += sgl.assistant(gen("a", max_tokens=3))


@sgl.function
def by_role(s, messages):
    for message in messages:
        if message["role"] == "system":
            s += sgl.system(message["content"])
        elif message["role"] == "user":
            s += sgl.user(message["content"])
    s += sgl.assistant(gen("a", max_tokens=3))


@sgl.function
def in_a_branch(s, system, question):
    if system != "":
        s += sgl.system(system)
    s += sgl.user(question)
    s += sgl.assistant(gen("a", max_tokens=3))


MESSAGES = [{"role": "system", "content": "S"}, {"role": "user", "content": "one"}]


@BOTH
@pytest.mark.parametrize(
    ("program", "given", "roles"),
    [
        (in_a_loop, (["one", "two"],), "user assistant user assistant"),
        (by_role, (MESSAGES,), "system user assistant"),
        (in_a_branch, ("S", "one"), "system user assistant"),
        (in_a_branch, ("", "one"), "user assistant"),
    ],
)
def test_a_state_shows_what_was_sent(mock, mode, program, given, roles):
    state = program.run(*given, backend=mock, mode=mode)
    assert state.text().startswith(asked_last(mock, state))
    assert [turn["role"] for turn in state.messages()] == roles.split()


@BOTH
def test_such_a_state_goes_on(mock, mode):
    state = in_a_loop.run(["one"], backend=mock, mode=mode)
    before = state.text()
    state += sgl.user("two")
    state += sgl.assistant(gen("b", max_tokens=3))
    assert state.error() is None
    assert asked_last(mock, state).startswith(before)
    assert state.text().startswith(asked_last(mock, state))


@BOTH
def test_a_stream_is_the_text(mock, mode):
    state = in_a_loop.run(["one", "two"], backend=mock, mode=mode, stream=True)
    assert "".join(state.text_iter()) == state.text()


@BOTH
def test_text_between_turns_stays_where_it_stands(mock, mode):
    @sgl.function
    def noted(s, question, again):
        s += sgl.user(question)
        s += "note: " + question + "\n"
        if again:
            s += sgl.user("again")
        s += sgl.assistant(gen("a", max_tokens=3))

    for again in (False, True):
        state = noted.run("q", again, backend=mock, mode=mode)
        assert state.error() is None
        user = "user\nagain" if again else "assistant"
        assert f"user\nq<|im_end|>\nnote: q\n<|im_start|>{user}" in asked_last(mock, state)


# --- arms ----------------------------------------------------------------------------------------


@BOTH
def test_a_copy_is_joined(recorder, mode):
    @sgl.function
    def copies(s):
        s += "A" + gen("x")
        with s.copy() as other:
            other += "B" + gen("y")
        s += "C"

    state = copies.run(backend=recorder, mode=mode)
    assert (state["x"], state["y"], state.text()) == (" ok", [" ok"], "A okC")


@BOTH
def test_a_tuple_has_something_for_each_arm(recorder, mode):
    @sgl.function
    def two(s):
        forks = s.fork(2, [0, 100])
        forks += ("A:", "B:")
        forks += gen("x")
        forks.join()

    state = two.run(backend=recorder, mode=mode)
    assert state["x"] == [" ok", " ok"]
    assert sorted(recorder.backend.asked) == ["A:", "B:"]


@BOTH
@pytest.mark.parametrize("count", [1, 3])
def test_one_arm_gives_a_list_too(recorder, mode, count):
    @sgl.function
    def sampled(s, count):
        forks = s.fork(count)
        forks += "R:" + gen("r")
        forks.join()

    assert sampled.run(count, backend=recorder, mode=mode)["r"] == [" ok"] * count


@BOTH
def test_a_join_in_a_loop_keeps_what_the_first_has_bound(mode):
    @sgl.function
    def thinks(s, rounds):
        for i in range(rounds):
            s += f"{i}:"
            arm = s.fork(1)
            arm[0] += gen("t")
            arm.join()

    with endpoint(Recorder(lambda text: text.upper())) as backend:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            state = thinks.run(3, backend=backend, mode=mode)
        assert (state["t"], state.text()) == (["0:"], "0:1:2:")
        assert len(seen(backend).asked) == 3
        assert {"`t` keeps" in str(each.message) for each in said} == {True}


@BOTH
def test_arms_are_joined_as_text(recorder, mode):
    @sgl.function
    def documents(s, texts):
        s += "Read: "
        forks = s.fork(len(texts))
        forks += lambda i: texts[i] + "; "
        forks.join(mode="concate_and_append")
        s += gen("x")

    documents.run(["one", "two"], backend=recorder, mode=mode)
    assert recorder.backend.asked == ["Read: one; two; "]


# --- samples -------------------------------------------------------------------------------------


@BOTH
def test_of_several_samples_the_first_goes_on(recorder, mode):
    @sgl.function
    def samples(s):
        s += sgl.user("a")
        s += sgl.assistant(gen("x", n=2))
        s += sgl.user("b")
        s += sgl.assistant(gen("y"))

    state = samples.run(backend=recorder, mode=mode)
    assert state["x"] == [" ok", " ok"]
    assert "assistant\n ok<|im_end|>\n<|im_start|>user\nb" in recorder.backend.asked[-1]


@BOTH
def test_what_is_known_of_each_sample(mock, mode):
    @sgl.function
    def samples(s):
        s += "A" + gen("x", n=2, max_tokens=3, return_logprob=True, top_logprobs_num=2)
        s += sgl.select("y", ["a", "b"]) + gen("z", max_tokens=30, stop="e", temperature=0)

    state = samples.run(backend=mock, mode=mode)
    first, second = state.get_meta_info("x")
    for meta in (first, second):
        assert meta["completion_tokens"] == len(meta["output_token_logprobs"])
        assert all(isinstance(text, str) for _, _, text in meta["output_token_logprobs"])
        assert [len(each) for each in meta["output_top_logprobs"]] == [2] * meta[
            "completion_tokens"
        ]
    scores = state.get_meta_info("y")
    assert [[type(part) for part in each[0]] for each in scores["input_token_logprobs"]] == [
        [float, int, str]
    ] * 2
    reason = state.get_meta_info("z")["finish_reason"]
    assert reason["type"] == "length" or reason["matched"] is not None


# --- arguments and appended values --------------------------------------------------------------


@AUTO
def test_more_arguments_come_as_the_function_takes_them(recorder, mode):
    @sgl.function
    def takes(s, q, *rest, **extra):
        s += f"{q} {rest} {extra}:" + gen("x")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        takes.run("q", "r", k=1, backend=recorder, mode=mode)
    assert recorder.backend.asked == ["q ('r',) {'k': 1}:"]


ROLE = {"user": sgl.user, "system": sgl.system}
CARDS = {"ask": sgl.gen("card"), "say": "hello"}
LATER = []
BOX = {}


def fill():
    BOX["x"] = sgl.gen("x")


def asks(name, **options):
    return sgl.gen(name, **options)


def pair(question):
    return sgl.user(question) + sgl.assistant(asks("p", max_tokens=2))


@sgl.function
def from_a_table(s, rows):
    for role, content in rows:
        s += ROLE[role](content)


@sgl.function
def by_name(s, rows):
    for role, content in rows:
        s += getattr(sgl, role)(content)


@sgl.function
def from_functions(s, rows):
    g = gen
    s += pair(rows[0][1])
    s += g("x") + asks("y", stop="\n")


@sgl.function
def from_a_card(s, rows):
    s += rows[0][1] + CARDS["ask"]


@sgl.function
def from_a_box(s, rows):
    fill()
    s += rows[0][1]
    s += BOX["x"]


@sgl.function
def from_a_list(s, rows):
    notes = list(map(sgl.gen, ["a", "b"]))
    for note in notes:
        s += note


@sgl.function
def from_later(s, rows):
    for each in LATER:
        s += each
    s += gen("x")


@AUTO
@pytest.mark.parametrize(
    "program",
    [from_a_table, from_a_box, from_a_card, from_a_list, from_functions, from_later, by_name],
    ids=lambda program: program.name,
)
def test_what_is_made_elsewhere_is_appended(recorder, mode, program):
    rows = [["system", "S"], ["user", "U"]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = program.run(rows, backend=recorder, mode="direct").text()
        assert program.run(rows, backend=recorder, mode=mode).text() == wanted


@AUTO
def test_what_comes_into_a_list_between_runs_is_appended(recorder, mode):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = from_later.run([], backend=recorder, mode=mode).text()
        LATER.append(sgl.gen("late"))
        try:
            assert from_later.run([], backend=recorder, mode=mode).text() == " ok" + before
        finally:
            LATER.clear()


@AUTO
def test_a_call_in_an_argument_is_appended(recorder, mode):
    @sgl.function
    def given(s, parts):
        for part in parts:
            s += part

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert given.run(["A", sgl.gen("x")], backend=recorder, mode=mode).text() == "A ok"
        assert given.run(["A", "B"], backend=recorder, mode=mode).text() == "AB"


@AUTO
def test_a_program_may_run_itself(recorder, mode):
    @sgl.function
    def tree(s, depth):
        if depth > 1:
            s += "Merge" + tree.run(depth=depth - 1, backend=recorder)["x"]
        s += ":" + gen("x")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree.run(3, backend=recorder, mode=mode)
    assert recorder.backend.asked == [":", "Merge ok:", "Merge ok:"]


# --- endpoints, batches and names ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given", "chat"),
    [
        ("gpt-4o", {}, True),
        ("gpt-3.5-turbo-instruct", {}, False),
        ("davinci-002", {}, False),
        ("gpt-4o", {"is_chat_model": False}, False),
        ("davinci-002", {"is_chat_model": True}, True),
    ],
)
def test_a_model_is_asked_with_turns_unless_it_is_for_completions(name, given, chat):
    with sgl.OpenAI(name, base_url="http://127.0.0.1:9/v1", api_key="k", **given) as backend:
        assert backend.is_chat is chat


@BOTH
def test_a_row_that_fails_says_its_number_and_the_others_stand(recorder, mode):
    @sgl.function
    def counts(s, q):
        s += q
        number = int(q)
        s += gen("x")
        return number

    states = list(
        counts.run_batch([{"q": "1"}, {"q": "two"}, {"q": "3"}], backend=recorder, mode=mode)
    )
    assert [state.ret_value for state in states] == [1, None, 3]
    assert [state["x"] for state in states[::2]] == [" ok", " ok"]
    error = states[1].error()
    assert isinstance(error, ValueError)
    assert "in row 1 of the batch of `counts`" in error.__notes__
    with pytest.raises(ValueError, match="two"):
        states[1]["x"]
    with pytest.raises(TypeError, match="row 1: counts: missing"):
        counts.run_batch([{"q": "1"}, {}], backend=recorder, mode=mode)


def test_an_unknown_parameter_suggests_the_known_one():
    with pytest.raises(TypeError, match="'max_token'; `max_tokens` is one"):
        sgl.gen("x", max_token=4)


def test_without_a_backend_the_ways_to_get_one_are_named():
    with pytest.raises(RuntimeError, match=r"backend=sglc.Engine\(\).*set_default_backend.*Mock"):
        in_a_loop.run(["one"])


def test_names_that_scripts_import():
    from sglc.lang.choices import greedy_token_selection
    from sglc.lang.ir import REGEX_INT
    from sglc.test.test_utils import add_common_sglang_args_and_parse, select_sglang_backend
    from sglc.utils import dump_state_text, read_jsonl

    assert greedy_token_selection == "greedy_token_selection"
    assert DOOR.lang.ir.REGEX_INT == REGEX_INT
    assert all(map(callable, (add_common_sglang_args_and_parse, select_sglang_backend)))
    assert all(map(callable, (dump_state_text, read_jsonl, DOOR.utils.download_and_cache_file)))


@pytest.mark.parametrize(
    "use",
    [
        lambda: DOOR.lang.chat_template.get_chat_template("chatml"),
        lambda: DOOR.test.test_utils.popen_launch_server,
        lambda: DOOR.utils.launch_server_cmd,
        lambda: sgl.video("film.mp4"),
    ],
)
def test_names_that_are_not_there_say_what_to_use(use):
    with pytest.raises(sgl.CompileFailed) as failed:
        use()
    assert failed.value.diagnostics[0].code == "SGL0590"
    assert failed.value.diagnostics[0].helps


def test_a_state_shows_what_is_behind_it(recorder):
    state = in_a_loop.run(["one"], backend=recorder)
    assert state.stream_executor.text_ == state.text()
    assert state.stream_executor.variables == {"a": " ok"}
    with pytest.raises(sgl.CompileFailed, match=r"stream_executor\.queue"):
        state.stream_executor.queue  # noqa: B018


def test_options_of_a_server_mean_nothing_to_an_engine_or_say_so():
    from sglc.compiler.api.endpoints import engine_options

    assert engine_options({"tp_size": 1, "log_level": "error", "page_size": 1}) == {"page_size": 1}
    with pytest.raises(TypeError, match=r"one device.*RuntimeEndpoint"):
        engine_options({"tp_size": 2})
    with pytest.raises(TypeError, match="`kv_cache_tokens` is one"):
        engine_options({"kv_cache_token": 3})


def test_a_chat_api_gets_the_messages_that_the_state_shows():
    with endpoint(Chat("one", "two")) as backend:
        state = in_a_loop.run(["a", "b"], backend=backend, mode="direct")
        sent = seen(backend).asked[-1].prompt_text
        shown = [(m["role"], m["content"], False) for m in state.messages()]
        assert list(sent.turns)[:3] == shown[:3]


def test_an_arm_that_takes_a_name_of_the_program_is_an_error(recorder):
    @sgl.function
    def collides(s):
        s += gen("x")
        forks = s.fork(2)
        forks += gen("x")
        forks.join()

    with pytest.raises(RunError, match="SGL0592"):
        collides.run(backend=recorder, mode="direct")


@sgl.function
def tells(s, q):
    s += q + gen("first", max_tokens=6, ignore_eos=True)
    s += " then " + gen("second", max_tokens=3, ignore_eos=True)


@BOTH
def test_each_chunk_of_a_stream_comes_with_what_is_known_of_its_call_by_then(mock, mode):
    given = {"return_logprob": True, "top_logprobs_num": 2, "run_seed": 1, "mode": mode}
    state = tells.run("Go", backend=mock, stream=True, **given)
    *under_way, (text, last) = state.text_iter("first", return_meta_data=True)
    counts = [meta["completion_tokens"] for _, meta in under_way]
    assert counts == sorted(counts)
    assert len(counts) > 3
    for _, meta in under_way:
        assert meta["finish_reason"] is meta["cached_tokens"] is None
        assert len(meta["output_token_logprobs"]) == meta["completion_tokens"]
        assert len(meta["output_top_logprobs"]) == meta["completion_tokens"]
    assert text == ""
    assert last["finish_reason"] == {"type": "length", "length": 6}
    assert {**state.get_meta_info("first"), "e2e_latency": 0} == {**last, "e2e_latency": 0}
    assert state.stream_executor.meta_info["first"]["completion_tokens"] == 6
    assert "".join(text for text, _ in under_way) == state["first"]


@BOTH
def test_the_chunks_of_a_whole_prompt_name_their_call_and_its_own_text_none(mock, mode):
    state = tells.run("Go", backend=mock, stream=True, run_seed=1, mode=mode)

    async def read():
        return [each async for each in state.text_async_iter(return_meta_data=True)]

    pairs = asyncio.run(read())
    assert "".join(text for text, _ in pairs) == state.text()
    assert pairs[0] == ("Go", {})
    ends = [meta for _, meta in pairs if meta and meta["finish_reason"]]
    assert [meta["completion_tokens"] for meta in ends] == [6, 3]


def test_what_is_known_of_a_call_is_there_before_the_run_is_over():
    """A reader that has seen the end of one call need not wait for the next."""
    go = threading.Event()

    class Slow(Recorder):
        async def generate(self, request):
            if len(self.requests) == 1:
                await asyncio.to_thread(go.wait, 10)
            return await super().generate(request)

    with endpoint(Slow()) as made:
        state = tells.run("Go", backend=made, stream=True, mode="compiled")
        assert "".join(state.text_iter("first")) == " ok"
        assert state.get_meta_info("first")["finish_reason"]["type"] == "stop"
        go.set()
        assert state["second"] == " ok"
