"""How templates write calls is found by rendering; where it is not, why is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from sglc.ir.target import ChatTemplate
from sglc.ir.target.calls import Calls

OWN = Path(__file__).parent / "templates"
PLAIN = "{% for m in messages %}<|{{ m.role }}|>{{ m.content or '' }}CALL<|end|>{% endfor %}PROMPT"
AS_JSON = (
    "{% for c in m.tool_calls or [] %}<call>{{ c.function.name }}:"
    "{{ c.function.arguments | tojson }}</call>{% endfor %}"
)
ASKS = "{% if add_generation_prompt %}<|assistant|>{% endif %}"


def found(call: str, prompt: str = ASKS) -> Calls:
    """What is found of a template that writes calls and generation prompts in some way."""
    return ChatTemplate(PLAIN.replace("CALL", call).replace("PROMPT", prompt)).calls


def test_a_call_stands_behind_the_header_of_its_turn_wherever_that_was_when_it_was_asked() -> None:
    """An instruction that is always last stands before the generation prompt, and not before the call."""
    assert found(AS_JSON).opens == "<call>"
    assert found(AS_JSON, "<|system|>Act, or answer.<|end|>" + ASKS).opens == "<call>"


def test_a_call_is_told_from_the_end_of_an_answer() -> None:
    ends = "<end>answer</end>"
    call = "{% if m.tool_calls %}" + ends + AS_JSON + "{% else %}" + ends + "{% endif %}"
    assert found(call).marker == ends + "<call>"


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("", "it does not show a call and its result"),
        ("{{ raise_exception('no calls here') if m.tool_calls }}", "the template says: no calls here"),
        ("{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}",
         "nothing but a tool's name tells a call from a text"),
        (AS_JSON.replace("<call>", "<call to={{ c.function.name }}>"),
         "it writes the name of a tool before the model begins its call"),
        (AS_JSON.replace("| tojson", "| join('+')"), "it does not show a call and its result"),
        (AS_JSON.replace("arguments | tojson", "arguments.qza"),
         "it writes arguments in a way that could not be read again"),
    ],
)  # fmt: skip
def test_why_calls_are_not_known_is_said(call: str, why: str) -> None:
    calls = found(call)
    assert not calls.is_known
    assert calls.why == why


def test_what_is_said_of_kinds_and_in_end_tags_is_part_of_the_form() -> None:
    kinds, ends = (
        ChatTemplate((OWN / f"calls_with_{name}.jinja").read_text("utf-8")).calls.format
        for name in ("kinds", "named_ends")
    )
    assert kinds.before("unit", "string") == '<argument key="unit" type="string">'
    assert kinds.before("size", "array") == '<argument key="size" type="array">'
    assert (ends.before("unit", "string"), ends.behind("unit", "string")) == ("<unit>", "</unit>")
