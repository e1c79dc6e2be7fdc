"""How a model's reasoning is written, found out from its chat template and from a table of families."""

from functools import cache
from pathlib import Path

import pytest

from sglc.ir.sampling import Sampling
from sglc.ir.target import ChatTemplate
from sglc.ir.target.template import CHATML
from sglc.ir.target.thinking import Request
from sglc.ir.target.turns import Ask, Turns, probe
from sglc.ir.target.turns.words import Asked
from sglc.runtime.models.folders import cache_folder

FOLDER = Path(__file__).parent / "templates"
FETCHED = cache_folder().parent / "test-templates"
NAMED = {"bos_token": "<s>", "eos_token": "</s>"}
CHAT = [
    {"role": "user", "content": "2+2?"},
    {"role": "thinking", "content": "Two and two."},
    {"role": "assistant", "content": "4"},
    {"role": "user", "content": "Sure?"},
]
THINKS = Turns(
    frozenset(
        {(None, "user"), ("user", "thinking"), ("thinking", "assistant"), ("assistant", "user")}
    ),
    frozenset({Ask("thinking", True), Ask("assistant", True)}),
)


@cache
def template(name: str) -> ChatTemplate:
    """One of the templates kept as data."""
    return ChatTemplate((FOLDER / f"{name}.jinja").read_text("utf-8"))


def test_a_template_that_shows_reasoning_says_how_it_is_written() -> None:
    found = template("reasons").thinking
    assert (found.opens, found.closes, found.end) == ("<think>\n", "\n</think>\n\n", "</think>")
    assert found.stops == ("\n</think>", "</think>")
    assert (found.on, found.off) == ({"enable_thinking": True}, {"enable_thinking": False})
    assert found.silent == ""  # the template itself writes an answer without


def test_a_template_that_opens_reasoning_itself_is_not_opened_twice() -> None:
    found = template("reasons_at_once").thinking
    assert (found.opens, found.closes) == ("", "\n</think>\n\n")
    assert found.silent == "\n</think>\n\n"


def test_channels_end_at_their_own_marker() -> None:
    found = template("reasons_in_channels").thinking
    assert found.opens == "<|channel|>analysis<|message|>"
    assert found.closes == "<|end|><|start|>assistant<|channel|>final<|message|>"
    assert found.stops == ("<|end|>",)
    assert found.fields == ("thinking",)
    assert found.silent == "<|channel|>final<|message|>"


def test_nothing_is_known_of_a_template_without_reasoning() -> None:
    assert not template("trims").thinking.is_known
    assert ChatTemplate(CHATML).thinking.is_known  # what stands in where no model is at hand


def test_reasoning_is_asked_for_behind_the_generation_prompt() -> None:
    chat, render = CHAT[:1], template("reasons").render
    begun = "<|turn|>user\n2+2?<|end|>\n<|turn|>assistant\n"
    assert render(chat, add_generation_prompt=True, thinking="on") == f"{begun}<think>\n"
    assert (
        render(chat, add_generation_prompt=True, thinking="off")
        == f"{begun}<think>\n\n</think>\n\n"
    )
    thought = f"{begun}<think>\nTwo and two.\n</think>\n\n"
    assert render(CHAT[:2], add_generation_prompt=True) == thought
    assert render(CHAT[:3], continue_final_message=True) == f"{thought}4"
    assert render(CHAT[:2], continue_final_message=True) == f"{begun}<think>\nTwo and two."


def test_history_is_as_the_template_has_it() -> None:
    shown = template("reasons").render(CHAT, add_generation_prompt=True, thinking="on")
    assert "Two and two." not in shown
    assert shown.count("<think>") == 1
    tool = [*CHAT[:3], {"role": "tool", "content": "4"}]
    assert "Two and two." in template("reasons").render(tool, add_generation_prompt=True)


def test_the_model_of_turns_knows_when_reasoning_is_shown() -> None:
    model = probe(template("reasons"), THINKS)
    assert model.is_known
    assert model.drops
    asked = Asked(("user", "thinking", "assistant", "user", "thinking"), True)
    contents = [message["content"] for message in CHAT]
    assert model.asked(asked, [*contents, ""]) == template("reasons").render(
        CHAT, add_generation_prompt=True, thinking="on"
    )
    assert not probe(template("reasons_in_channels"), THINKS).drops


def test_the_budget_stays_when_the_end_is_known() -> None:
    bounded = template("reasons").thinking.bounded(Sampling(max_tokens=7, stop=("x",)))
    assert bounded.max_tokens == 7
    assert bounded.stop == ("\n</think>", "</think>")


def test_a_plain_request_is_left_as_it_is() -> None:
    request = Request(CHAT[:1], add_generation_prompt=True)
    spoken = template("reasons").thinking.spoken(request)
    assert (spoken.request, dict(spoken.arguments), spoken.tail) == (request, {}, "")


PUBLISHED = {
    "Qwen-Qwen3-0.6B": ("<think>\n", "\n</think>\n\n"),
    "Qwen3.5-4B": ("", "\n</think>\n\n"),
    "deepseek-ai-DeepSeek-R1-Distill-Llama-8B": ("", "\n</think>\n\n"),
    "deepseek-ai-DeepSeek-V3.1": ("", "</think>"),
    "GLM-4.6": ("\n<think>", "</think>\n"),
    "HuggingFaceTB-SmolLM3-3B": ("<think>\n", "\n</think>\n"),
    "Kimi-K2-Thinking": ("<think>", "</think>"),
    "NVIDIA-Nemotron-3-Nano-30B-A3B-BF16": ("", "\n</think>\n"),
    "MiniMax-M2": ("", "\n</think>\n\n"),
    "CohereForAI-c4ai-command-r7b-12-2024-tool_use": (
        "<|START_THINKING|>",
        "<|END_THINKING|><|START_RESPONSE|>",
    ),
    "ByteDance-Seed-OSS": ("<seed:think>", "</seed:think>\n"),
    "mistralai-Ministral-3-14B-Reasoning-2512": ("[THINK]", "[/THINK]"),
    "google-gemma-4-31B-it": ("<|channel>thought\n", "\n<channel|>"),
    "openai-gpt-oss-120b": (
        "<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_templates(name: str) -> None:
    file = FETCHED / f"{name}.jinja"
    if not file.is_file():
        pytest.skip("needs published templates: `make test-data`")
    found = ChatTemplate(file.read_text("utf-8"), NAMED).thinking
    assert (found.opens, found.closes) == PUBLISHED[name]
    assert found.end
    assert found.end in found.closes
