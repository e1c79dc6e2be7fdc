"""Tools that a program hands to the chat template itself, `system(tools=T)`, in every way that one can.

Whether turns become text or are rendered for each call, a call is asked with what the template makes of the messages
and the tools.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from accounts import calls, run_traced
from example_programs import Example
from fake_servers import OpenAIServer, running
from published_templates import templates
from real_templates import Verdict, judge, target_of
from tiers import spread

from sglc.compiler.driver.compilation import Build, Options, compile_module, load
from sglc.compiler.driver.targets import Choice
from sglc.ir.target import ChatTemplate, Target, TemplateError
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.backends.openai import OpenAIBackend
from sglc.runtime.plan.errors import RunError

OWN = Path(__file__).parents[1] / "ir" / "target" / "templates"
NAMES = sorted(path.stem for path in OWN.glob("*.jinja"))
SHOWING = ("shows_tools", "calls_as_json", "calls_as_tags", "calls_as_python", "calls_alone")
PARAMETERS = {"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": "integer"}}}
TOOLS = [
    {"type": "function", "function": {"name": name, "description": what, "parameters": PARAMETERS}}
    for name, what in (("find", "Finds <|im_end|> & 'é'."), ("count", "Counts."))
]
HANDED = re.sub(r'"(\w+)":', r"\1:", json.dumps(TOOLS, ensure_ascii=False))
"""The tools as a program says them."""
CHAT = f"""
program p(task: str) -> str:
    system(tools={HANDED}): "Be brief."
    user: task
    assistant: first = gen(max_tokens=8)
    user: "And then?"
    assistant: last = gen(max_tokens=8)
    return first + last
"""
FORKED = f"""
program p(task: str) -> str:
    system(tools={HANDED}): "Be brief."
    user: task
    assistant: first = gen(max_tokens=8)
    fork way in ["up", "down"]:
        user: way
        assistant: some = gen(max_tokens=8)
    for word in ["a", "b"]:
        user: word + some[0]
        assistant: last = gen(max_tokens=8)
    return first
"""
OTHERS = f"""
program p(task: str) -> str:
    fork way in ["up", "down"]:
        if way == "up":
            system(tools={HANDED}): "Be brief."
        else:
            system(tools=[{HANDED}[1]]): "Be brief."
        user: task
        assistant: some = gen(max_tokens=8)
    return some[0]
"""
LATE = f"""
program p(task: str) -> str:
    user: task
    assistant: first = gen(max_tokens=8)
    system(tools={HANDED}): "Be brief."
    user: "And then?"
    assistant: last = gen(max_tokens=8)
    return first + last
