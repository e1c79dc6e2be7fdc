"""Calls of tools by chat services: what is sent, what comes back, and how the conversation goes on."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from accounts import calls, run_traced
from anthropic.types import Message as OfficialMessage
from example_programs import Example
from fake_anthropic import AnthropicServer
from fake_servers import OpenAIServer, running
from official_types import Official
from openai.types.chat import ChatCompletion
from openai.types.chat import completion_create_params as chats
from plan_writer import TARGET

import sglc as sgl
from sglc.compiler.driver.compilation import Options, compile_module, load
from sglc.compiler.driver.targets import Choice
from sglc.ir.target import ChatTemplate, Target
from sglc.runtime.backends.anthropic import AnthropicBackend
from sglc.runtime.backends.openai import OpenAIBackend
from sglc.runtime.plan.errors import RunError

CHAT = Target("chat", TARGET.tokenizer, ChatTemplate.chatml())
SOURCE = """
extern def search(query: str) -> str
extern def convert(amount: int, unit: "miles" | "feet") -> float

program p(question: str) -> {steps: list[{name: str, text: str}], amount: int, last: str}:
    system: "Use tools."
    user: question
    steps = []
    amount = 0
    for i in range(3):
        assistant: step = gen(tools=[search, convert], max_tokens=40)
        steps = steps + [{name: step.name, text: step.text}]
        found = step.search
        given = step.convert
        if found != none:
            tool: search(found.query)
        elif given != none:
            amount = given.amount
            tool: convert(given.amount, given.unit)
        else:
            break
    user: "Search once more."
    assistant: sure = gen(tools=[search], tool_choice="required", max_tokens=40)
    tool: "nothing"
    assistant: last = gen(max_tokens=8)
    return {steps, amount, last}
"""
HOSTS: dict[str, Any] = {
    "search": lambda query: f"Found {query}.",
    "convert": lambda amount, unit: 2.5,
}
ROW = {"question": "How high is it?"}
Said = tuple[Any, ...]
"""A text, and the names and arguments of the tools that are called behind it."""
SCRIPT: list[Said] = [
    ("Let me see.", "search", {"query": "Eiger"}),
    ("", "convert", {"amount": 3967, "unit": "feet"}),
    ("It is high.",),
    ("", "search", {"query": "more"}),
    ("Bye.",),
]
"""What the service says."""


def called(said: Said) -> list[tuple[str, Any]]:
    """The tools that are called, with their arguments."""
    return list(zip(said[1::2], said[2::2], strict=True))


@dataclass
class CallingOpenAI(OpenAIServer):
    """Says what a script has, in the words of the official types."""

    script: list[Said] = field(default_factory=lambda: [*SCRIPT])
    extra: frozenset[str] = frozenset()

    def post(self, path: str, body: Any) -> Any:
        if not path.endswith("/chat/completions"):
            return super().post(path, body)
        Official(chats.CompletionCreateParamsNonStreaming, self.extra).check(body)
        said = self.script.pop(0)
        message: dict[str, Any] = {"role": "assistant", "content": said[0] or None}
        functions = [{"name": n, "arguments": json.dumps(given)} for n, given in called(said)]
        if functions:
            message["tool_calls"] = [
                {"id": f"theirs{n}", "type": "function", "function": each}
                for n, each in enumerate(functions)
            ]
        reason = "tool_calls" if functions else "stop"
        answer = {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": "small",
            "choices": [
                {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
            ],
        }
        ChatCompletion.model_validate(answer)
        return answer


@dataclass
class CallingAnthropic(AnthropicServer):
    """The same as Anthropic's API says it; bodies are held to its types."""

    script: list[Said] = field(default_factory=lambda: [*SCRIPT])

    def post(self, path: str, body: Any) -> Any:
        from fake_anthropic import _official

        _official(body)
        said = self.script.pop(0)
        content: list[dict[str, Any]] = [{"type": "text", "text": said[0]}] if said[0] else []
        content += [
            {"type": "tool_use", "id": f"theirs{n}", "name": name, "input": given}
            for n, (name, given) in enumerate(called(said))
        ]
        answer = {
            "id": "msg",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": "tool_use" if called(said) else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 5, "output_tokens": 5},
        }
        OfficialMessage.model_validate(answer)
        return answer


