"""Several calls of tools in one turn: what is asked, what comes back, and how the conversation goes on."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest
from accounts import calls, is_tight, mispredicted, run_traced
from calling_program import HOSTS, ROW, SEVERAL, written
from published_templates import templates
from real_templates import judge, target_of
from tiers import spread
from tiny_models import save_marked

import sglc as sgl
from sglc.compiler.driver.compilation import Build, Options, compile_file, compile_module, load
from sglc.compiler.driver.targets import Choice
from sglc.compiler.testing.blocks import Setup, run_file
from sglc.ir.constrained.calls import ToolSet
from sglc.ir.diagnostic import CompileFailed
from sglc.ir.ops import Const, Turn
from sglc.ir.span import Source
from sglc.ir.structure import walk
from sglc.ir.target import Target
from sglc.ir.tool_calls import MOST_CALLS
from sglc.lang.compile import compile_source
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.backends.mock import MockBackend

OWN = Path(__file__).parents[1] / "ir" / "target" / "templates"
WAYS = {
    "calls_as_json": "composes", "calls_as_tags": "rendered whole", "calls_as_python": "composes",
    "calls_alone": "planned", "calls_with_kinds": "composes", "calls_with_named_ends": "composes",
    "calls_over_lines": "composes",
}  # fmt: skip


def own(name: str) -> Target:
    """A target with one of the templates kept as data."""
    return target_of(name, (OWN / f"{name}.jinja").read_text("utf-8"))


def built(folder: Path, target: Target, source: str = SEVERAL) -> Build:
    module, _ = load(written(folder, source).path)
    return compile_module(module, Options(), Choice(target))


def ran(folder: Path, target: Target, seed: int) -> tuple[Any, list[dict[str, Any]]]:
    """What the row gave, and its calls."""
    path = folder / "t.jsonl"
    made, example = built(folder, target), written(folder, SEVERAL)
    (result,) = run_traced(made, example, MockBackend(target), path, seed=seed)
    assert result.error is None, result.error
    assert mispredicted(path) == []
    assert is_tight(path)
    return result.result, calls(path)


@pytest.mark.parametrize(("name", "level"), spread(WAYS, (0, 1, 2)))
def test_several_calls_are_asked_as_the_template_renders(
    name: str, level: int, tmp_path: Path
) -> None:
    found = judge(written(tmp_path, SEVERAL), own(name), tmp_path, level)
    assert found.is_kept, found
    assert found.calls >= 6, found
    assert found.how == WAYS[name], found


@pytest.mark.parametrize("name", WAYS)
def test_the_conversation_is_that_of_messages_with_several_calls(name: str, tmp_path: Path) -> None:
    """What a plain client sends is what the last call is asked with, for one, two and more calls in a turn."""
    target = own(name)
    counts: set[int] = set()
    for seed in range(6):
        result, found = ran(tmp_path, target, seed)
        turns = turns_of(target, found)
        assert rendered(target, turns, tmp_path) == target.tokenizer.decode(found[-1]["prompt"])
        counts |= {len(turn["tool_calls"]) for turn in turns if "tool_calls" in turn}
        called = [c["function"]["name"] for t in turns for c in t.get("tool_calls", ())]
        assert called[: len(result["names"])] == result["names"]
    is_token = name != "calls_over_lines"  # the mock begins another call by a token alone
    assert counts >= ({1, 2} if is_token else {1})


def turns_of(target: Target, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turns that the calls of a run made, with their results, as messages of any client."""
    turns: list[dict[str, Any]] = []
    text, made = "", list[dict[str, Any]]()
    for call, behind in pairwise(found):
        kind, said = call.get("constraint", ["", ""])[:2]
        if kind == "call":
            made.append(as_message(said, call["texts"][0], len(made)))
        elif kind == "before_call" and not call["site"].endswith(".more"):
            text = call["texts"][0]
            if behind["site"] != "2":
                turns.append({"role": "assistant", "content": text})
        elif kind == "before_call" and not behind["site"].endswith(".next"):
            turns.append({"role": "assistant", "content": text, "tool_calls": made})
            turns += [result_of(each, call["site"].startswith("1")) for each in made]
            text, made = "", []
        elif not kind:
            turns.append({"role": "assistant", "content": call["texts"][0]})
    return turns


def as_message(said: str, text: str, number: int) -> dict[str, Any]:
    value: Any = ToolSet.of(said).parse(text)
    function = {"name": value["name"], "arguments": value[value["name"]]}
    return {"id": f"call{number + 1:05}", "type": "function", "function": function}


def result_of(call: dict[str, Any], is_asked: bool) -> dict[str, Any]:
    name, given = call["function"]["name"], call["function"]["arguments"]
    content = str(HOSTS[name](*given.values())) if is_asked else "ok"
    return {"role": "tool", "content": content, "tool_call_id": call["id"], "name": name}