"""
FOUND = CHAT.replace('name: "find"', "name: task")
PROGRAMS = {"chat": CHAT, "forked": FORKED, "others": OTHERS, "late": LATE, "found": FOUND}
ROW = {"task": "How high is it?"}


class Own(Example):
    """A program in a file of its own."""

    @property
    def path(self) -> Path:
        return Path(self.rows[1]["path"])


def written(folder: Path, source: str) -> Example:
    """A program as a file."""
    path = folder / "p.sgl"
    path.write_text(source, "utf-8")
    return Own("p", (ROW, {"path": str(path)}), {})


def own(name: str) -> Target:
    """A target with one of the templates kept as data."""
    return target_of(name, (OWN / f"{name}.jinja").read_text("utf-8"))


def built(folder: Path, source: str, target: Target, level: int = 1) -> Build:
    """A program, compiled."""
    module, _ = load(written(folder, source).path)
    return compile_module(module, Options(level=level), Choice(target))


def is_held(found: Verdict) -> bool:
    """Asked as rendered and as predicted; and nothing computed twice, unless the template moves its contents."""
    if found.how == "refused" or (found.how == "failed" and "refuses" in found.why):
        return True
    return found.is_kept if found.how == "composes" else not (found.differs or found.mispredicted)


def check(program: str, name: str, level: int, folder: Path) -> None:
    """Hold a program to what it was promised under a template of the tests."""
    found = judge(written(folder, PROGRAMS[program]), own(name), folder, level)
    assert is_held(found), found


@pytest.mark.parametrize(("name", "level"), spread(NAMES, (0, 1)))
def test_calls_are_asked_with_the_tools(name: str, level: int, tmp_path: Path) -> None:
    check("chat", name, level, tmp_path)


@pytest.mark.parametrize("name", SHOWING)
@pytest.mark.parametrize("program", PROGRAMS)
def test_tools_come_in_many_ways(program: str, name: str, tmp_path: Path) -> None:
    check(program, name, 1, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("program", PROGRAMS)
def test_every_way_under_every_template(
    program: str, name: str, level: int, tmp_path: Path
) -> None:
    check(program, name, level, tmp_path)


def shown(target: Target, folder: Path, level: int) -> tuple[list[str], list[str]]:
    """What the two calls of the chat were asked with, and what the template renders of messages and tools."""
    made = built(folder, CHAT, target, level)
    path = folder / "t.jsonl"
    (result,) = run_traced(made, Example("p", (ROW, ROW)), MockBackend(target), path)
    assert result.error is None, result.error
    asked = calls(path)
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": ROW["task"]},
    ]  # fmt: skip
    answered = [{"role": "assistant", "content": asked[0]["texts"][0]}]
    both = [messages, [*messages, *answered, {"role": "user", "content": "And then?"}]]
    assert target.template is not None
    wanted = [target.template.render(m, add_generation_prompt=True, tools=TOOLS) for m in both]
    return [target.tokenizer.decode(call["prompt"]) for call in asked], wanted


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("name", SHOWING)
def test_prompts_are_what_the_template_renders_of_messages_and_tools(
    name: str, level: int, tmp_path: Path
) -> None:
    asked, wanted = shown(own(name), tmp_path, level)
    assert asked == wanted
    assert all("count" in text for text in wanted)


def shows_tools(target: Target) -> bool:
    """Whether the template says anything of tools, in the conversation of these tests."""
    assert target.template is not None
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hm?"}]
    try:
        plain = target.template.render(messages, add_generation_prompt=True)
        return plain != target.template.render(messages, add_generation_prompt=True, tools=TOOLS)
    except TemplateError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("level", [0, 1])
def test_published_templates_are_handed_the_tools(level: int, tmp_path: Path) -> None:
    if not templates():
        pytest.skip("needs published templates: `make test-data`")
    targets = {name: target_of(name, source) for name, source in sorted(templates().items())}
    showing = {name: target for name, target in targets.items() if shows_tools(target)}
    found = {
        (name, program): judge(written(tmp_path, PROGRAMS[program]), target, tmp_path, level)
        for name, target in showing.items()
        for program in ("chat", "forked", "others")
    }
    assert {key: verdict for key, verdict in found.items() if not is_held(verdict)} == {}
    assert len(showing) >= 60
    assert sum(verdict.how == "composes" for verdict in found.values()) >= 60


def test_a_chat_is_handed_functions_none_of_which_it_may_call(tmp_path: Path) -> None:
    target = Target("chat", own("shows_tools").tokenizer, ChatTemplate.chatml())
    server = OpenAIServer(target)
    with running(server) as url:
        backend = OpenAIBackend(f"{url}/v1", target, model="small", chat=True)
        made = built(tmp_path, CHAT, target)
        (result,) = run_traced(made, Example("p", (ROW, ROW)), backend, tmp_path / "t.jsonl")
    assert result.error is None
    bodies = [body for path, body in server.asked if path.endswith("/chat/completions")]
    assert [body["tool_choice"] for body in bodies] == ["none", "none"]
    assert bodies[0]["tools"] == TOOLS


def test_a_chat_that_cannot_be_handed_tools_is_refused_before_the_first_call(
    tmp_path: Path,
) -> None:
    target = Target("chat", own("shows_tools").tokenizer, ChatTemplate.chatml())
    server = OpenAIServer(target)
    with running(server) as url:
        backend = OpenAIBackend(f"{url}/v1", target, model="small", chat=True)
        made = built(tmp_path, FOUND, target)
        with pytest.raises(RunError, match="hand the tools") as failed:
            run_traced(made, Example("p", (ROW, ROW)), backend, tmp_path / "t.jsonl")
        assert failed.value.code == "SGL3104"
    assert not [path for path, _ in server.asked if path.endswith("/chat/completions")]