def ran(folder: Path, backend: Any, source: str = SOURCE) -> tuple[Any, list[dict[str, Any]]]:
    """What the row gave, and its calls."""
    path = folder / "p.sgl"
    path.write_text(source, "utf-8")
    made = compile_module(load(path)[0], Options(), Choice(CHAT))
    trace = folder / "t.jsonl"
    (result,) = run_traced(made, Example("p", (ROW, ROW), HOSTS), backend, trace)
    return result, calls(trace)


def chat_bodies(server: Any, end: str) -> list[dict[str, Any]]:
    return [body for path, body in server.asked if path.endswith(end)]


def check(result: Any, found: list[dict[str, Any]]) -> None:
    """The value of each answer is that of the language, whoever gave it."""
    assert result.error is None, result.error
    assert result.result == {
        "steps": [
            {"name": "search", "text": "Let me see."},
            {"name": "convert", "text": ""},
            {"name": "", "text": "It is high."},
        ],
        "amount": 3967,
        "last": "Bye.",
    }
    names = ["step.text", "step", "step.text", "step", "step.text", "sure", "last"]
    assert [call["name"] for call in found] == names


@pytest.mark.parametrize("owner", ["hosted", "vllm", "litellm"])
def test_an_openai_chat_is_told_of_tools_and_gives_calls(owner: str, tmp_path: Path) -> None:
    server = CallingOpenAI(CHAT, owner=owner, extra=frozenset({"prompt_cache_key"}))
    with running(server) as url:
        backend = OpenAIBackend(f"{url}/v1", CHAT, model="small", chat=True, dialect=owner)
        result, found = ran(tmp_path, backend)
    check(result, found)
    bodies = chat_bodies(server, "/chat/completions")
    assert [body["tool_choice"] for body in bodies] == ["auto", "auto", "auto", "required", "none"]
    assert all(body["parallel_tool_calls"] is False for body in bodies[:-1])
    function = bodies[0]["tools"][1]["function"]
    assert function["name"] == "convert"
    assert function["parameters"]["properties"]["amount"] == {"type": "integer"}
    assert function.get("strict", False) is (owner == "hosted")
    assert [tool["function"]["name"] for tool in bodies[3]["tools"]] == ["search"]
    messages = bodies[-1]["messages"]
    assert [message["role"] for message in messages] == [
        "system", "user", "assistant", "tool", "assistant", "tool", "assistant", "user", "assistant", "tool",
    ]  # fmt: skip
    assert messages[2]["content"] == "Let me see."
    called = messages[2]["tool_calls"][0]
    assert called["function"] == {"name": "search", "arguments": '{"query": "Eiger"}'}
    assert messages[3] == {"role": "tool", "content": "Found Eiger.", "tool_call_id": called["id"]}
    assert messages[4]["tool_calls"][0]["id"] == messages[5]["tool_call_id"] != called["id"]
    for earlier, later in itertools.pairwise(bodies):  # what was sent stays as it was
        assert later["messages"][: len(earlier["messages"])] == earlier["messages"]


def test_anthropic_is_told_of_tools_and_gives_calls(tmp_path: Path) -> None:
    server = CallingAnthropic(CHAT)
    with running(server) as url:
        backend = AnthropicBackend(CHAT, model="claude-opus-4-8", base_url=url)
        result, found = ran(tmp_path, backend)
    check(result, found)
    bodies = chat_bodies(server, "/v1/messages")
    kinds = [body["tool_choice"]["type"] for body in bodies]
    assert kinds == ["auto", "auto", "auto", "any", "none"]
    assert all(body["tool_choice"]["disable_parallel_tool_use"] for body in bodies[:-1])
    assert bodies[0]["tools"][0]["input_schema"]["required"] == ["query"]
    messages = bodies[-1]["messages"]
    assert [block["type"] for block in messages[1]["content"]] == ["text", "tool_use"]
    use = messages[1]["content"][1]
    assert (use["name"], use["input"]) == ("search", {"query": "Eiger"})
    (given,) = messages[2]["content"]
    assert (given["tool_use_id"], given["content"]) == (use["id"], "Found Eiger.")
    assert [block["type"] for block in messages[3]["content"]] == ["tool_use"]