def rendered(target: Target, turns: list[dict[str, Any]], folder: Path) -> str:
    """The last question behind those turns, by the template alone."""
    assert target.template is not None
    head = [
        {"role": "system", "content": "You answer with the help of tools."},
        {"role": "user", "content": ROW["task"]},
    ]
    messages = [*head, *turns, {"role": "user", "content": "So?"}]
    return target.template.render(messages, add_generation_prompt=True, tools=tools(folder))


def tools(folder: Path) -> list[Any]:
    """The tools that the program hands to the template."""
    module, _ = load(written(folder, SEVERAL).path)
    turns = (op for op in walk(module.programs[0].body) if isinstance(op, Turn))
    first = next(turn.tools for turn in turns if turn.tools is not None)
    assert isinstance(first, Const)
    return list(first.value)  # type: ignore[arg-type]


CALL = "<call>{{ f.name }}:{{ f.arguments | tojson }}</call>"
REFUSES = "{{ raise_exception('one call, please') if m.tool_calls | length > 1 }}"
ONE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content or '' }}"
    "{% if m.tool_calls %}{% set f = m.tool_calls[0].function %}" + CALL + "{% endif %}<|end|>"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (ONE, "it does not write several calls one like the other"),
        (ONE.replace("{% if m.tool_calls %}", "{% if m.tool_calls %}" + REFUSES), "one call, please"),
    ],
)  # fmt: skip
def test_a_template_that_writes_one_call_in_a_turn_is_refused_by_name(
    source: str, why: str, tmp_path: Path
) -> None:
    target = target_of("one", source)
    with pytest.raises(CompileFailed) as refused:
        built(tmp_path, target)
    (found,) = refused.value.diagnostics
    assert found.code == "SGL2205"
    assert found.headline == "the chat template writes one tool call in a turn"
    assert why in found.labels[0].text
    assert any("`parallel_tool_calls`" in help for help in found.helps)


MOCKED = """
extern def search(query: str) -> str

program ask(question: str) -> str:
    user: question
    assistant: step = gen(tools=[search], parallel_tool_calls=true, max_tokens=64)
    for call in step.calls:
        found = call.search
        if found != none:
            tool: search(found.query)
    if len(step.calls) == 0:
        return step.text
    assistant: answer = gen(max_tokens=8)
    return answer

test "two calls":
    mock search(query) = query + "!"
    mock step = {text: "", calls: [{name: "search", search: {query: "a"}}, {name: "search", search: {query: "b"}}]}
    mock answer = "done"
    expect ask(question="?") == "done"

test "none":
    mock step = {text: "No.", calls: []}
    expect ask(question="?") == "No."

test "one after the other":
    mock search(query) = query
    mock step = [{text: "", calls: [{name: "search", search: {query: "a"}}]}, {text: "No.", calls: []}]
    mock answer = "done"
    expect ask(question="?") == "done"
    expect ask(question="!") == "No."
"""


def test_mocks_say_each_call_of_a_turn(tmp_path: Path) -> None:
    path = tmp_path / "t.sgl"
    path.write_text(MOCKED, "utf-8")
    reports = run_file(path, Setup(Target.estimating()))
    assert [(report.name, report.error, report.passed) for report in reports] == [
        (name, "", True) for name in ("two calls", "none", "one after the other")
    ]


FORKED = """
extern def search(query: str) -> str

program p(task: str) -> list[int]:
    user: task
    counts = []
    while len(counts) < 3 max 3:
        assistant: step = gen(tools=[search], parallel_tool_calls=true, max_tokens=300, temperature=1.0)
        counts = counts + [len(step.calls)]
        for call in step.calls:
            tool: call.name
        if len(step.calls) == 0:
            user: "Go on."
    user: "Two ways?"
    fork way in ["up", "down"]:
        user: way
        assistant: found = gen(tools=[search], tool_choice="required", parallel_tool_calls=true, max_tokens=300,
            temperature=1.0)
        for call in found.calls:
            tool: call.name
        assistant: answer = gen(max_tokens=6)
    return counts + [len(each.calls) for each in found]
"""


