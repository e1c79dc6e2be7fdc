"""Calls of tools in Python programs: functions as tools, the value, and the same asked in both modes and in `.sgl`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypedDict

import pytest
from accounts import calls, run_traced
from example_programs import Example
from real_templates import target_of

import sglc as sgl
from sglc.compiler.driver.compilation import Options, compile_module, load
from sglc.compiler.driver.targets import Choice
from sglc.ir.diagnostic import CompileFailed
from sglc.lang.python.tools import tool_of
from sglc.runtime.backends.mock import MockBackend

OWN = Path(__file__).parents[1] / "ir" / "target" / "templates"
NAMES = ("calls_as_json", "calls_as_tags", "calls_as_python")


def search(query: str) -> str:
    return f"Found {len(query)} letters."


def convert(amount: int, unit: Literal["miles", "feet"], exact: bool) -> float:
    return 2.5


TOOLS = [search, convert]
BY_NAME: dict[str, Any] = {tool.__name__: tool for tool in TOOLS}


@sgl.function
def agent(s: Any, task: str) -> list[str]:
    s += sgl.system("You answer with the help of tools.")
    s += sgl.user(task)
    names: list[str] = []
    for _ in range(3):
        s += sgl.assistant(sgl.gen("step", tools=[search, convert], max_tokens=600))
        step = s["step"]
        names.append(step["name"])
        if step["name"] == "":
            break
        s += sgl.tool(str(BY_NAME[step["name"]](**step[step["name"]])))
    s += sgl.user("So?")
    s += sgl.assistant(sgl.gen("last", max_tokens=8))
    return names


def one_step(s: Any, question: str) -> str:
    s += sgl.user(question)
    with s.assistant():
        s += sgl.gen("found", tools=TOOLS, tool_choice="required", max_tokens=600, temperature=0.7)
    with s.tool():
        s += "nothing"
    return s["found"]["name"]


@sgl.function
def helped(s: Any, task: str) -> list[str]:
    """Tools that a list of the module holds, in a helper; arms that call; reasoning before a call."""
    first = one_step(s, task)
    s += sgl.assistant(sgl.gen("so", max_tokens=4))
    s += sgl.user("Two ways?")
    forks = s.fork(2)
    for fork in forks:
        fork += sgl.assistant(sgl.gen("way", tools=[search], max_tokens=300, stop="x"))
    forks.join()
    return [first, *(way["name"] for way in s["way"])]


def endpoint(name: str) -> sgl.Mock:
    """The mock under one of the templates kept as data."""
    target = target_of(name, (OWN / f"{name}.jinja").read_text("utf-8"))
    found = sgl.Mock()
    found.backend, found.choice = MockBackend(target), Choice(target)
    return found


def asked(state: Any) -> list[tuple[Any, ...]]:
    """What each call was asked with, and what came back; arms end in any order."""
    calls = (
        (call.name, tuple(call.prompt), call.constraint, call.texts, call.finish, call.seeds)
        for call in state.trace.calls
    )
    return sorted(calls, key=repr)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("program", [agent, helped])
def test_both_modes_ask_the_same(program: Any, name: str) -> None:
    with endpoint(name) as backend:
        for seed in range(4):
            compiled, direct = (
                program.run("How high is it?", backend=backend, mode=mode, run_seed=seed)
                for mode in ("compiled", "direct")
            )
            assert asked(compiled) == asked(direct)
            assert compiled.ret_value == direct.ret_value
            assert compiled.text() == direct.text()
            named = "step" if program is agent else "found"
            assert compiled[named] == direct[named]
            assert (compiled.meta(named) is None) == (direct.meta(named) is None)


def test_a_model_may_call_or_answer() -> None:
    with endpoint("calls_as_json") as backend:
        found = [agent.run("How high?", backend=backend, run_seed=seed) for seed in range(12)]
        names = {name for state in found for name in state.ret_value}
        said = next(state for state in found if state.ret_value == [""])
    assert names == {"", "search", "convert"}
    assert said["step"] == {
        "name": "",
        "text": said["step"]["text"],
        "search": None,
        "convert": None,
    }
    assert said.get_meta_info("step")["completion_tokens"] > 0


SOURCE = """
extern def search(query: str) -> str
extern def convert(amount: int, unit: "miles" | "feet", exact: bool) -> float

program agent(task: str) -> str:
    system: "You answer with the help of tools."
    user: task
    for i in range(3):
        assistant: step = gen(tools=[search, convert], max_tokens=600)
        found = step.search
        given = step.convert
        if found != none:
            tool: search(found.query)
        elif given != none:
            tool: convert(given.amount, given.unit, given.exact)
        else:
            break
    user: "So?"
    assistant: last = gen(max_tokens=8)
    return last
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_the_language_asks_the_same(name: str, tmp_path: Path) -> None:
    path = tmp_path / "agent.sgl"
    path.write_text(SOURCE, "utf-8")
    target = target_of(name, (OWN / f"{name}.jinja").read_text("utf-8"))
    row = {"task": "How high is it?"}
    made = compile_module(load(path)[0], Options(), Choice(target))
    example = Example("agent", (row, row), {"search": search, "convert": convert})
    (result,) = run_traced(made, example, MockBackend(target), tmp_path / "t.jsonl")
    with endpoint(name) as backend:
        state = agent.run("How high is it?", backend=backend, temperature=0)
    theirs = [(call["name"], call["prompt"], call["texts"]) for call in calls(tmp_path / "t.jsonl")]
    assert [(call.name, call.prompt, call.texts) for call in state.trace.calls] == theirs
    assert state["last"] == result.result


