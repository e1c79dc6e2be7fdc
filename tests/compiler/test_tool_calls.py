"""Calls of tools: what is asked, what comes back, and how the conversation goes on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from accounts import calls, is_tight, mispredicted, run_traced, trace_lines
from calling_program import HOSTS, ROW, SOURCE, written
from example_programs import Example
from published_templates import templates
from real_templates import Verdict, judge, target_of
from tiers import spread
from tiny_models import save_marked

from sglc.compiler.driver.compilation import Build, Options, compile_file, compile_module, load
from sglc.compiler.driver.targets import Choice
from sglc.ir.diagnostic import CompileFailed
from sglc.ir.target import ChatTemplate, Target
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.backends.mock import MockBackend

OWN = Path(__file__).parents[1] / "ir" / "target" / "templates"
NAMES = (
    "calls_as_json", "calls_as_tags", "calls_as_python", "calls_alone", "calls_with_kinds", "calls_with_named_ends",
    "calls_over_lines",
)  # fmt: skip


def own(name: str) -> Target:
    """A target with one of the templates kept as data."""
    return target_of(name, (OWN / f"{name}.jinja").read_text("utf-8"))


def built(example: Example, target: Target, level: int = 1) -> Build:
    module, _ = load(example.path)
    return compile_module(module, Options(level=level), Choice(target))


def ran(example: Example, target: Target, folder: Path) -> tuple[Any, list[dict[str, Any]], Path]:
    """What the row gave, its calls, and its trace."""
    path = folder / "t.jsonl"
    (result,) = run_traced(built(example, target), example, MockBackend(target), path)
    assert result.error is None, result.error
    return result.result, calls(path), path


@pytest.mark.parametrize(("name", "level"), spread(NAMES, (0, 1, 2)))
def test_calls_are_asked_as_the_template_renders(name: str, level: int, tmp_path: Path) -> None:
    found = judge(written(tmp_path), own(name), tmp_path, level)
    assert found.is_kept, found
    assert found.calls >= 5, found
    ways = {"calls_as_tags": "rendered whole", "calls_alone": "planned"}
    assert found.how == ways.get(name, "composes"), found


FORKED = """
extern def search(query: str) -> str

program p(task: str) -> list[str]:
    user: task
    assistant: step = gen(tools=[search], max_tokens=300)
    if step.name != "":
        tool: "Much is known of it, and all of it is written down here."
        assistant: told = gen(max_tokens=12)
    user: "Two ways?"
    fork way in ["up", "down", "across"]:
        user: way
        assistant: found = gen(tools=[search], tool_choice="required", max_tokens=300)
        tool: "Nothing."
        assistant: answer = gen(max_tokens=6)
    return answer
"""


@pytest.mark.parametrize("name", ["calls_as_json", "calls_as_python"])
def test_what_arms_share_behind_a_call_is_computed_once_and_ahead(
    name: str, tmp_path: Path
) -> None:
    example, target, path = written(tmp_path, FORKED), own(name), tmp_path / "t.jsonl"
    made = built(example, target)
    assert not made.plan.target.whole_render
    for seed in range(4):
        (result,) = run_traced(made, example, MockBackend(target), path, seed=seed)
        assert result.error is None, result.error
        assert mispredicted(path) == []
        assert is_tight(path)
        assert any(line.get("kind") == "prefill" for line in trace_lines(path))


def test_a_template_that_repeats_the_name_of_a_tool_is_rendered_whole_and_that_has_a_place(
    tmp_path: Path,
) -> None:
    """What a result says of the call before it is no text between two turns."""
    made = built(written(tmp_path), own("calls_as_tags"))
    assert made.plan.target.whole_render
    (said,) = [remark for remark in made.context.remarks if "PFX502" in remark.what]
    assert said.span is not None
    assert "tools=[search" in said.span.text


@pytest.mark.parametrize("name", NAMES)
def test_the_conversation_is_that_of_messages_with_calls(name: str, tmp_path: Path) -> None:
    """What a plain client sends, structured calls and results, is what the last call is asked with."""
    target = own(name)
    (_, found, _) = ran(written(tmp_path), target, tmp_path)
    assert conversation(target, found) == target.tokenizer.decode(found[-1]["prompt"])


def conversation(target: Target, found: list[dict[str, Any]]) -> str:
    """The messages of the run as any client has them, rendered by the template alone."""
    assert target.template is not None
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You answer with the help of tools."},
        {"role": "user", "content": ROW["task"]},
    ]
    text = kind = ""
    for call in found[:-1]:
        kind = call.get("constraint", [""])[0]
        if kind == "before_call":
            text = call["texts"][0]
            continue
        if not kind:
            messages.append({"role": "assistant", "content": call["texts"][0]})
        else:
            messages += _called(target, call, text)
        text = ""
    if kind == "before_call":
        messages.append({"role": "assistant", "content": text})
    messages.append({"role": "user", "content": "So?"})
    return target.template.render(messages, add_generation_prompt=True, tools=TOOLS)


def _called(target: Target, call: dict[str, Any], text: str) -> list[dict[str, Any]]:
    from sglc.ir.constrained.calls import ToolSet

    value: Any = ToolSet.of(call["constraint"][1]).parse(call["texts"][0])
    name = value["name"]
    said = {"id": "call00001", "type": "function"} | {
        "function": {"name": name, "arguments": value[name]}
    }
    result = str(HOSTS[name](*value[name].values())) if call["name"] == "step" else "ok"
    return [
        {"role": "assistant", "content": text, "tool_calls": [said]},
        {"role": "tool", "content": result, "tool_call_id": "call00001", "name": name},
    ]


TOOLS: list[Any] = []


@pytest.fixture(autouse=True)
def _tools_of_the_program(tmp_path: Path) -> None:
    from sglc.ir.ops import Const, Turn
    from sglc.ir.structure import walk

    module, _ = load(written(tmp_path).path)
    turns = (op for op in walk(module.programs[0].body) if isinstance(op, Turn))
    first = next(turn.tools for turn in turns if turn.tools is not None)
    assert isinstance(first, Const)
    TOOLS[:] = first.value  # type: ignore[assignment]


def test_predictions_are_exact_and_nothing_is_computed_twice(tmp_path: Path) -> None:
    _, found, path = ran(written(tmp_path), own("calls_as_json"), tmp_path)
    assert [call["name"] for call in found[:3]] == ["step"] * 3
    assert mispredicted(path) == []
    assert is_tight(path)


def test_the_model_may_answer_with_a_call_or_a_text(tmp_path: Path) -> None:
    """Over several runs both happen, and what is said before a call stays in the conversation."""
    target = own("calls_as_json")
    source = SOURCE.replace('tool_choice="required", ', "temperature=0.9, ")
    example, path = written(tmp_path, source), tmp_path / "t.jsonl"
    made = built(example, target)
    names: set[str] = set()
    for seed in range(6):
        (result,) = run_traced(made, example, MockBackend(target), path, seed=seed)
        assert result.error is None, result.error
        names |= set(result.result["names"])
        assert mispredicted(path) == []
    assert "" in names
    assert names - {""}


def test_a_template_that_writes_no_calls_is_refused_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(CompileFailed) as failed:
        built(written(tmp_path), own("trims"))
    (found,) = failed.value.diagnostics
    assert found.code == "SGL2205"
    assert found.labels


def test_an_argument_that_the_template_cannot_write_is_refused_by_name(tmp_path: Path) -> None:
    source = """
