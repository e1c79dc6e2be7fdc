"""Calls that think first: what is asked, what stands beside the answer, and what history has of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from accounts import calls, mispredicted, run_traced, trace_lines
from example_programs import Example
from published_templates import templates
from real_templates import judge, target_of
from tiny_models import save_marked

import sglc as sgl
from sglc.compiler.driver.compilation import Build, Options, compile_file, compile_module, load
from sglc.compiler.driver.targets import Choice
from sglc.ir.diagnostic import CompileFailed
from sglc.ir.ops import Gen
from sglc.ir.span import Source
from sglc.ir.structure import walk
from sglc.ir.target import ChatTemplate, Target, Tokenizer
from sglc.lang.compile import compile_source
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.backends.mock import MockBackend

OWN = Path(__file__).parents[1] / "ir" / "target" / "templates"
VIEWS = ["Is it right?", "Is there a simpler way?"]
ROW = {"question": "How many legs have three cats?", "views": VIEWS}
THINK = Example("think", (ROW, ROW))
NAMES = ("reasons", "reasons_at_once", "reasons_in_channels")
LOOP = """
program p(questions: list[str], twice: bool) -> {first: str, thoughts: list[str], last: str}:
    answer = ""
    for question in questions:
        user: question
        assistant: answer = gen(thinking="on", max_thinking_tokens=6, max_tokens=4)
        if twice:
            user: "Again."
            assistant: answer = gen(thinking="on", max_thinking_tokens=4, max_tokens=4, temperature=0.7)
    user: "Three of them."
    fork 2:
        assistant: guess: "yes" | "no" = gen(thinking="on", max_thinking_tokens=5, temperature=0.8)
    parallel:
        arm:
            assistant: left = gen(thinking="on", max_thinking_tokens=3, max_tokens=3)
        arm:
            assistant: right = gen(thinking="off", max_tokens=3)
    return {first: left.thinking, thoughts: guess.thinking, last: answer}
"""


def own(name: str) -> Target:
    """A target with one of the templates kept as data."""
    return target_of(name, (OWN / f"{name}.jinja").read_text("utf-8"))


def built(source: str, target: Target, folder: Path, level: int = 1) -> Build:
    """A program under a target."""
    path = folder / "p.sgl"
    path.write_text(source, "utf-8")
    module, _ = load(path)
    return compile_module(module, Options(level=level), Choice(target))


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_the_example_is_asked_as_its_template_renders(
    name: str, level: int, tmp_path: Path
) -> None:
    found = judge(THINK, own(name), tmp_path, level)
    assert found.how in ("composes", "planned"), found
    assert found.is_tight, found
    assert not found.differs, found
    if (
        name != "reasons_at_once"
    ):  # the marks between its turns hold no seam: what is alike there is found by chance
        assert found.is_kept, found


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(templates()) or ["none"])
def test_published_templates_are_asked_as_they_render(name: str, tmp_path: Path) -> None:
    source = templates().get(name)
    if source is None:
        pytest.skip("needs published templates: `make test-data`")
    target = target_of(name, source)
    if target.template is None or not target.template.thinking.is_known:
        pytest.skip("shows no reasoning")
    found = judge(THINK, target, tmp_path)
    assert found.how in ("composes", "planned", "rendered whole"), found
    assert (found.differs, found.calls) == (0, 5), found


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("name", NAMES)
def test_names_of_loops_arms_and_branches_have_their_reasoning(
    name: str, level: int, tmp_path: Path
) -> None:
    made = built(LOOP, own(name), tmp_path, level)
    row = {"questions": ["One?", "Two?"], "twice": True}
    path = tmp_path / "t.jsonl"
    (result,) = run_traced(made, Example("p", (row, row)), MockBackend(made.choice.target), path)
    said: dict[str, list[str]] = {}
    for call in calls(path):
        said.setdefault(call["name"], []).append(call["texts"][0])
    assert result.error is None
    assert sorted(result.result["thoughts"]) == sorted(said["guess.thinking"])
    assert result.result["first"] == said["left.thinking"][0]
    assert result.result["last"] == said["answer"][-1]
    assert len(said["answer.thinking"]) == 4
    assert mispredicted(path) == []


def test_reasoning_of_a_name_that_is_bound_again_is_none(tmp_path: Path) -> None:
    source = """
