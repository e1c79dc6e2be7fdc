"""A model folder's chat template and named tokens, in every place where models keep them."""

import json
from pathlib import Path

import pytest

from sglc.ir.target import ChatTemplate
from sglc.ir.target.config import end_tokens

SAYS = "{{ bos_token }}{{ messages[0].content }}"
CALLS = "{% for tool in tools %}{{ tool.name }} {% endfor %}" + SAYS
ASKED = [{"role": "user", "content": "Hi"}]
TOOLS = [{"name": "search"}]


def write(folder: Path, **files: object) -> Path:
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{name}.json").write_text(text, "utf-8")
    return folder


def test_of_two_named_templates_the_one_for_tools_is_used_with_tools(tmp_path: Path) -> None:
    named = [{"name": "default", "template": SAYS}, {"name": "tool_use", "template": CALLS}]
    write(tmp_path, tokenizer_config={"chat_template": named, "bos_token": "<s>"})
    template = ChatTemplate.from_folder(tmp_path)
    assert template
    assert template.render(ASKED) == "<s>Hi"
    assert template.render(ASKED, tools=TOOLS) == "search <s>Hi"
    assert template.digest != ChatTemplate(SAYS, template.tokens).digest


def test_named_templates_stand_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_text(SAYS, "utf-8")
    (tmp_path / "additional_chat_templates").mkdir()
    (tmp_path / "additional_chat_templates" / "tool_use.jinja").write_text(CALLS, "utf-8")
    template = ChatTemplate.from_folder(write(tmp_path, tokenizer_config={"bos_token": "<s>"}))
    assert template
    assert template.render(ASKED, tools=TOOLS) == "search <s>Hi"


def test_a_processor_keeps_its_template_in_a_file_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, chat_template={"chat_template": SAYS}, tokenizer_config={"bos_token": "<s>"})
    template = ChatTemplate.from_folder(tmp_path)
    assert template
    assert template.render(ASKED) == "<s>Hi"


@pytest.mark.parametrize(
    "files",
    [
        {"special_tokens_map": {"bos_token": "<s>"}},
        {"special_tokens_map": {"bos_token": {"content": "<s>", "lstrip": False}}},
        {"tokenizer_config": {"extra_special_tokens": {"bos_token": "<s>"}}},
        {"tokenizer_config": {"bos_token": "<s>"}, "special_tokens_map": {"bos_token": "<old>"}},
        {"tokenizer_config": {"bos_token": None}, "special_tokens_map": {"bos_token": "<s>"}},
    ],
)
def test_named_tokens_are_found_wherever_they_are_named(
    files: dict[str, object], tmp_path: Path
) -> None:
    template = ChatTemplate.from_folder(
        write(tmp_path, chat_template={"chat_template": SAYS}, **files)
    )
    assert template
    assert template.render(ASKED) == "<s>Hi"


def test_the_end_token_of_the_older_file_counts_where_no_other_names_one(tmp_path: Path) -> None:
    write(tmp_path, special_tokens_map={"eos_token": "</s>"}, tokenizer_config={})
    assert end_tokens(tmp_path) == ("</s>",)
    write(tmp_path, tokenizer_config={"eos_token": "<|end|>"})
    assert end_tokens(tmp_path) == ("<|end|>",)


def test_arguments_are_variables_of_the_template_and_part_of_its_digest() -> None:
    source = "{{ 'thinks' if enable_thinking is not defined or enable_thinking else 'answers' }}"
    plain, off = ChatTemplate(source), ChatTemplate(source, arguments={"enable_thinking": False})
    assert (plain.render(ASKED), off.render(ASKED)) == ("thinks", "answers")
    assert plain.digest != off.digest


def test_a_day_is_part_of_the_digest_only_where_it_is_read() -> None:
    dated = "{{ strftime_now('%d') }}"
    assert ChatTemplate(dated, date="2026-01-02").render(ASKED) == "02"
    assert ChatTemplate(dated).digest != ChatTemplate(dated, date="2026-01-02").digest
    assert ChatTemplate(SAYS).digest == ChatTemplate(SAYS, date="2026-01-02").digest
