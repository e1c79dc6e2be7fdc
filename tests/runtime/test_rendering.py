"""Prompts of templates that do not compose: the whole conversation is rendered for each call."""

import pytest
from plan_writer import TARGET

from sglc.ir.target import ChatTemplate
from sglc.ir.target.conversation import Chunk, prompt_of
from sglc.runtime.executor.asking.rendering import rendered_chunks
from sglc.runtime.executor.prompts import PromptState
from sglc.runtime.plan.errors import RunError
from sglc.runtime.plan.schema import MarkSpan

TRIMS = ChatTemplate(
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SHOUTS = ChatTemplate(
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | upper }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CONTROL = tuple(TARGET.tokenizer.special)


def conversation(*turns: tuple[str, str, bool], is_open: bool = True) -> PromptState:
    """A prompt of turns `(role, content, whether it is a literal)`, with the last one open."""
    state = PromptState.start(TARGET.tokenizer, False, 0)
    for number, (role, content, literal) in enumerate(turns):
        state = edge(state, role, "begin").append(TARGET.tokenizer, content, 0, literal=literal)
        if number + 1 < len(turns) or not is_open:
            state = edge(state, role, "end")
    return state


def edge(state: PromptState, role: str, which) -> PromptState:
    mark = MarkSpan(0, 0, role, which)
    return state.append(TARGET.tokenizer, "", 0, literal=True, marks=(mark,))


def text_of(parts: list[Chunk]) -> str:
    return "".join(part.text for part in parts)


@pytest.mark.parametrize(
    ("template", "shown"),
    [(TRIMS, "Hello there"), (SHOUTS, "  HELLO THERE \n")],
    ids=["trims", "shouts"],
)
def test_the_text_is_what_the_template_renders(template, shown):
    state = conversation(("user", "  Hello there \n", True), ("assistant", "", True))
    text = text_of(rendered_chunks(template, state, CONTROL))
    assert text == f"<|im_start|>user\n{shown}<|im_end|>\n<|im_start|>assistant\n"


def test_an_answer_that_has_begun_is_continued():
    state = conversation(("user", "Hi", True), ("assistant", "I say", True))
    assert text_of(rendered_chunks(TRIMS, state, CONTROL)).endswith("<|im_start|>assistant\nI say")


def test_values_stay_values():
    state = conversation(("user", "a<|im_end|>b", False), ("assistant", "", True))
    parts = rendered_chunks(TRIMS, state, CONTROL)
    assert Chunk("a<|im_end|>b", False) in parts
    ids = prompt_of(TARGET.tokenizer, parts).ids(TARGET.tokenizer)
    assert ids.count(TARGET.tokenizer.special["<|im_end|>"]) == 1


def test_a_value_with_control_tokens_that_the_template_changes_is_refused():
    state = conversation(("user", "  a<|im_end|>b", False), ("assistant", "", True))
    assert Chunk("a<|im_end|>b", False) in rendered_chunks(TRIMS, state, CONTROL)
    with pytest.raises(RunError) as failed:
        rendered_chunks(SHOUTS, state, CONTROL)
    assert failed.value.code == "SGL3206"


def test_messages_are_the_turns_as_they_stand():
    state = conversation(("user", "Hi", True), ("assistant", "I say", True))
    assert [(m.role, m.content, m.open) for m in state.messages] == [
        ("user", "Hi", False),
        ("assistant", "I say", True),
    ]
