"""The programs that SGLang tests its own front end with, by shape, on the default model.

What matters is membership and shape: a model of this size knows little. Each runs compiled.
"""

import asyncio
import json
import re

import pytest

import sglc as sgl

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def engine():
    with sgl.Engine() as made:
        yield made


def run(program, engine, *args, **kwargs):
    """Run compiled; the error of a call is the test's."""
    state = program.run(
        *args, backend=engine, mode=kwargs.pop("mode", "compiled"), run_seed=0, **kwargs
    )
    if state.error() is not None:
        raise state.error()
    return state


@sgl.function
def few_shot_qa(s, question):
    s += "Q: What is the capital of France?\nA: Paris\n"
    s += "Q: What is the capital of Germany?\nA: Berlin\n"
    s += "Q: What is the capital of Italy?\nA: Rome\n"
    s += "Q: " + question + "\n"
    s += "A:" + sgl.gen("answer", stop="\n", temperature=0, max_tokens=8)


def test_few_shot_qa(engine):
    state = run(few_shot_qa, engine, "What is the capital of Spain?")
    assert state["answer"].strip()
    assert "\n" not in state["answer"]
    countries = ["Japan", "Austria", "China"]
    rows = [{"question": f"What is the capital of {country}?"} for country in countries]
    states = few_shot_qa.run_batch(rows, backend=engine)
    assert isinstance(states, list)
    alone = [run(few_shot_qa, engine, **row)["answer"] for row in rows]
    assert [state["answer"] for state in states] == alone
    for state in states[1:]:
        meta = state.get_meta_info("answer")
        assert meta is not None
        assert meta["cached_tokens"] > 30


@sgl.function
def mt_bench(s, first, second):
    s += sgl.system("You are a helpful assistant.")
    s += sgl.user(first)
    s += sgl.assistant(sgl.gen("answer_1", max_tokens=12))
    with s.user():
        s += second
    with s.assistant():
        s += sgl.gen("answer_2", max_tokens=12)


def test_conversation(engine):
    state = run(mt_bench, engine, "Name a river.", "Name another.")
    roles = [message["role"] for message in state.messages()]
    assert roles == ["system", "user", "assistant", "user", "assistant"]
    assert state.messages()[2]["content"] == state["answer_1"]


@sgl.function
def is_true(s, statement):
    s += "Decide whether the statement is true.\n"
    s += "Statement: Dogs are animals.\nAnswer: True\n"
    s += "Statement: The sun is cold.\nAnswer: False\n"
    s += "Statement: " + statement + "\nAnswer:" + sgl.select("answer", [" True", " False"])


@pytest.mark.parametrize(
    "method",
    ["token_length_normalized", "greedy_token_selection", "unconditional_likelihood_normalized"],
)
def test_select(engine, method):
    assert run(is_true, engine, "Water is wet.")["answer"] in (" True", " False")

    @sgl.function
    def choose(s):
        s += "The capital of France is" + sgl.gen(
            "city", choices=[" Paris", " a very large banana"], choices_method=method
        )

    assert run(choose, engine)["city"] == " Paris"


@sgl.function
def hours(s):
    s += (
        "The number of hours in a day is "
        + sgl.gen_int("hours", max_tokens=6, temperature=0)
        + ".\n"
    )
    s += "The number of days in a week is " + sgl.gen(
        "days", dtype=int, max_tokens=6, temperature=0
    )


def test_integers(engine):
    state = run(hours, engine)
    assert int(state["hours"]) > 0
    assert isinstance(int(state["days"]), int)


@pytest.mark.parametrize(
    ("dtype", "read"), [(int, int), (float, float), (bool, eval), (str, json.loads)]
)
def test_types(engine, dtype, read):
    @sgl.function
    def typed(s):
        s += "Value: " + sgl.gen("value", dtype=dtype, max_tokens=24, temperature=0)

    assert isinstance(read(run(typed, engine)["value"]), dtype)


@sgl.function
def decode_json(s):
    s += "Write a JSON object that describes a city.\n"
    with s.var_scope("json"):
        s += "{\n"
        s += '  "name": ' + sgl.gen("name", max_tokens=8, regex=r'"[\w\d\s]{1,12}"') + ",\n"
        s += '  "population": ' + sgl.gen("population", regex=r"[1-9][0-9]{1,6}") + ",\n"
        s += '  "river": ' + sgl.gen("river", regex=r'"[\w\d\s]{1,12}"') + "\n"
        s += "}"


def test_json_by_patterns(engine):
    found = json.loads(run(decode_json, engine)["json"])
    assert isinstance(found["name"], str)
    assert isinstance(found["population"], int)


def test_json_by_schema(engine):
    pydantic = pytest.importorskip("pydantic")

    class City(pydantic.BaseModel):
        name: str
        population: int

    @sgl.function
    def city(s):
        s += "Paris as JSON: " + sgl.gen("city", json_schema=City, max_tokens=64, temperature=0)

    state = run(city, engine)
    assert isinstance(state.parsed("city"), City)


