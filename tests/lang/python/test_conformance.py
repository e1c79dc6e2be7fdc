"""What a front end of SGLang's kind must do: twenty points, one test each (several with both modes).

Points 3 to 12, 14, 15 and 18 to 20 are those at which SGLang's own fails or has no answer.
"""

import asyncio
import threading

import pytest
from frontend import Chat, Recorder, endpoint
from plan_writer import TARGET

import sglc as sgl
from sglc.runtime.backend import BackendError, GenRequest, SelectReply, Usage
from sglc.runtime.plan.errors import RunError

BOTH = pytest.mark.parametrize("mode", ["compiled", "direct"])


@pytest.fixture
def mock():
    with sgl.Mock() as made:
        yield made


@pytest.fixture
def recorder():
    with endpoint(Recorder()) as made:
        yield made


# --- 1 ------------------------------------------------------------------------------------------

LOGPROBS = {
    # means -1.0, -0.9, -1.1; first tokens -1.0, -1.2, -0.4; unconditional gains 0.0, -0.4, 1.9
    "given": ((-1.0,), (-1.2, -0.6), (-0.4, -1.8)),
    "alone": ((-1.0,), (-0.5, -0.5), (-2.0, -4.0)),
}


class Table(Recorder):
    """Scores three choices of one, two and two tokens from the table."""

    async def select(self, request):
        self.requests.append(request)
        alone = LOGPROBS["alone"] if request.unconditional is not None else ()
        return SelectReply(LOGPROBS["given"], Usage(prompt=len(request.ids)), alone)


@BOTH
@pytest.mark.parametrize(
    ("method", "best"),
    [
        (sgl.token_length_normalized, "b"),
        ("greedy_token_selection", "c"),
        (sgl.unconditional_likelihood_normalized, "c"),
        (None, "b"),
    ],
    ids=lambda given: getattr(given, "__name__", str(given)),
)
def test_01_choices_methods_on_a_table(mode, method, best):
    @sgl.function
    def pick(s):
        s += "Which? " + sgl.gen("choice", choices=["a", "b", "c"], choices_method=method)

    with endpoint(Table()) as backend:
        assert pick.run(backend=backend, mode=mode)["choice"] == best


# --- 2 ------------------------------------------------------------------------------------------


@sgl.function
def plain(s, x):
    s += "A constant beginning that is long enough. " + x + sgl.gen("a")


@sgl.function
def with_roles(s, x):
    s += sgl.system("A constant beginning.")
    s += sgl.user(x)
    s += sgl.assistant(sgl.gen("a"))


def helper(s, x):
    s += "A constant beginning from a helper. " + x


@sgl.function
def nested(s, x):
    helper(s, x)
    s += sgl.gen("a")


@sgl.function
def binds(s, head, x):
    s += "Always: " + head + ". Then " + x + sgl.gen("a")


@pytest.mark.parametrize(
    ("program", "head"),
    [
        (plain, "A constant beginning that is long enough."),
        (with_roles, "<|im_start|>system\nA constant beginning.<|im_end|>\n<|im_start|>user"),
        (nested, "A constant beginning from a helper."),
        (binds.bind(head="the head"), "Always:"),
    ],
    ids=["plain", "roles", "nested", "bound"],
)
def test_02_the_constant_prefix_is_found(recorder, program, head):
    length = program.cache(backend=recorder, x="x")
    (asked,) = recorder.backend.asked
    assert asked.removeprefix("prefill:") == head
    assert length == len(recorder.backend.requests[0].ids)


# --- 3, 4, 5, 6: what is in the IR ---------------------------------------------------------------


def test_03_an_f_string_over_an_argument_is_an_insert(recorder):
    @sgl.function
    def ask(s, topic):
        s += f"Tell me about {topic}, please." + sgl.gen("a")

    ir = ask.trace("cats", backend=recorder)
    assert "insert" in ir
    assert "Tell me about " in ir
    assert ", please." in ir
    assert "cats" not in ir


def test_04_equality_and_truth_of_arguments_are_branches(recorder):
    @sgl.function
    def ask(s, kind, extra):
        if kind == "x":
            s += "It is x."
        else:
            s += "It is not x."
        if extra:
            s += "Extra."
        s += sgl.gen("a")

    ir = ask.trace("y", "", backend=recorder)
    for text in ("It is x.", "It is not x.", "Extra."):
        assert text in ir
    assert ir.count(" if ") >= 2
    for kind, text in (("x", "It is x."), ("y", "It is not x.")):
        ask.run(kind, "", backend=recorder)
        assert recorder.backend.asked[-1] == text