extern def add(numbers: list[int]) -> int
program p(task: str) -> str:
    user: task
    assistant: step = gen(tools=[add])
    return step.name
"""
    with pytest.raises(CompileFailed, match="argument `numbers` of `add`"):
        built(written(tmp_path, source), own("calls_as_python"))


# --- published templates --------------------------------------------------------------------------


@pytest.mark.slow
def test_published_templates_are_asked_as_they_render(tmp_path: Path) -> None:
    """All that write calls: the program with three of them keeps every promise."""
    if not templates():
        pytest.skip("needs published templates: `make test-data`")
    verdicts: dict[str, Verdict] = {}
    for name, source in sorted(templates().items()):
        target = target_of(name, source)
        if target.template is not None and target.template.calls.is_known:
            verdicts[name] = judge(written(tmp_path), target, tmp_path)
    refused = {name for name, verdict in verdicts.items() if verdict.how == "refused"}
    assert refused <= {"CohereForAI-c4ai-command-r-plus-tool_use"}, (
        "it wants each argument described"
    )
    ran = {name: verdict for name, verdict in verdicts.items() if name not in refused}
    assert {name: v for name, v in ran.items() if not v.is_kept or v.calls < 5} == {}
    assert len(verdicts) >= 70


# --- a model --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model whose tokenizer has the markers as tokens, with a template that shows calls."""
    template = (OWN / "calls_as_json.jinja").read_text("utf-8")
    return save_marked(tmp_path_factory.mktemp("caller"), ["<tool_call>", "</tool_call>"], template)


def test_a_random_model_is_led_through_a_call(caller: Path, tmp_path: Path) -> None:
    source = SOURCE.replace("max_tokens=600", "max_tokens=60, temperature=1.0")
    source = source.replace("search, convert, now", "convert, now")
    source = source.replace("found = step.search", "found = none").replace(
        "search(found.query)", '"none"'
    )
    source = source.replace("    for i in range(3)", "    for i in range(2)")
    example = written(tmp_path, source)
    backend = EngineBackend(caller, dtype="float32", kv_cache_tokens=4000)
    made = compile_file(example.path, Options(), model=str(caller))
    path = tmp_path / "t.jsonl"
    (result,) = run_traced(made, example, backend, path)
    asyncio.run(backend.close())
    assert result.error is None, result.error
    assert set(result.result["names"]) <= {"convert", "now"}
    first = calls(path)[0]
    decode = made.choice.target.tokenizer.decode
    assert decode(first["prompt"]).endswith('<|turn|>assistant\n<tool_call>\n{"name": "')
    said = json.loads('{"name": "' + first["texts"][0] + "}")
    assert said["name"] == result.result["names"][0]
    assert mispredicted(path) == []


def test_plain_chatml_goes_on_as_hermes_does() -> None:
    template = ChatTemplate.chatml()
    messages = [
        {"role": "user", "content": "Hm?"},
        {"role": "assistant", "content": "Let me see."},
        {"role": "call", "content": 'search", "arguments": {"query": "x"}'},
        {"role": "tool", "content": "found"},
    ]
    assert template.render(messages) == (
        "<|im_start|>user\nHm?<|im_end|>\n"
        '<|im_start|>assistant\nLet me see.\n<tool_call>\n{"name": "search", "arguments": {"query": "x"}}\n'
        "</tool_call><|im_end|>\n<|im_start|>tool\nfound<|im_end|>\n"
    )
