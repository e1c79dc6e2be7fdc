"""Programs compiled for awkward chat templates: every call is asked with what the template renders."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from accounts import calls, mispredicted, run_traced, trace_lines
from example_programs import Example
from tokenizers import Tokenizer as Backend

from sglc.compiler.driver.compilation import Build, Options, compile_module, load
from sglc.compiler.driver.targets import Choice
from sglc.compiler.running.execution import Job, execute_job
from sglc.ir.target import ChatTemplate, Target
from sglc.ir.target.tokenizer import ESTIMATE
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.batch.rows import rows_of

TEMPLATES = Path(__file__).parents[1] / "ir" / "target" / "templates"
PROGRAM = """
program interview(topic: str, name: str) -> {first: str, second: str, third: str, last: str}:
    system: "You interview {name}.  "
    user: "  Ask about {topic}.\\n"
    assistant: first = gen(max_tokens=6)
    user: topic
    assistant:
        "Thought: "
        second = gen(max_tokens=5)
        "\\n Answer:"
        third = gen(max_tokens=4)
    user: "Thanks."
    assistant: last = gen(max_tokens=3)
    return {first, second, third, last}
"""
ROWS = (
    {"topic": "rivers", "name": "Ada"},
    {"topic": " <think>hm</think>\n bridges \n", "name": "Bob"},
)
SAMPLE = Example("interview", ROWS)


def target(name: str) -> Target:
    source = (TEMPLATES / f"{name}.jinja").read_text("utf-8")
    return Target(
        name, Target.estimating().tokenizer, ChatTemplate(source, {"bos_token": "<|endoftext|>"})
    )


def build(name: str, folder: Path, level: int) -> Build:
    file = folder / "interview.sgl"
    file.write_text(PROGRAM, "utf-8")
    module, warnings = load(file)
    return compile_module(module, Options(level=level), Choice(target(name)), warnings)


def asked(made: Build, path: Path) -> list[list[dict[str, Any]]]:
    """The calls of each row, in order."""
    run_traced(made, SAMPLE, MockBackend(made.choice.target), path, rows=2)
    rows: dict[int, list[dict[str, Any]]] = {}
    for call in calls(path):
        if call["kind"] == "gen":
            rows.setdefault(call["row"], []).append(call)
    return [rows[row] for row in sorted(rows)]


def expected(name: str, row: dict[str, str], said: list[str]) -> list[str]:
    """What the template renders for the four calls, given what was said."""
    template = target(name).template
    assert template
    messages = [
        {"role": "system", "content": f"You interview {row['name']}.  "},
        {"role": "user", "content": f"  Ask about {row['topic']}.\n"},
    ]
    texts = [template.render(messages, add_generation_prompt=True)]
    messages += [
        {"role": "assistant", "content": said[0]},
        {"role": "user", "content": row["topic"]},
    ]
    begun = {"role": "assistant", "content": "Thought: "}
    texts.append(template.render([*messages, begun], continue_final_message=True))
    begun = {"role": "assistant", "content": f"Thought: {said[1]}\n Answer:"}
    texts.append(template.render([*messages, begun], continue_final_message=True))
    begun["content"] += said[2]
    texts.append(
        template.render(
            [*messages, begun, {"role": "user", "content": "Thanks."}], add_generation_prompt=True
        )
    )
    return texts


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize(
    "name",
    [
        "inserts_system",
        "strips_thinking",
        "thinks_first",
        "drops_empty",
        "dated",
        "trims",
        "trims_users",
    ],
)
def test_every_call_is_asked_with_what_the_template_renders(
    name: str, level: int, tmp_path: Path
) -> None:
    made = build(name, tmp_path, level)
    tokenizer = made.choice.target.tokenizer
    library = Backend.from_str(ESTIMATE.read_text("utf-8"))
    for row, found in zip(ROWS, asked(made, tmp_path / "t.jsonl"), strict=True):
        said = [call["texts"][0] for call in found]
        texts = [tokenizer.decode(call["prompt"]) for call in found]
        assert texts == expected(name, row, said)
        if "<" not in row["topic"]:
            whole = library.encode(texts[0], add_special_tokens=False).ids
            assert list(found[0]["prompt"]) == whole


def test_a_template_that_deceives_its_probes_is_asked_what_it_renders(tmp_path: Path) -> None:
    made, path = build("rewrites_words", tmp_path, 1), tmp_path / "t.jsonl"
    row = {"topic": "a zebra", "name": "Bob"}
    run_traced(made, Example("interview", (row, row)), MockBackend(made.choice.target), path)
    found = calls(path)
    said = [call["texts"][0] for call in found]
    decode = made.choice.target.tokenizer.decode
    assert [decode(call["prompt"]) for call in found] == expected("rewrites_words", row, said)
    assert mispredicted(path) == []
    assert "SGL3208" in {record.get("code") for record in trace_lines(path)}


def test_templates_that_compose_share_the_prefix_of_a_conversation(tmp_path: Path) -> None:
    for found in asked(build("trims", tmp_path, 1), tmp_path / "t.jsonl"):
        assert all(call["cached"] == call["predicted_cached"] for call in found)
        assert [call["cached"] > 0 for call in found[1:]] == [True] * 3


FIELDS = """
program describe(brand: str, kind: str, note: str) -> str:
    user:
        unordered:
            section: "  Brand: {brand}\\n"
            section: "Kind: {kind}\\n"
            section: "Note: {note}\\n\\n"
    assistant: line = gen(max_tokens=3)
    return line
