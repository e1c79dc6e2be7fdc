"""What a chat template is told: in the source, on the command line and in Python; part of the plan and its digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import sglc as sgl
from sglc.compiler.cli import run as main
from sglc.compiler.driver.compilation import Build, Options, compile_module, load
from sglc.compiler.driver.targets import Choice
from sglc.ir.diagnostic import CompileFailed
from sglc.ir.target import ChatTemplate, Target
from sglc.ir.target.tokenizer import ESTIMATE
from sglc.ir.text.parser import parse_module
from sglc.ir.text.printer import print_module
from sglc.runtime.plan.errors import RunError
from sglc.runtime.plan.file import check_target, decode_plan, encode_plan, plan_digest

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}"
    "{{ strftime_now('%d %b %Y') }}: {% endif %}"
)
PROGRAM = """
template enable_thinking = false
template effort = "low"

program chat(question: str) -> str:
    user: question
    assistant: answer = gen(max_tokens=2)
    return answer
"""


def build(folder: Path, text: str = PROGRAM, **options: Any) -> Build:
    file = folder / "chat.sgl"
    file.write_text(text, "utf-8")
    target = Target("t", Target.estimating().tokenizer, ChatTemplate(TEMPLATE))
    return compile_module(load(file)[0], Options(**options), Choice(target))


def written(made: Build) -> str:
    """The literals of the plan."""
    return "".join(node.text for node in made.plan.nodes if node.kind == "text")


def test_the_source_tells_the_template(tmp_path: Path) -> None:
    made = build(tmp_path)
    assert "<think>\n\n</think>" in written(made)
    assert made.plan.target.arguments == {"enable_thinking": False, "effort": "low"}
    assert print_module(parse_module(print_module(made.module))) == print_module(made.module)


def test_options_come_before_the_source_and_change_the_plan(tmp_path: Path) -> None:
    made, other = build(tmp_path), build(tmp_path, template={"enable_thinking": True})
    assert "<think>" not in written(other)
    assert other.plan.target.arguments == {"enable_thinking": True, "effort": "low"}
    assert plan_digest(made.plan) != plan_digest(other.plan)


def test_the_day_is_part_of_the_plan(tmp_path: Path) -> None:
    made = build(tmp_path, date="2026-03-04")
    assert "04 Mar 2026: " in written(made)
    assert made.plan.target.date == "2026-03-04"


def test_a_plan_is_run_with_what_its_template_was_told(tmp_path: Path) -> None:
    made = build(tmp_path, date="2026-03-04")
    plan = decode_plan(encode_plan(made.plan))
    bare = Target("t", made.choice.target.tokenizer, ChatTemplate(TEMPLATE))
    check_target(plan.target, bare)
    with pytest.raises(RunError):
        check_target(plan.target, bare.told({"builtin_tools": ["search"]}))


def test_telling_a_thing_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CompileFailed) as failed:
        build(tmp_path, PROGRAM + "template effort = 2\n")
    assert failed.value.diagnostics[0].headline == "the chat template is told `effort` twice"


def folder_of_a_model(folder: Path) -> Path:
    """A model folder with tokenizer and template, and no weights."""
    folder.mkdir()
    (folder / "tokenizer.json").write_text(ESTIMATE.read_text("utf-8"), "utf-8")
    config = {"chat_template": TEMPLATE, "eos_token": "<|im_end|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
    return folder


def test_the_command_line_tells_the_template(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = folder_of_a_model(tmp_path / "model")
    file = tmp_path / "chat.sgl"
    file.write_text(PROGRAM, "utf-8")
    told = ["--template", "enable_thinking=true", "--date", "2026-03-04", "--model", str(model)]
    trace, plan = tmp_path / "t.jsonl", tmp_path / "chat.plan.json"
    given = ["question=Hi", "--backend", "mock", "--trace", str(trace)]
    assert main(["build", str(file), "-o", str(plan), *told]) == 0
    assert main(["run", str(plan), *given, "--model", str(model)]) == 0
    assert main(["run", str(file), *given, *told]) == 0
    assert main(["run", str(file), "question=Hi", "--template", "nonsense"]) == 2
    assert "SGL2016" in capsys.readouterr().err
    assert main(["run", str(file), "question=Hi", "--date", "yesterday"]) == 2
    assert "SGL2017" in capsys.readouterr().err


def test_python_tells_the_template() -> None:
    @sgl.function
    def chat(s: Any, question: str) -> None:
        s += sgl.user(question)
        s += sgl.assistant(sgl.gen("answer", max_tokens=2))

    with sgl.Mock() as mock:
        mock.choice = Choice(Target("t", mock.target.tokenizer, ChatTemplate(TEMPLATE)))
        quiet = mock.with_template(enable_thinking=False, date="2026-03-04")
        assert "<think>" not in chat.run("Hi", backend=mock).text()
        text = chat.run("Hi", backend=quiet).text()
        assert "<think>\n\n</think>\n\n04 Mar 2026: " in text