def test_05_a_branch_on_a_gen_has_both_arms_and_no_call_is_made(recorder):
    @sgl.function
    def react(s, question):
        s += question
        for _ in range(3):
            s += sgl.select("tool", choices=["search", "finish"])
            if s["tool"] == "search":
                s += " Looking it up: " + sgl.gen("query", stop="\n")
            else:
                s += " The answer: " + sgl.gen("answer", stop="\n")
                break

    ir = react.trace("Why?", backend=recorder)
    assert recorder.backend.requests == []
    assert " Looking it up: " in ir
    assert " The answer: " in ir
    assert "while" in ir or "for" in ir


def test_06_blocks_scopes_and_variables_trace(recorder):
    @sgl.function
    def all_of_it(s):
        with s.user():
            s += "Hello."
        with s.assistant():
            with s.var_scope("whole"):
                s += "I say: " + sgl.gen("said", stop=".")
        s["count"] = 3
        if "said" in s:
            s += sgl.user("Go on.")
        forks = s.fork(2)
        forks += lambda i: sgl.assistant(f"{i}: " + sgl.gen("part"))
        forks.join()

    assert all_of_it.trace(backend=recorder).count(" gen ") >= 2
    state = all_of_it.run(backend=recorder, mode="compiled")
    assert state.error() is None
    assert (state["whole"], state["count"], state["part"]) == ("I say:  ok", 3, [" ok", " ok"])


# --- 7 ------------------------------------------------------------------------------------------


@sgl.function
def forking(s, arms):
    s += "<|im_start|>A long text that all the arms share, and that is sent once.\n"
    forks = s.fork(3)
    forks += lambda i: f"Arm {i}:" + sgl.gen("part")
    forks.join()


@BOTH
def test_07_a_fork_sends_its_prefix_before_its_arms_every_time(mode):
    for _ in range(20):
        script = Recorder()
        with endpoint(script) as backend:
            forking.run(3, backend=backend, mode=mode)
            kinds = [text.startswith("prefill:") for text in script.asked]
            assert kinds == [True, False, False, False]


# --- 8 to 11: variables, forks, errors ------------------------------------------------------------


@BOTH
def test_08_join_merges_and_rejects_but_never_drops(recorder, mode):
    @sgl.function
    def merges(s):
        forks = s.fork(2)
        forks[0] += sgl.gen("one")
        forks[1] += sgl.gen("two")
        forks += sgl.gen("both")
        s.join(forks)

    state = merges.run(backend=recorder, mode=mode)
    assert (state["one"], state["two"], state["both"]) == (" ok", " ok", [" ok", " ok"])

    @sgl.function
    def collides(s):
        s += "A" + sgl.gen("x")
        forks = s.fork(2)
        forks += sgl.gen("x")
        forks.join()

    with pytest.raises((RunError, sgl.CompileFailed)) as failed:
        collides.run(backend=recorder, mode=mode)
    assert "x" in str(failed.value)
    assert "test_conformance.py" in str(failed.value)


def test_09_what_is_known_of_calls_is_there_in_forks(mock):
    seen = []

    @sgl.function
    def asks(s):
        s += "A" + sgl.gen("x", max_tokens=4)
        forks = s.fork(2)
        forks += "B" + sgl.gen("y", max_tokens=4)
        seen.extend(f.get_meta_info("x")["prompt_tokens"] for f in forks)
        seen.extend(f.get_meta_info("y")["prompt_tokens"] for f in forks)
        forks.join()

    state = asks.run(backend=mock, mode="direct")
    assert state.error() is None
    assert seen[0] == seen[1] == 1
    assert seen[2] == seen[3] > 1


@BOTH
def test_10_gens_without_a_name_get_one_each(recorder, mode):
    @sgl.function
    def asks(s):
        s += "A" + sgl.gen() + "B" + sgl.gen()

    state = asks.run(backend=recorder, mode=mode)
    assert (state["gen_0"], state["gen_1"]) == (" ok", " ok")


class Fails(Recorder):
    async def generate(self, request):
        if TARGET.tokenizer.decode(request.ids).endswith("Arm 1:"):
            raise BackendError("3105", "the server is on fire")
        return await super().generate(request)


@BOTH
def test_11_an_error_in_an_arm_reaches_the_parent_with_its_place(mode):
    with endpoint(Fails()) as backend:
        state = forking.run(3, backend=backend, mode=mode)
        error = state.error()
        assert isinstance(error, RunError)
        assert error.code == "SGL3105"
        assert error.span is not None
        assert error.span.file.endswith("test_conformance.py")
        line = open(error.span.file).read().splitlines()[error.span.line - 1]
        assert "Arm" in line
        with pytest.raises(RunError, match="on fire"):
            state["part"]


# --- 12 -----------------------------------------------------------------------------------------