"""
PRODUCTS = [
    {"brand": "Larkspur of the long coast", "kind": kind, "note": f"number {i}"}
    for i, kind in enumerate(("a kettle for two persons", "a pan", "a kettle for two persons"))
]


@pytest.mark.parametrize("name", ["trims", "trims_users", "thinks_first", "inserts_system"])
def test_what_a_batch_orders_is_what_the_template_renders(name: str, tmp_path: Path) -> None:
    """Whitespace at the edges of a turn is the template's to trim, whichever section stands there."""
    file = tmp_path / "describe.sgl"
    file.write_text(FIELDS, "utf-8")
    choice = Choice(target(name))
    made = compile_module(load(file)[0], Options(), choice)
    rows = rows_of(PRODUCTS, made.plan.programs[0])
    job = Job(plan=made.plan, choice=choice, program="describe", rows=rows)
    outcome = execute_job(job, MockBackend(choice.target))
    template = choice.target.template
    assert template
    assert not outcome.failed
    for call in outcome.trace.calls:
        sections = ["  Brand: {brand}\n", "Kind: {kind}\n", "Note: {note}\n\n"]
        texts = [text.format(**PRODUCTS[call.row]) for text in sections]
        rendered = [
            template.render(
                [{"role": "user", "content": "".join(order)}], add_generation_prompt=True
            )
            for order in itertools.permutations(texts)
        ]
        assert choice.target.tokenizer.decode(call.prompt) in rendered


ACTS = """
program act(q: str) -> str:
    user: q
    assistant:
        "Action: "
        a = select("search", "finish")
        " "
        b = gen(stop="\\n", max_tokens=8)
    user: "Observation: none"
    assistant: c = gen(max_tokens=4)
    return c
"""


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("name", ["trims", "trims_users", "thinks_later", "inserts_system"])
def test_white_space_between_two_calls_of_one_turn_is_there_behind_them(
    name: str, level: int, tmp_path: Path
) -> None:
    """A template that trims takes it where the turn ends for now, and only there."""
    file, path = tmp_path / "act.sgl", tmp_path / "t.jsonl"
    file.write_text(ACTS, "utf-8")
    made = compile_module(load(file)[0], Options(level=level), Choice(target(name)))
    row = {"q": "Where?"}
    run_traced(made, Example("act", (row, row)), MockBackend(made.choice.target), path)
    first, second, third = calls(path)
    template, decode = target(name).template, made.choice.target.tokenizer.decode
    assert template
    user = {"role": "user", "content": "Where?"}
    acted = f"Action: {first['texts'][0]} "

    def asked(content: str) -> str:
        turn = {"role": "assistant", "content": content}
        return template.render([user, turn], continue_final_message=True)

    assert decode(first["prompt"]) == asked("Action: ")
    assert decode(second["prompt"]) == asked(acted)
    turn = {"role": "assistant", "content": acted + second["texts"][0]}
    seen = {"role": "user", "content": "Observation: none"}
    assert decode(third["prompt"]) == template.render(
        [user, turn, seen], add_generation_prompt=True
    )
    assert mispredicted(path) == []
