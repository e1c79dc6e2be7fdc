"""What a chat template turns out to be when it is probed: markers, trimming, a refusal, or a difference."""

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sglc.ir.target import ChatTemplate, TemplateError, sandbox
from sglc.ir.target.template import CHATML
from sglc.ir.target.turns import Ask, Order, Role, Trim, Turns, probe
from sglc.ir.target.turns.words import Asked
from sglc.runtime.models.folders import find_model

FOLDER = Path(__file__).parent / "templates"
CHAT: list[Order] = [(None, "user"), ("user", "assistant"), ("assistant", "user")]
WITH_SYSTEM: list[Order] = [(None, "system"), ("system", "user"), *CHAT[1:]]
SMOLLM_SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"


@cache
def template(name: str) -> ChatTemplate:
    """One of the templates kept as data."""
    return ChatTemplate((FOLDER / f"{name}.jinja").read_text("utf-8"), {"bos_token": "<|begin|>"})


def smollm() -> ChatTemplate:
    folder = find_model()
    if folder is None:
        pytest.skip("needs the default model: `make setup`")
    found = ChatTemplate.from_folder(folder)
    assert found
    return found


def test_chatml_is_markers() -> None:
    model = probe(ChatTemplate.chatml(), WITH_SYSTEM)
    assert model.composes
    assert not model.trims_contents
    assert model.openers["user", "assistant"] == "<|im_start|>assistant\n"
    assert set(model.closers.values()) == {"<|im_end|>\n"}


@pytest.mark.model
def test_the_default_model_composes_with_the_system_turn_it_adds() -> None:
    model = probe(smollm(), CHAT)
    assert model.composes
    assert (
        model.openers[None, "user"]
        == f"<|im_start|>system\n{SMOLLM_SYSTEM}<|im_end|>\n<|im_start|>user\n"
    )
    assert probe(smollm(), WITH_SYSTEM).openers["system", "user"] == "<|im_start|>user\n"


def test_an_added_system_turn_belongs_to_the_first_marker() -> None:
    model = probe(template("inserts_system"), CHAT)
    assert model.composes
    assert model.openers[None, "user"].startswith("<|im_start|>system\nYou answer in one sentence.")
    assert model.openers["assistant", "user"] == "<|im_start|>user\n"


def test_trimming_is_found_per_role() -> None:
    assert set(probe(template("trims"), WITH_SYSTEM).trims.values()) == {Trim(True, True)}
    model = probe(template("trims_users"), WITH_SYSTEM)
    assert model.composes
    assert model.trims == {
        "system": Trim(False, True),
        "user": Trim(True, True),
        "assistant": Trim(),
    }


def test_the_begin_token_comes_from_the_template() -> None:
    assert (
        probe(template("trims"), CHAT)
        .openers[None, "user"]
        .startswith("<|begin|><|start_header_id|>user")
    )


def test_contents_that_a_template_looks_into_are_odd() -> None:
    model = probe(template("strips_thinking"), CHAT)
    assert model.composes
    assert [(odd.role, odd.marker) for odd in model.odd] == [("assistant", "</think>")]
    (odd,) = model.odd
    assert odd.holds("assistant", "<think>hm</think>yes")
    assert not odd.holds("user", "<think>hm</think>yes")
    assert not odd.holds("assistant", "yes")


def test_a_generation_prompt_of_its_own_has_a_future_of_its_own() -> None:
    turns = Turns(frozenset(CHAT), frozenset({Ask("assistant", True)}))
    model = probe(template("thinks_first"), turns)
    assert model.is_known
    assert not model.composes
    asked = model.asked(
        Asked(("user", "assistant", "user", "assistant"), True), ["a", "b", "c", ""]
    )
    messages = [
        {"role": r, "content": c} for r, c in zip(("user", "assistant", "user"), "abc", strict=True)
    ]
    assert asked == template("thinks_first").render(messages, add_generation_prompt=True)
    assert asked.count("<think>") == 1


def test_contents_that_vanish_are_odd_and_those_that_move_are_not_known() -> None:
    kinds = {(odd.role, odd.kind) for odd in probe(template("drops_empty"), WITH_SYSTEM).odd}
    assert {("system", "empty"), ("user", "empty")} <= kinds
    mismatch = probe(template("merges_system"), WITH_SYSTEM).mismatch
    assert mismatch
    assert "once, in order" in mismatch.why


def test_the_date_is_always_the_same() -> None:
    dated = template("dated")
    assert dated.reads_clock
    model = probe(dated, WITH_SYSTEM)
    assert model.composes
    assert model.openers[None, "system"] == "<|im_start|>system\nToday is 01 Jan 2026.\n\n"
    assert dated.digest != ChatTemplate(dated.source, dated.tokens, date="2026-01-02").digest