SEVERAL = """
extern def search(query: str) -> str
extern def convert(amount: int, unit: "miles" | "feet") -> float

program p(question: str) -> {names: list[str], texts: list[str], last: str}:
    system: "Use tools."
    user: question
    names = []
    texts = []
    for i in range(2):
        assistant: step = gen(tools=[search, convert], parallel_tool_calls=true, max_tokens=40)
        texts = texts + [step.text]
        for call in step.calls:
            names = names + [call.name]
            found = call.search
            given = call.convert
            if found != none:
                tool: search(found.query)
            elif given != none:
                tool: convert(given.amount, given.unit)
    user: "Once more."
    assistant: sure = gen(tools=[search], tool_choice="required", parallel_tool_calls=true, max_tokens=40)
    for call in sure.calls:
        tool: "nothing"
    assistant: last = gen(max_tokens=8)
    return {names, texts, last}
"""
SEVERAL_SAID: list[Said] = [
    ("Both.", "search", {"query": "Eiger"}, "convert", {"amount": 3967, "unit": "feet"}),
    ("That is all.",),
    ("", "search", {"query": "x"}, "search", {"query": "y"}, "search", {"query": "z"}),
    ("Bye.",),
]


def check_several(result: Any, found: list[dict[str, Any]]) -> None:
    assert result.error is None, result.error
    assert result.result == {
        "names": ["search", "convert"],
        "texts": ["Both.", "That is all."],
        "last": "Bye.",
    }
    turn = ["step.call", "step.call.more"]
    third = ["sure.call", "sure.call.more"] * 3
    names = ["step.text", *turn, *turn, "step.text", *third, "last"]
    assert [call["name"] for call in found] == names


def test_an_openai_chat_gives_several_calls_in_one_answer(tmp_path: Path) -> None:
    extra = frozenset({"prompt_cache_key"})
    server = CallingOpenAI(CHAT, owner="hosted", extra=extra, script=[*SEVERAL_SAID])
    with running(server) as url:
        backend = OpenAIBackend(f"{url}/v1", CHAT, model="small", chat=True, dialect="hosted")
        check_several(*ran(tmp_path, backend, SEVERAL))
    bodies = chat_bodies(server, "/chat/completions")
    assert [body.get("parallel_tool_calls") for body in bodies] == [True, True, True, None]
    messages = bodies[-1]["messages"]
    assert [message["role"] for message in messages] == [
        "system", "user", "assistant", "tool", "tool", "assistant", "user", "assistant", "tool", "tool", "tool",
    ]  # fmt: skip
    first, third = messages[2]["tool_calls"], messages[7]["tool_calls"]
    assert messages[2]["content"] == "Both."
    assert [each["function"]["name"] for each in first] == ["search", "convert"]
    given = [(m["tool_call_id"], m["content"]) for m in messages if m["role"] == "tool"]
    assert [id for id, _ in given] == [each["id"] for each in (*first, *third)]
    assert len({id for id, _ in given}) == 5
    assert [content for _, content in given] == ["Found Eiger.", "2.5", *["nothing"] * 3]
    for earlier, later in itertools.pairwise(bodies):  # what was sent stays as it was
        assert later["messages"][: len(earlier["messages"])] == earlier["messages"]