program p() -> str:
    user: "Hm?"
    assistant: x = gen(thinking="on", max_thinking_tokens=4, max_tokens=2)
    x = "again"
    return x.thinking
"""
    made, path = built(source, own("reasons"), tmp_path), tmp_path / "t.jsonl"
    (result,) = run_traced(made, Example("p", ({}, {})), MockBackend(made.choice.target), path)
    assert result.result == ""


def test_options_that_a_program_computes_are_those_of_the_reasoning_as_well() -> None:
    source = """
program p(n: int, t: float) -> str:
    user: "Hm?"
    assistant: x = gen(thinking="on", max_thinking_tokens=n, temperature=t, max_tokens=2 * n)
    return x
"""
    module, _ = compile_source(Source("t.sgl", source))
    assert module is not None
    body = module.program("p").body
    thought, answer = [op for op in walk(body) if isinstance(op, Gen)]
    n, t = body.args
    assert dict(thought.dynamic) == {"max_tokens": n, "temperature": t}
    assert dict(answer.dynamic).keys() == {"max_tokens", "temperature"}
    assert dict(answer.dynamic)["max_tokens"] is not n


def test_reasoning_is_apart_in_trace_and_stream() -> None:
    with sgl.Mock() as mock:
        state = asked.run("2+2?", backend=mock, stream=True, run_seed=3)
        streamed = "".join(state.text_iter("answer"))
        thought = "".join(state.text_iter("answer_reasoning_content"))
        assert (streamed, thought) == (state["answer"], state.thinking("answer"))
        info, call = state.get_meta_info("answer"), state.meta("answer_reasoning_content")
        assert call is not None
        assert info["reasoning_tokens"] == len(call.outputs[0])
        assert state["answer"] not in ("", thought)


@sgl.function
def asked(s: Any, question: str) -> None:
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("answer", thinking="on", max_thinking_tokens=6, max_tokens=5))


@sgl.function
def separated(s: Any, question: str) -> None:
    s += sgl.system("Think.")
    s += sgl.user(question)
    s += sgl.assistant(sgl.separate_reasoning(sgl.gen("a", max_tokens=6), model_type="qwen3"))
    s += sgl.user("And?")
    s += sgl.assistant(sgl.gen_int("b", thinking="on", max_thinking_tokens=3, max_tokens=4))
    for number in range(2):
        s += sgl.user(f"Once more: {number}")
        s += sgl.assistant(sgl.gen("c", thinking="off", max_tokens=3))


def test_python_asks_the_same_compiled_and_direct() -> None:
    runs = []
    for mode in ("compiled", "direct"):
        with sgl.Mock() as mock:
            state = separated.run("2+2?", backend=mock, mode=mode, run_seed=5)
            assert state.error() is None
            asks = [(call.name, call.site, call.prompt, call.texts) for call in state.trace.calls]
            runs.append((asks, {name: state[name] for name in state.keys()}, state.messages()))
    assert runs[0] == runs[1]
    names = [ask[0] for ask in runs[0][0]]
    assert names == ["a_reasoning_content", "a", "b_reasoning_content", "b", "c", "c"]


def test_python_says_what_cannot_be_asked() -> None:
    with pytest.raises(ValueError, match="has a name"):
        sgl.gen(thinking="on")
    with pytest.raises(ValueError, match="the arms of a fork do"):
        sgl.gen("x", thinking="on", n=2)


def test_a_template_without_reasoning_is_refused_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(CompileFailed) as failed:
        built(LOOP, own("trims"), tmp_path)
    (found,) = failed.value.diagnostics
    assert found.code == "SGL2204"
    assert found.labels


def test_what_history_loses_is_said(tmp_path: Path) -> None:
    module, _ = load(THINK.path)
    made = compile_module(module, Options(), Choice(own("reasons")))
    assert any("in another way" in remark.what for remark in made.context.remarks)
    kept = compile_module(module, Options(), Choice(own("reasons_in_channels")))
    assert not any("in another way" in remark.what for remark in kept.context.remarks)


# --- a model --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def thinker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model whose tokenizer has the markers as tokens, with a template that shows reasoning."""
    template = (OWN / "reasons.jinja").read_text("utf-8")
    return save_marked(tmp_path_factory.mktemp("thinker"), ["<think>", "</think>"], template)