# --- functions as tools ---------------------------------------------------------------------------


class Place(TypedDict):
    name: str
    height: float


def add(place: Place, tags: list[str], note: str | None = None) -> None:
    """Add a place to the map.

    It is shown at once.

    Args:
        place: What is added.
        tags: Words to find it by.
    """


def test_a_signature_and_a_docstring_say_what_a_tool_is() -> None:
    schema = tool_of(add).schema["function"]
    assert schema["name"] == "add"
    assert schema["description"] == "Add a place to the map.\n\nIt is shown at once."
    fields = schema["parameters"]["properties"]
    assert fields["place"]["description"] == "What is added."
    assert fields["place"]["required"] == ["name", "height"]
    assert fields["tags"]["items"] == {"type": "string"}
    assert fields["note"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert schema["parameters"]["required"] == ["place", "tags", "note"]
    assert tool_of(search).schema["function"]["description"] == "search(query: str) -> str"


def untyped(query):  # type: ignore[no-untyped-def]
    return query


def of_bytes(data: bytes) -> str:
    return ""


def many(*queries: str) -> str:
    return ""


def name(x: int) -> int:
    return x


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (untyped, "does not say what `query` is"),
        (of_bytes, "a model can't give `of_bytes` its `data`"),
        (many, "`many` has `queries`, which can't be given by its name"),
        (name, "a tool can't be named `name`"),
        (lambda x: x, "a function with a name"),
        (3, "a function with a name"),
    ],
)
def test_what_is_no_tool_says_why(function: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        sgl.gen("step", tools=[function])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tools": []}, "a list of functions"),
        ({"tools": [search, search]}, "two tools are named `search`"),
        ({"tools": [search], "regex": "a+"}, "`regex` has no effect"),
        ({"tools": [search], "n": 2}, "`n` has no effect"),
        ({"tools": [search], "tool_choice": "search"}, "'auto' or 'required'"),
        ({"tool_choice": "auto"}, "`tool_choice` without `tools`"),
    ],
)
def test_what_no_call_of_a_tool_can_be_asked_with(given: dict[str, Any], said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        sgl.gen("step", **given)


# --- where a call may stand -----------------------------------------------------------------------


@sgl.function
def given_tools(s: Any, tools: list[Any]) -> None:
    s += sgl.user("Go on.")
    s += sgl.assistant(sgl.gen("plain", max_tokens=4))
    s += sgl.user("With tools?")
    s += sgl.assistant(sgl.gen("step", tools=tools, tool_choice="required", max_tokens=300))


def test_tools_that_only_the_run_knows_are_handed_over_by_the_call_that_has_them() -> None:
    with endpoint("calls_as_json") as backend:
        with pytest.warns(sgl.DirectModeWarning, match="tools"):
            state = given_tools.run([search], backend=backend)
        plain, step = (backend.target.tokenizer.decode(call.prompt) for call in state.trace.calls)
    assert state.error() is None
    assert "search" not in plain
    assert "search: {" in step
    assert state["step"]["name"] == "search"


@sgl.function
def text_before(s: Any) -> None:
    s += sgl.user("Go on.")
    s += sgl.assistant("Well, " + sgl.gen("step", tools=[search]))


@sgl.function
def text_behind(s: Any) -> None:
    s += sgl.user("Go on.")
    s += sgl.assistant(sgl.gen("step", tools=[search], max_tokens=300) + "!")


@sgl.function
def outside(s: Any) -> None:
    s += sgl.gen("step", tools=[search])


@pytest.mark.parametrize("program", [text_before, text_behind, outside])
def test_a_call_is_all_of_its_turn_in_both_modes(program: Any) -> None:
    with endpoint("calls_as_json") as backend:
        with pytest.raises(CompileFailed) as failed:
            program.run(backend=backend, mode="compiled")
        assert failed.value.diagnostics[0].code == "SGL0591"
        error = program.run(backend=backend, mode="direct").error()
        assert isinstance(error, sgl.RunError)
        assert error.code == "SGL0591"


def test_a_template_that_writes_no_calls_is_refused_in_both_modes() -> None:
    with endpoint("trims") as backend:
        with pytest.raises(CompileFailed) as failed:
            agent.run("Hm?", backend=backend, mode="compiled")
        assert failed.value.diagnostics[0].code == "SGL2205"
        error = agent.run("Hm?", backend=backend, mode="direct").error()
        assert isinstance(error, sgl.RunError)
        assert error.code == "SGL2205"