def test_a_refused_order_is_named_once_with_the_words_of_the_template() -> None:
    refusals = probe(
        template("refuses"), [*CHAT, ("user", "user"), (None, "system"), ("system", "user")]
    ).refusals
    assert [(refusal.order, refusal.message) for refusal in refusals] == [
        ((None, "system"), "this model takes no system turn"),
        (("user", "user"), "turns must alternate between user and assistant"),
    ]
    assert probe(template("refuses"), CHAT).composes


ROLES: st.SearchStrategy[Role] = st.sampled_from(["user", "assistant", "system", "tool"])
CONTENTS = st.lists(
    st.sampled_from([" ", "\n", "\t", "a", "b\n", "</think>", "<|im_end|>", "", "{{", "é"])
).map("".join)


@settings(max_examples=60, deadline=None)
@given(
    turns=st.lists(st.tuples(ROLES, CONTENTS), min_size=1, max_size=7),
    name=st.sampled_from(["trims", "trims_users", "inserts_system", None]),
)
def test_pieces_are_what_one_rendering_gives(
    turns: list[tuple[Role, str]], name: str | None
) -> None:
    used = template(name) if name else CHATML_TEMPLATE
    roles: list[Role] = [role for role, _ in turns]
    contents = [content for _, content in turns]
    model = probe(used, EVERY_ORDER)
    assert model.composes
    messages = [{"role": role, "content": content} for role, content in turns]
    closed = model.text(roles, contents)
    following: Order = (roles[-1], "assistant")
    assert used.render(messages) == closed
    assert used.render(messages, add_generation_prompt=True) == closed + model.openers[following]
    if contents[-1].strip():
        assert used.render(messages, continue_final_message=True) == model.text(
            roles, contents, open=True
        )


ALL: list[Role] = ["user", "assistant", "system", "tool"]
EVERY_ORDER: list[Order] = [(before, role) for before in (None, *ALL) for role in ALL]
CHATML_TEMPLATE = ChatTemplate.chatml()


def test_a_template_can_not_reach_out() -> None:
    hostile = ChatTemplate("{{ messages.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(TemplateError, match="unsafe"):
        hostile.render([])
    with pytest.raises(TemplateError, match="unsafe"):
        ChatTemplate("{{ messages.append(1) }}").render([])


LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}INSIDE{% endfor %}{% endfor %}"


@pytest.mark.parametrize("inside", ["", "{{ 'x' * 99999 }}"])
def test_a_template_comes_to_an_end(inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 0.2)
    source = "{% set tick = namespace %}{% set __tick__ = namespace %}" + LOOP
    with pytest.raises(TemplateError, match="end"):
        sandbox.run_template(
            sandbox.compile_template(source.replace("INSIDE", inside), "2026-01-01")
        )


@pytest.mark.parametrize(
    "source", ["{{ 'x' * 10 ** 12 }}", "{{ 9 ** 9999999 }}", "{{ [0] * 999999999 }}"]
)
def test_a_template_computes_nothing_huge(source: str) -> None:
    with pytest.raises(TemplateError, match="huge"):
        ChatTemplate(source).render([])


def test_what_is_no_template_says_so() -> None:
    with pytest.raises(TemplateError, match="not a template"):
        ChatTemplate("{% for %}").render([])


def test_tools_are_json_as_it_is() -> None:
    shown = ChatTemplate("{{ tools | tojson }}").render([], tools=[{"name": "é<b>"}])
    assert shown == '[{"name": "é<b>"}]'


def test_loop_controls_and_generation_tags() -> None:
    body = "{% if loop.index > 1 %}{% break %}{% endif %}{% generation %}{{ m.role }}{% endgeneration %}"
    source = "{% for m in messages %}" + body + "{% endfor %}"
    assert ChatTemplate(source).render([{"role": "user"}, {"role": "tool"}]) == "user"


def test_templates_are_read_from_a_folder(tmp_path: Path) -> None:
    assert ChatTemplate.from_folder(tmp_path) is None
    named = [{"name": "tools", "template": "x"}, {"name": "default", "template": "{{ eos_token }}"}]
    config = json.dumps({"chat_template": named, "eos_token": {"content": "</s>"}})
    (tmp_path / "tokenizer_config.json").write_text(config)
    found = ChatTemplate.from_folder(tmp_path)
    assert found
    assert found.render([]) == "</s>"
    (tmp_path / "chat_template.jinja").write_text(CHATML)
    again = ChatTemplate.from_folder(tmp_path)
    assert again
    assert again.source == CHATML