def test_a_random_model_is_led_through_the_markers(thinker: Path, tmp_path: Path) -> None:
    backend = EngineBackend(thinker, dtype="float32", kv_cache_tokens=4000)
    made = compile_file(THINK.path, Options(), model=str(thinker))
    path = tmp_path / "t.jsonl"
    (result,) = run_traced(made, THINK, backend, path)
    asyncio.run(backend.close())
    assert result.error is None, result.error
    assert isinstance(result.result["answer"], int)
    decode = made.choice.target.tokenizer.decode
    first, answer = calls(path)[:2]
    assert decode(first["prompt"]).endswith("<|turn|>assistant\n<think>\n")
    behind = decode(answer["prompt"])[len(decode(first["prompt"])) :]
    assert behind == first["texts"][0] + "\n</think>\n\n"
    assert mispredicted(path) == []


def test_reasoning_ends_where_the_model_ends_it(thinker: Path) -> None:
    """A model that writes its end marker is not given another one."""
    from sglc.ir.sampling import Sampling
    from sglc.ir.target.stopping import StopTracker

    tokenizer = Tokenizer.from_file(thinker)
    template = ChatTemplate.from_folder(thinker)
    assert template is not None
    for text in ("So it is 4.\n</think>\n\n4", "So it is 4.</think>4"):
        tracker = StopTracker(tokenizer, template.thinking.bounded(Sampling(max_tokens=99)))
        library_ids = tokenizer.encode((_part(text),), continuation=True)
        for token in library_ids:
            if tracker.feed(token):
                break
        assert tracker.completion().text == "So it is 4."


def _part(text: str) -> Any:
    from sglc.ir.target import Part

    return Part(text, True)


def test_the_budget_is_the_bound_of_the_call(tmp_path: Path) -> None:
    made, path = built(LOOP, own("reasons"), tmp_path), tmp_path / "t.jsonl"
    row = {"questions": ["One?"], "twice": False}
    run_traced(made, Example("p", (row, row)), MockBackend(made.choice.target), path)
    thoughts = [c for c in calls(path) if c["name"] == "answer.thinking"]
    assert [call["sampling"]["max_tokens"] for call in thoughts] == [6]
    assert all(len(call["outputs"][0]) <= 6 for call in thoughts)
    assert {line["type"] for line in trace_lines(path)} >= {"call"}


def test_a_chat_service_is_refused_before_the_first_call(tmp_path: Path) -> None:
    from sglc.runtime.backend import Capabilities
    from sglc.runtime.executor.capabilities import check_capabilities
    from sglc.runtime.plan.errors import RunError

    chat: Any = SimpleNamespace(name="chat", capabilities=Capabilities(token_ids=False, chat=True))
    for told, what in (("on", "keep reasoning apart"), ("off", "be told to answer without")):
        source = f'program p() -> str:\n    user: "Hm?"\n    assistant: x = gen(thinking="{told}")\n    return x\n'
        made = built(source, own("reasons"), tmp_path)
        with pytest.raises(RunError, match=what) as failed:
            check_capabilities(made.plan, chat)
        assert failed.value.record.code == "SGL3104"
