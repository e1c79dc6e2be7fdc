"""The state of a Python program: names, blocks, forks, streams, in direct mode and after a compiled run."""

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest
from frontend import Recorder, endpoint

import sglc as sgl
from sglc.compiler.api.streams import TextStream
from sglc.runtime.plan.errors import RunError


@pytest.fixture
def recorder():
    with endpoint(Recorder()) as made:
        yield made


def direct(recorder, body: Callable[..., Any], **kwargs):
    """Run `body(s)` as a program in direct mode."""
    return sgl.function(body).run(backend=recorder, mode="direct", **kwargs)


def test_variables_are_set_read_and_asked_for(recorder):
    def body(s):
        s["n"] = 3
        s.set_var("m", [1])
        s += f"{s['n']}" + sgl.gen("x")
        assert "x" in s
        assert "y" not in s

    state = direct(recorder, body)
    assert (state["n"], state.get_var("m"), state["x"]) == (3, [1], " ok")
    assert state.keys() == ["n", "m", "x"]
    with pytest.raises(KeyError, match="a variable `x` exists"):
        state["xx"]


def test_turns_as_blocks_calls_and_edges_are_the_same(recorder):
    def blocks(s):
        with s.user():
            s += "Hi"

    def calls(s):
        s.user("Hi")

    def edges(s):
        s += sgl.user_begin() + "Hi" + sgl.user_end()

    def marks(s):
        s += sgl.user("Hi")

    texts = {direct(recorder, body).text() for body in (blocks, calls, edges, marks)}
    assert texts == {"<|im_start|>user\nHi<|im_end|>\n"}


def test_turns_do_not_nest(recorder):
    def body(s):
        s += sgl.user("a" + sgl.assistant("b"))

    error = direct(recorder, body).error()
    assert isinstance(error, RunError)
    assert error.code == "SGL0591"


def test_an_arm_can_be_appended_to_after_it_was_read_and_arms_can_fork(recorder):
    def body(s):
        s += "A"
        forks = s.fork(2)
        forks += sgl.gen("x")
        assert forks[0]["x"] == " ok"
        forks[0] += " more" + sgl.gen("y")
        inner = forks[1].fork(2)
        inner += lambda i: f" inner {i}" + sgl.gen("z")
        inner.join()
        s["inner"] = forks[1]["z"]
        s.join(forks)

    state = direct(recorder, body)
    assert state.error() is None
    assert (state["x"], state["y"], state["z"]) == ([" ok", " ok"], " ok", [" ok", " ok"])
    assert "A ok more" in recorder.backend.asked


def test_a_copy_is_an_arm(recorder):
    def body(s):
        s += "A"
        with s.copy() as other:
            other += "B" + sgl.gen("x")
            s["x"] = other["x"]
        s += "C" + sgl.gen("y")

    direct(recorder, body)
    assert recorder.backend.asked[-1] == "AC"


def test_a_state_goes_on_after_the_run(recorder):
    def body(s):
        s += sgl.user("Hi")
        s += sgl.assistant(sgl.gen("x"))

    state = direct(recorder, body)
    state += sgl.user("More") + sgl.assistant(sgl.gen("y"))
    assert state["y"] == " ok"
    assert [m["role"] for m in state.messages()] == ["user", "assistant", "user", "assistant"]


def test_an_exception_of_the_function_is_raised_and_one_of_a_call_is_kept(recorder):
    def raises(s):
        s += "A" + sgl.gen("x")
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        direct(recorder, raises)

    def fails(s):
        s += sgl.gen("x", choices=["a", ""])

    state = direct(recorder, fails)
    error = state.error()
    assert isinstance(error, RunError)
    assert error.code == "SGL3205"
    with pytest.raises(RunError):
        state["x"]


def test_a_program_called_with_a_state_goes_on_with_it(recorder):
    @sgl.function
    def helper(s, name):
        s += f"Dear {name}, "

    def body(s):
        helper(s, "Ada")
        helper(s, name="Bob")
        s += sgl.gen("x")

    direct(recorder, body)
    assert recorder.backend.asked == ["Dear Ada, Dear Bob, "]


def test_run_level_parameters_are_defaults(recorder):
    def body(s):
        s += sgl.gen("x") + sgl.gen("y", temperature=0, max_tokens=3, stop=["a"])

    direct(recorder, body, max_new_tokens=7, temperature=0.5, top_p=0.9, stop="z")
    first, second = (request.sampling for request in recorder.backend.gens)
    assert (first.max_tokens, first.temperature, first.top_p, first.stop) == (7, 0.5, 0.9, ("z",))
    assert (second.max_tokens, second.temperature, second.top_p, second.stop) == (3, 0, 0.9, ("a",))


def test_defaults_are_those_people_know(recorder):
    direct(recorder, lambda s: s.__iadd__(sgl.gen("x")))
    sampling = recorder.backend.gens[0].sampling
    assert (sampling.max_tokens, sampling.temperature) == (128, 1.0)


def test_without_a_run_seed_each_run_samples_anew(recorder):
    for _ in range(2):
        direct(recorder, lambda s: s.__iadd__(sgl.gen("x")))
    for _ in range(2):
        direct(recorder, lambda s: s.__iadd__(sgl.gen("x")), run_seed=5)
    seeds = [request.seeds for request in recorder.backend.gens]
    assert len(set(seeds)) == 3
    assert seeds[2] == seeds[3]