def test_12_bind_keeps_every_option():
    @sgl.function(num_api_spec_tokens=64)
    def asks(s, a, b):
        """Asks."""
        s += a + b + sgl.gen("x")

    bound = asks.bind(a="A")
    assert bound.num_api_spec_tokens == 64
    assert (bound.__name__, bound.__doc__) == ("asks", "Asks.")
    assert bound.bind(b="B").bound == {"a": "A", "b": "B"}
    assert asks.bound == {}


# --- 13, 14, 15: chat APIs -------------------------------------------------------------------------


@sgl.function
def two_turns(s, question):
    s += sgl.system("Be brief.")
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("first"))
    s += sgl.user("Go on.")
    s += sgl.assistant(sgl.gen("second"))


def turns_of(request: GenRequest):
    assert request.prompt_text is not None
    return request.prompt_text.turns


@BOTH
def test_13_the_system_message_stays_for_every_call(mode):
    chat = Chat("one", "two")
    with endpoint(chat) as backend:
        state = two_turns.run("Why?", backend=backend, mode=mode)
        assert (state["first"], state["second"]) == ("one", "two")
        turns = [turns_of(request) for request in chat.asked]
        assert [turn[0][:2] for turn in turns] == [("system", "Be brief.")] * 2
        assert [role for role, _, _ in turns[1]] == [
            "system",
            "user",
            "assistant",
            "user",
            "assistant",
        ]
        assert turns[1][2][1] == "one"


@sgl.function(num_api_spec_tokens=64)
def character(s, name):
    s += sgl.user(f"Describe {name}.")
    s += sgl.assistant(
        "Name: " + sgl.gen("name", stop="\n") + "\nHouse: " + sgl.gen("house", stop="\n")
        + "\nWand: " + sgl.gen("wand", stop="\n")
    )  # fmt: skip
    s += sgl.user("Thanks.")


GOOD = "Name: Ada\nHouse: North\nWand: oak\nmore"


@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        ([GOOD], 1),
        (["Sure! " + GOOD, GOOD], 2),
        (["Name: Ada\nHouse", "Name: Ada", GOOD], 3),
        (["no", "Name: Ada\nHouse: x", "", GOOD], None),
    ],
    ids=["match", "mismatch", "partial", "exhausted"],
)
def test_14_speculation_matches_tries_again_and_gives_up_with_an_error(answers, tries):
    chat = Chat(*answers)
    with endpoint(chat) as backend:
        state = character.run("Ada", backend=backend)
        error = state.error()
        assert len(chat.asked) == (tries or 3)
        if tries is None:
            assert isinstance(error, RunError)
            assert error.code == "SGL0593"
            assert error.span is not None
            with pytest.raises(RunError, match="3 times"):
                state["name"]
        else:
            assert error is None
            assert (state["name"], state["house"], state["wand"]) == ("Ada", "North", "oak")
            content = "Name: Ada\nHouse: North\nWand: oak"
            assert state.messages()[1] == {"role": "assistant", "content": content}


def test_15_speculation_is_safe_in_a_concurrent_batch():
    class Polite(Chat):
        async def generate(self, request):
            await asyncio.sleep(0)
            name = turns_of(request)[0][1].removeprefix("Describe ").removesuffix(".")
            self.answers = [f"Name: {name}\nHouse: of {name}\nWand: {name[::-1]}"]
            return await super().generate(request)

    names = [f"n{i}" for i in range(40)]
    chat = Polite()
    with endpoint(chat) as backend:
        states = character.run_batch([{"name": name} for name in names], backend=backend)
        assert [state["wand"] for state in states] == [name[::-1] for name in names]
        assert len(chat.asked) == len(names)


# --- 16 -----------------------------------------------------------------------------------------


@sgl.function
def echo(s, x, y=""):
    s += x + y + ":" + sgl.gen("a")


@BOTH
def test_16_batches_keep_order_check_lengths_and_sample(mode):
    with endpoint(Recorder(lambda text: text.upper())) as backend:
        rows = [{"x": f"row {i}"} for i in range(30)]
        states = echo.run_batch(rows, backend=backend, mode=mode)
        assert [state["a"] for state in states] == [f"ROW {i}:" for i in range(30)]
        lazy = echo.run_batch(rows, backend=backend, mode=mode, generator_style=True)
        assert not isinstance(lazy, list)
        assert [state["a"] for state in lazy] == [f"ROW {i}:" for i in range(30)]
        positional = echo.run_batch([("a", "b"), ("c", "d")], backend=backend, mode=mode)
        assert [state["a"] for state in positional] == ["AB:", "CD:"]
        with pytest.raises(TypeError, match="takes 2 arguments, not 1"):
            echo.run_batch([("a",)], backend=backend, mode=mode)
        sampled = echo.run("x", backend=backend, mode=mode, n=3)
        assert sampled["a"] == ["X:"] * 3


# --- 17 -----------------------------------------------------------------------------------------