@pytest.mark.parametrize("name", ["calls_as_json", "calls_as_tags", "calls_alone"])
def test_calls_in_loops_and_arms_are_found_where_they_were_predicted(
    name: str, tmp_path: Path
) -> None:
    target, path, counts = own(name), tmp_path / "t.jsonl", set[int]()
    assert judge(written(tmp_path, FORKED), target, tmp_path).is_kept
    made, example = built(tmp_path, target, FORKED), written(tmp_path, FORKED)
    for seed in range(6):
        (result,) = run_traced(made, example, MockBackend(target), path, seed=seed)
        assert result.error is None, result.error
        assert mispredicted(path) == []
        assert is_tight(path)
        counts |= {*result.result}
    assert {1, 2} <= counts


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ("tools=[search], parallel_tool_calls=sure", "SGL0215", "known at run time only"),
        ("parallel_tool_calls=true", "SGL0324", "without tools"),
        ("tools=[search], parallel_tool_calls=3", "SGL0215", "is 3"),
    ],
)
def test_what_is_wrong_with_it_is_said(options: str, code: str, message: str) -> None:
    source = f"""
extern def search(query: str) -> str
program p(sure: bool) -> str:
    assistant: step = gen({options})
    return "done"
"""
    _, found = compile_source(Source("p.sgl", source))
    assert code in {each.code for each in found}, found
    assert any(message in each.headline for each in found if each.code == code), found


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tools": [min], "parallel_tool_calls": 3}, "True or False, not 3"),
        ({"parallel_tool_calls": True}, "`parallel_tool_calls` without `tools`"),
    ],
)
def test_python_says_it_too(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sgl.gen("x", **given)


def search(query: str) -> str:
    return f"Found {query}."


def convert(amount: int, unit: Literal["miles", "feet"], exact: bool) -> float:
    return 2.5


TOOLS = {tool.__name__: tool for tool in (search, convert)}


@sgl.function
def agent(s: Any, task: str) -> list[list[str]]:
    s += sgl.user(task)
    names: list[list[str]] = []
    for _ in range(2):
        s += sgl.assistant(
            sgl.gen("steps", tools=[search, convert], parallel_tool_calls=True, max_tokens=600)
        )
        names.append([call["name"] for call in s["steps"]["calls"]])
        for call in s["steps"]["calls"]:
            s += sgl.tool(str(TOOLS[call["name"]](**call[call["name"]])))
    s += sgl.user("So?")
    s += sgl.assistant(sgl.gen("last", max_tokens=8))
    return names


@pytest.mark.parametrize("name", ["calls_as_json", "calls_as_tags"])
def test_both_modes_of_python_ask_the_same(name: str) -> None:
    target, counts = own(name), set[int]()
    with sgl.Mock() as backend:
        backend.backend, backend.choice = MockBackend(target), Choice(target)
        for seed in range(5):
            compiled, direct = (
                agent.run("How high?", backend=backend, mode=mode, run_seed=seed)
                for mode in ("compiled", "direct")
            )
            assert asked(compiled) == asked(direct)
            assert compiled.ret_value == direct.ret_value
            assert compiled["steps"] == direct["steps"]
            counts |= {len(names) for names in compiled.ret_value}
    assert {0, 1, 2} <= counts


def asked(state: Any) -> list[tuple[Any, ...]]:
    """What each call was asked with, and what came back."""
    return [
        (call.name, tuple(call.prompt), call.constraint, call.texts, call.finish, call.seeds)
        for call in state.trace.calls
    ]


@pytest.mark.slow
def test_published_templates_are_asked_as_they_render(tmp_path: Path) -> None:
    """All that write several calls in a turn: the program with them keeps every promise."""
    if not templates():
        pytest.skip("needs published templates: `make test-data`")
    bad: dict[str, Any] = {}
    count = 0
    for name, source in sorted(templates().items()):
        target = target_of(name, source)
        if target.template is not None and target.template.calls.between:
            found = judge(written(tmp_path, SEVERAL), target, tmp_path)
            count += found.how != "refused"
            if not found.is_kept:
                bad[name] = found
    assert bad == {}
    assert count >= 40


# --- a model --------------------------------------------------------------------------------------


def test_a_random_model_is_led_through_several_calls(tmp_path: Path) -> None:
    template = (OWN / "calls_as_json.jinja").read_text("utf-8")
    folder = save_marked(tmp_path / "caller", ["<tool_call>", "</tool_call>"], template)
    source = SEVERAL.replace("search, convert, now", "convert, now").replace(
        "max_tokens=600", "max_tokens=60"
    )
    source = source.replace("found = step.search", "found = none").replace(
        "search(found.query)", '"none"'
    )
    example = written(tmp_path, source)
    backend = EngineBackend(folder, dtype="float32", kv_cache_tokens=4000)
    made = compile_file(example.path, Options(), model=str(folder))
    path = tmp_path / "t.jsonl"
    (result,) = run_traced(made, example, backend, path)
    asyncio.run(backend.close())
    assert result.error is None, result.error
    assert set(result.result["names"]) <= {"convert", "now"}
    assert 2 <= len(result.result["names"]) <= 2 * MOST_CALLS
    assert mispredicted(path) == []