def test_types_become_patterns_and_stops(recorder):
    direct(recorder, lambda s: s.__iadd__(sgl.gen_int("x") + sgl.gen("y", dtype=float, stop="!")))
    first, second = recorder.backend.gens
    assert first.constraint.text == r"[-+]?[0-9]+[ \n]*"
    assert first.sampling.stop == (" ", "\n")
    assert second.sampling.stop == ("!", " ", "\n")


def test_a_wrong_call_is_an_error_where_it_stands():
    with pytest.raises(TypeError, match="unexpected keyword argument 'max_token'"):
        sgl.gen("x", max_token=3)
    with pytest.raises(ValueError, match="one constraint"):
        sgl.gen("x", regex="a", ebnf="b")
    one_text: Any = "ab"
    with pytest.raises(TypeError, match="choices"):
        sgl.select("x", choices=one_text)
    with pytest.raises(ValueError, match="choices method"):
        sgl.select("x", choices=["a"], choices_method="best")


def test_what_cannot_be_appended_is_a_type_error(recorder):
    with pytest.raises(TypeError, match="not a int"):
        direct(recorder, lambda s: s.__iadd__(3))


def test_run_async_from_any_loop(recorder):
    @sgl.function
    def asks(s, x):
        s += x + sgl.gen("a")

    async def main():
        states = await asyncio.gather(
            *(asks.run_async(f"q{i}", backend=recorder, mode="direct") for i in range(5))
        )
        return [state["a"] for state in states]

    assert asyncio.run(main()) == [" ok"] * 5


# --- streams ------------------------------------------------------------------------------------


def test_a_reader_of_a_stream_waits_without_spinning():
    stream, found = TextStream(), []
    reader = threading.Thread(target=lambda: found.extend(c.text for c in stream.read()))
    reader.start()
    before = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - before < 0.1
    stream.write("a")
    stream.write("b", "x")
    stream.close()
    reader.join()
    assert found == ["a", "b"]


def test_a_stream_is_read_by_many_and_ends_with_its_error():
    stream = TextStream()
    stream.write("a")
    stream.write("b", "x")
    stream.write("c", "y", is_main=False)
    stream.close(ValueError("no"))
    for name, texts in ((None, ["a", "b"]), ("x", ["b"]), ("y", ["c"])):
        found = []
        with pytest.raises(ValueError, match="no"):
            found.extend(chunk.text for chunk in iter_into(stream, name, found))
        assert found == texts


def iter_into(stream, name, found):
    for chunk in stream.read(name):
        found.append(chunk.text)
    return []


def test_arms_stream_while_others_run():
    log = []

    @sgl.function
    def asks(s):
        s += "A"
        forks = s.fork(2)
        forks += sgl.gen("x", max_tokens=6, ignore_eos=True, temperature=0)

        def read(i):
            log.extend(i for _ in forks[i].text_iter("x"))

        readers = [threading.Thread(target=read, args=(i,)) for i in range(2)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        forks.join()

    with sgl.Mock() as mock:
        state = asks.run(backend=mock, mode="direct", stream=True)
        assert len(state["x"]) == 2
        assert sorted(set(log)) == [0, 1]
        assert len(log) > 4


def test_a_name_that_a_streaming_run_binds_later_is_waited_for():
    @sgl.function
    def asks(s):
        time.sleep(0.05)
        s += "A" + sgl.gen("x", max_tokens=3)
        s["late"] = 1

    with sgl.Mock() as mock:
        state = asks.run(backend=mock, mode="direct", stream=True)
        assert state["late"] == 1
        assert "x" in state
        assert "y" not in state


# --- batches ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["compiled", "direct"])
def test_a_failing_row_stands_alone(mode):
    class Fails(Recorder):
        async def generate(self, request):
            if "row 3" in sglc_text(request):
                raise RuntimeError("on fire")
            return await super().generate(request)

    def sglc_text(request):
        from plan_writer import TARGET

        return TARGET.tokenizer.decode(request.ids)

    @sgl.function
    def asks(s, x):
        s += x + sgl.gen("a")

    with endpoint(Fails()) as backend:
        states = asks.run_batch([(f"row {i}",) for i in range(6)], backend=backend, mode=mode)
        assert [state.error() is None for state in states] == [True, True, True, False, True, True]
        assert [state["a"] for state in states if state.error() is None] == [" ok"] * 5


def test_a_batch_may_be_left_early(recorder):
    @sgl.function
    def asks(s, x):
        s += x + sgl.gen("a")

    rows = [(f"row {i}",) for i in range(50)]
    states = asks.run_batch(rows, backend=recorder, mode="direct", generator_style=True)
    assert isinstance(states, Generator)
    assert next(states)["a"] == " ok"
    states.close()


def test_many_compiled_runs_are_awaited_at_once_and_can_be_cancelled():
    class Slow(Recorder):
        async def generate(self, request):
            await asyncio.sleep(3600)
            return await super().generate(request)

    @sgl.function
    def asks(s, x):
        s += x + sgl.gen("a")

    async def main(backend):
        runs = [asyncio.ensure_future(asks.run_async(f"q{i}", backend=backend)) for i in range(30)]
        while len(backend.backend.requests) < 30 and not slow:
            if all(run.done() for run in runs):
                break
            await asyncio.sleep(0.01)
        if not slow:
            return [state["a"] for state in await asyncio.gather(*runs)]
        await asyncio.sleep(0.1)
        runs[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await runs[0]
        for run in runs:
            run.cancel()
        await asyncio.wait(runs)
        return []

    for slow, made in ((False, Recorder()), (True, Slow())):
        with endpoint(made) as backend:
            assert asyncio.run(main(backend)) == ([] if slow else [" ok"] * 30)