@sgl.function
def talks(s):
    s += sgl.user("Say something.")
    s += sgl.assistant("Well: " + sgl.gen("a", max_tokens=24, ignore_eos=True))
    s += sgl.user("More.")
    s += sgl.assistant(sgl.gen("b", max_tokens=8, ignore_eos=True))


@BOTH
def test_17_a_stream_adds_up_to_the_text(mock, mode):
    state = talks.run(backend=mock, stream=True, mode=mode, run_seed=1)
    chunks = list(state.text_iter())
    assert "".join(chunks) == state.text()
    assert len(chunks) > 12
    state = talks.run(backend=mock, stream=True, mode=mode, run_seed=1)

    async def read() -> list[str]:
        return [text async for text in state.text_async_iter("a")]

    parts = asyncio.run(read())
    assert "".join(parts) == state["a"]
    assert len(parts) > 4


# --- 18, 19, 20 -----------------------------------------------------------------------------------


@BOTH
def test_18_turns_without_a_chat_template_are_an_error(mode):
    from sglc.compiler.api.endpoints import Endpoint
    from sglc.compiler.driver.targets import Choice
    from sglc.ir.target import Target

    script = Recorder()
    with Endpoint(script, Choice(Target("bare", TARGET.tokenizer))) as backend:
        with pytest.raises((RunError, sgl.CompileFailed), match="chat template"):
            talks.run(backend=backend, mode=mode)["a"]
        assert script.requests == []


@BOTH
def test_19_tokens_are_those_of_the_template_rendered_by_jinja(mode):
    import jinja2

    from sglc.ir.target import Part

    script = Recorder(lambda text: "fine")
    with endpoint(script) as backend:
        two_turns.run("Why?", backend=backend, mode=mode)
        first, second = script.gens
    assert TARGET.template is not None
    template = jinja2.Template(TARGET.template.source)
    turns = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]
    text = template.render(messages=turns, add_generation_prompt=True)
    assert first.ids == TARGET.tokenizer.encode([Part(text, True)])
    turns += [{"role": "assistant", "content": "fine"}, {"role": "user", "content": "Go on."}]
    text = template.render(messages=turns, add_generation_prompt=True)
    assert TARGET.tokenizer.decode(second.ids) == text


@BOTH
def test_20_every_call_finds_what_was_predicted(mock, mode):
    state = talks.run(backend=mock, mode=mode, run_seed=1)
    for name in ("a", "b"):
        meta = state.get_meta_info(name)
        assert meta is not None
        assert meta["cached_tokens"] == meta["predicted_cached_tokens"]
    meta = state.get_meta_info("b")
    assert meta is not None
    assert meta["cached_tokens"] > 20


# --- beyond the list ------------------------------------------------------------------------------


@BOTH
def test_64_programs_with_8_arms_run_in_a_handful_of_threads(mock, mode):
    @sgl.function
    def many(s, i):
        s += f"Program {i}. "
        forks = s.fork(8)
        forks += lambda k: f"Arm {k}:" + sgl.gen("v", max_tokens=4)
        forks.join()

    before, peak, over = threading.active_count(), [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.002):
            peak[0] = max(peak[0], threading.active_count())

    watcher = threading.Thread(target=watch)
    watcher.start()
    states = many.run_batch([{"i": i} for i in range(64)], backend=mock, mode=mode)
    over.set()
    watcher.join()
    assert all(len(state["v"]) == 8 for state in states)
    assert peak[0] - before <= 20


@pytest.mark.parametrize("name", ["video", "VertexAI", "Crusoe"])
def test_other_names_fail_with_a_reason(name):
    with pytest.raises(sgl.CompileFailed, match=name):
        getattr(sgl, name)("x")


@BOTH
def test_pydantic_schemas_and_parsed_values(mode):
    pydantic = pytest.importorskip("pydantic")

    class Entity(pydantic.BaseModel):
        name: str
        age: int

    schemas = [
        Entity,
        Entity.model_json_schema(),
        __import__("json").dumps(Entity.model_json_schema()),
    ]
    for schema in schemas:

        @sgl.function
        def asks(s):
            s += "Who?" + sgl.gen("entity", json_schema=schema)  # noqa: B023

        script = Recorder(lambda text: '{"name": "Ada", "age": 36}')
        with endpoint(script) as backend:
            state = asks.run(backend=backend, mode=mode)
            parsed = state.parsed("entity")
            assert parsed == (
                Entity(name="Ada", age=36) if schema is Entity else {"name": "Ada", "age": 36}
            )
            constraint = script.gens[0].constraint
            assert constraint is not None
            assert constraint.kind == "json"


def test_a_program_without_a_backend_says_how_to_get_one():
    with pytest.raises(RuntimeError, match="set_default_backend"):
        echo.run("x")