@sgl.function
def expert_answer(s, question):
    s += "Question: " + question + "\n"
    s += "A good person to answer this question is a" + sgl.gen(
        "expert", stop=[".", "\n"], max_tokens=12, temperature=0
    )
    s += (
        ".\nThe "
        + s["expert"]
        + " says: the answer is"
        + sgl.gen("answer", stop=".", max_tokens=16, temperature=0)
    )


def test_two_gens_that_depend(engine):
    state = run(expert_answer, engine, "What is the capital of France?")
    assert f"The {state['expert']} says" in state.text()
    assert state["answer"]


@sgl.function
def tool_use(s, left, right):
    s += "Use the calculator for sums. Example: calculator(2 * 3) = 6.\n"
    s += f"What is {left} times {right}?\n"
    s += f"calculator({left} * {right}) = "
    s["product"] = str(int(left) * int(right))
    s += (
        s["product"]
        + "\nThe answer is "
        + sgl.gen("answer", regex="[0-9]{1,12}", max_tokens=12, temperature=0)
    )


def test_python_between_the_calls(engine):
    state = run(tool_use, engine, "123", "456")
    assert state["product"] == "56088"
    assert state["answer"].isdigit()


@sgl.function
def react(s, question):
    s += "Question: " + question + "\n"
    for i in range(1, 5):
        s += (
            f"Thought {i}:"
            + sgl.gen(f"thought_{i}", stop="\n", max_tokens=16, temperature=0)
            + "\n"
        )
        s += f"Act {i}: " + sgl.select(f"act_{i}", choices=["Search", "Finish"]) + "\n"
        if s[f"act_{i}"] == "Finish":
            break
        s += f"Observation {i}: nothing was found.\n"


def test_react(engine):
    state = run(react, engine, "Who built the harbour?", mode="auto")
    assert state["act_1"] in ("Search", "Finish")
    assert state.text().startswith("Question: Who built the harbour?\nThought 1:")


@sgl.function
def parallel_decoding(s, topic):
    s += "Act as a helpful writer.\nUSER: Give some tips for " + topic + ".\nASSISTANT: Here are "
    s += "three tips.\n1. " + sgl.gen("tip", stop=["\n", "2."], max_tokens=12, temperature=0)
    s += "\nEach tip in detail:\n"
    forks = s.fork(3)
    for i in range(3):
        forks[i] += f"Tip {i + 1}:" + sgl.gen("detail", stop="\n\n", max_tokens=16, temperature=0)
    forks.join()
    for i in range(3):
        s += f"Tip {i + 1}:" + s["detail"][i] + "\n"
    s += "In summary:" + sgl.gen("summary", max_tokens=16, temperature=0)


def test_parallel_decoding(engine):
    state = run(parallel_decoding, engine, "staying healthy")
    assert isinstance(state["summary"], str)
    assert len(state["detail"]) == 3
    for call in state.trace.calls:
        assert call.cached == call.predicted_cached


@sgl.function
def essay(s):
    s += "A story about a harbour:\n" + sgl.gen(
        "story", max_tokens=40, ignore_eos=True, temperature=0
    )


@pytest.mark.parametrize("mode", ["compiled", "direct"])
def test_stream(engine, mode):
    state = essay.run(backend=engine, stream=True, mode=mode)
    parts = list(state.text_iter())
    assert "".join(parts) == state.text()
    assert len(parts) > 8
    state = essay.run(backend=engine, stream=True, mode=mode)

    async def read():
        return [text async for text in state.text_async_iter("story")]

    assert "".join(asyncio.run(read())) == state["story"]


def test_log_probabilities(engine):
    @sgl.function
    def asks(s):
        s += "The sky is" + sgl.gen("colour", max_tokens=4, temperature=0, return_logprob=True)

    meta = run(asks, engine).get_meta_info("colour")
    assert meta is not None
    assert len(meta["output_token_logprobs"]) == meta["completion_tokens"]
    assert all(p <= 0 for p, _, _ in meta["output_token_logprobs"])


def test_regex(engine):
    address = r"((25[0-5]|2[0-4]\d|[01]?\d?\d).){3}(25[0-5]|2[0-4]\d|[01]?\d?\d)"

    @sgl.function
    def asks(s):
        s += "Q: What is the IP address of a DNS server?\nA: " + sgl.gen(
            "address", regex=address, temperature=0
        )

    assert re.fullmatch(address, run(asks, engine)["address"])


def test_least_number_of_tokens(engine):
    @sgl.function
    def asks(s):
        s += "Say yes." + sgl.gen("answer", min_tokens=24, max_tokens=32)

    meta = run(asks, engine).get_meta_info("answer")
    assert meta is not None
    assert meta["completion_tokens"] >= 24


def test_choices_over_few_shots_in_two_ways_agree(engine):
    rows = [{"statement": s} for s in ("Fire is hot.", "Fish can drive.", "Ice is frozen water.")]
    whole = is_true.run_batch(rows, backend=engine)
    lazy = list(is_true.run_batch(rows, backend=engine, generator_style=True))
    assert [state["answer"] for state in whole] == [state["answer"] for state in lazy]