def test_anthropic_gives_several_calls_and_takes_their_results_in_one_message(
    tmp_path: Path,
) -> None:
    server = CallingAnthropic(CHAT, script=[*SEVERAL_SAID])
    with running(server) as url:
        backend = AnthropicBackend(CHAT, model="claude-opus-4-8", base_url=url)
        check_several(*ran(tmp_path, backend, SEVERAL))
    bodies = chat_bodies(server, "/v1/messages")
    choices = [body["tool_choice"].get("disable_parallel_tool_use") for body in bodies]
    assert choices == [False, False, False, None]
    messages = bodies[-1]["messages"]
    assert [block["type"] for block in messages[1]["content"]] == ["text", "tool_use", "tool_use"]
    uses, given = messages[1]["content"][1:], messages[2]["content"]
    assert [block["tool_use_id"] for block in given] == [use["id"] for use in uses]
    assert [block["content"] for block in given] == ["Found Eiger.", "2.5"]
    assert [block["type"] for block in messages[-1]["content"]] == ["tool_result"] * 3


def search(query: str) -> str:
    return f"Found {query}."


@sgl.function
def agent(s: Any, question: str) -> None:
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("step", tools=[search], max_tokens=40))
    s += sgl.tool(search(**s["step"]["search"]))
    s += sgl.assistant(sgl.gen("last", max_tokens=8))


@pytest.mark.parametrize("mode", ["compiled", "direct"])
def test_a_python_program_is_asked_the_same_in_both_modes(mode: str) -> None:
    server = CallingOpenAI(CHAT, owner="vllm", script=[SCRIPT[0], SCRIPT[4]])
    with running(server) as url:
        backend = sgl.OpenAI("small", base_url=f"{url}/v1", is_chat_model=True)
        state = agent.run("How high?", backend=backend, mode=mode)
        assert state["step"] == {
            "name": "search",
            "text": "Let me see.",
            "search": {"query": "Eiger"},
        }
        assert state["last"] == "Bye."
        backend.shutdown()
    first, last = chat_bodies(server, "/chat/completions")
    assert (first["tool_choice"], last["tool_choice"]) == ("auto", "none")
    assert [message["role"] for message in last["messages"]] == ["user", "assistant", "tool"]


@pytest.mark.parametrize(
    ("said", "code", "message"),
    [
        ([("", "search", {"query": 3})], "SGL3202", "no call of a tool"),
        ([("", "delete", {})], "SGL3202", "no call of a tool"),
        ([("", "search", {"query": "a"}, "search", {"query": "b"})], "SGL3105", "2 tools at once"),
    ],
)
def test_a_call_that_fits_no_tool_is_an_error_of_the_row(
    said: list[Said], code: str, message: str, tmp_path: Path
) -> None:
    server = CallingOpenAI(CHAT, owner="hosted", script=said)
    with running(server) as url:
        backend = OpenAIBackend(f"{url}/v1", CHAT, model="small", chat=True, dialect="hosted")
        result, _ = ran(tmp_path, backend)
    assert result.error is not None
    assert result.error.code == code
    assert message in result.error.message


def test_thinking_before_a_call_is_refused_before_the_first_call(tmp_path: Path) -> None:
    source = SOURCE.replace("convert], max", 'convert], thinking="on", max')
    server = CallingAnthropic(CHAT)
    with running(server) as url:
        backend = AnthropicBackend(CHAT, model="claude-opus-4-8", base_url=url)
        with pytest.raises(RunError, match="think before it calls a tool") as failed:
            ran(tmp_path, backend, source)
    assert failed.value.code == "SGL3104"
    assert failed.value.span is not None
    assert chat_bodies(server, "/v1/messages") == []


def test_tools_that_are_no_functions_are_refused_with_a_place(tmp_path: Path) -> None:
    source = """
program p(question: str) -> str:
    system(tools=["search(query)"]): "Use tools."
    user: question
    assistant: last = gen(max_tokens=8)
    return last
"""
    server = CallingOpenAI(CHAT, owner="hosted")
    with running(server) as url:
        backend = OpenAIBackend(f"{url}/v1", CHAT, model="small", chat=True, dialect="hosted")
        with pytest.raises(RunError, match="hand the tools") as failed:
            ran(tmp_path, backend, source)
    assert failed.value.span is not None
