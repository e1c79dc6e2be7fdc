"""How templates write calls is found by rendering; where it is not, why is said."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from published_templates import templates
from real_templates import target_of

from sglc.ir.constrained.calls import ToolSet, tool_schema
from sglc.ir.target import ChatTemplate
from sglc.ir.target.calls import NAME, Calls, numbered
from sglc.ir.types import BOOL, INT, STR, RecordType

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


TOOLS: list[tuple[str, RecordType]] = [
    ("search", RecordType((("most", INT), ("query", STR)))),
    ("switch", RecordType((("on", BOOL), ("room", STR)))),
]
MADE: list[tuple[str, dict[str, Any]]] = [
    ("search", {"most": 3, "query": "the Eiger"}),
    ("switch", {"on": True, "room": "hall"}),
    ("search", {"most": -1, "query": ""}),
]


def assert_several(template: ChatTemplate) -> None:
    """Calls of one turn stand as the template writes those of one message, behind a text and without one."""
    calls = template.calls
    written = ToolSet(tuple(TOOLS), calls.format).write
    told = [
        tool_schema(name, kind, name, dict.fromkeys(kind_of(name), "?")) for name, kind in TOOLS
    ]
    for said, count in itertools.product(
        ["", "Let me see."] if calls.keeps_text else [""], [1, 2, 3]
    ):
        texts = [written({"name": name, name: given}) for name, given in MADE[:count]]
        question: dict[str, Any] = {"role": "user", "content": "How high?"}
        text = {"role": "assistant", "content": said}
        ours: list[Any] = [
            question,
            *([text] if said else []),
            {"role": "call", "content": calls.between.join(texts)},
        ]
        ours += [{"role": "tool", "content": f"result {n}"} for n in range(count)]
        theirs: list[Any] = [question, message_of(calls, said, count)]
        theirs += [
            {
                "role": "tool",
                "content": f"result {n}",
                "tool_call_id": id_of(calls, n),
                "name": name,
            }
            for n, (name, _) in enumerate(MADE[:count])
        ]
        expected = template.render(theirs, add_generation_prompt=True, tools=told)
        assert template.render(ours, add_generation_prompt=True, tools=told) == expected


def kind_of(name: str) -> list[str]:
    return [field for field, _ in dict(TOOLS)[name].fields]


def id_of(calls: Calls, number: int) -> str:
    return numbered(calls.id, number).replace(NAME, MADE[number][0])


def message_of(calls: Calls, said: str, count: int) -> dict[str, Any]:
    made = [
        {"id": id_of(calls, n), "type": "function",
         "function": {"name": name, "arguments": json.dumps(given) if calls.as_text else given}}
        for n, (name, given) in enumerate(MADE[:count])
    ]  # fmt: skip
    content = said or ("" if calls.is_empty else None)
    return {"role": "assistant", "content": content, "tool_calls": made}


@pytest.mark.parametrize("path", sorted(OWN.glob("calls_*.jinja")), ids=lambda path: path.stem)
def test_several_calls_in_a_turn_are_those_of_one_message(path: Path) -> None:
    template = ChatTemplate(path.read_text("utf-8"))
    assert template.calls.between, template.calls.why_one
    assert_several(template)


@pytest.mark.slow
def test_several_calls_are_those_of_one_message_under_all_published_templates() -> None:
    if not templates():
        pytest.skip("needs published templates: `make test-data`")
    known = 0
    for name, source in sorted(templates().items()):
        template = target_of(name, source).template
        if template is not None and template.calls.between:
            assert_several(template)
            known += 1
    assert known >= 40


def test_what_is_said_of_kinds_and_in_end_tags_is_part_of_the_form() -> None:
    kinds, ends = (
        ChatTemplate((OWN / f"calls_with_{name}.jinja").read_text("utf-8")).calls.format
        for name in ("kinds", "named_ends")
    )
    assert kinds.before("unit", "string") == '<argument key="unit" type="string">'
    assert kinds.before("size", "array") == '<argument key="size" type="array">'
    assert (ends.before("unit", "string"), ends.behind("unit", "string")) == ("<unit>", "</unit>")
