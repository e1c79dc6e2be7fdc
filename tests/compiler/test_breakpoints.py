"""Where the plans of five programs mark their prompts for Anthropic's cache, checked by hand against its rules.

At most four marks; nothing below the model's minimum of 1,024 tokens; what later calls read is marked, what nobody
reads is not; what an earlier call wrote is found, at a mark or within twenty blocks before one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from example_programs import EXAMPLES, tools
from fake_anthropic import AnthropicServer
from fake_servers import running

from sglc.compiler.driver.compilation import Options, compile_file
from sglc.ir.target import Target
from sglc.ir.target.rules import rules_for
from sglc.runtime.backends.anthropic import AnthropicBackend
from sglc.runtime.executor.executor import Executor
from sglc.runtime.trace.records import Trace

TARGET = Target.estimating()
LONG = "The committee met again on Tuesday and spoke about the bridge. " * 120
NEWER, OLDER = "claude-opus-4-8", "claude-sonnet-4-5"
LOOP = """\
program talk(rules: str, questions: list[str]) -> str:
    system: "{rules}"
    for question in questions:
        user: "{question}"
        assistant: answer = gen(max_tokens=20)
    user: "Sum up."
    assistant: summary = gen(max_tokens=20)
    return summary
"""
TREE = """\
program tree(text: str) -> str:
    user: "{text}"
    assistant: start = gen(max_tokens=20)
    fork each in ["left", "right"]:
        user: "Go {each}."
        assistant: one = gen(max_tokens=20)
        user: "And on."
        assistant: two = gen(max_tokens=20)
    return two[0]
"""
STATIC = f"""\
program label(document: str) -> str:
    system: "{LONG}"
    user: "{{document}}"
    assistant: kind = gen(max_tokens=20)
    return kind
"""


@dataclass(frozen=True)
class Asked:
    """One request: how each marked block ends, and what the service wrote and found."""

    marks: Sequence[str]
    written: int
    found: int
    plain: int


def run(
    path: Path, rows: Sequence[Mapping[str, Any]], answers: Sequence[str] = (), model: str = NEWER
) -> list[Asked]:
    """The requests of some rows, one after the other."""
    made = compile_file(path, Options(), "estimate")
    server = AnthropicServer(TARGET, least=1024, answers=list(answers))

    async def main(url: str) -> Trace:
        backend = AnthropicBackend(TARGET, model=model, base_url=url)
        trace = Trace()
        executor = Executor(made.plan, backend=backend, target=TARGET, hosts=tools(), trace=trace)
        with executor:
            for number, row in enumerate(rows):
                await executor.run(made.plan.entry, row, number)
        await backend.close()
        return trace

    with running(server) as url:
        trace = asyncio.run(asyncio.wait_for(main(url), 60))
    found = [
        _asked(body, usage) for (_, body), usage in zip(server.asked, server.accounts, strict=True)
    ]
    assert sorted(call.cached for call in trace.calls) == sorted(each.found for each in found)
    return found


def _asked(body: Any, usage: Mapping[str, int]) -> Asked:
    blocks = [*body.get("system", []), *(b for m in body["messages"] for b in m["content"])]
    marks = [block["text"].strip()[-11:] for block in blocks if "cache_control" in block]
    return Asked(
        marks,
        usage["cache_creation_input_tokens"],
        usage["cache_read_input_tokens"],
        usage["input_tokens"],
    )


def cost(requests: Sequence[Asked]) -> tuple[float, int]:
    """What the input costs with the marks, in uncached tokens, and without."""
    price = rules_for("anthropic").price
    assert price
    paid = sum(r.plain + price.write * r.written + price.read * r.found for r in requests)
    return paid, sum(r.plain + r.written + r.found for r in requests)


def source(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "program.sgl"
    file.write_text(text)
    return file


def test_triage_reads_its_document_once() -> None:
    first, second = run(
        EXAMPLES / "triage.sgl", [{"document": LONG}], ['{"value": "report"}', "It is short."]
    )
    assert first.marks == ["'contract'."]  # where the second call goes on
    assert (first.found, second.written) == (0, 0)
    assert second.found == first.written > 1500
    assert second.plain < 40


def test_judge_marks_what_the_dimensions_share_and_what_the_verdict_reads() -> None:
    verdict = json.dumps({"dimension": "a", "score": 3, "reason": "b"})
    row = {"essay": LONG, "dimensions": ["clarity", "structure", "evidence"]}
    *arms, last = run(EXAMPLES / "judge.sgl", [row], [verdict] * 3 + ['{"value": 3}'])
    assert [arm.marks for arm in arms] == [["the bridge.", "Judge the"]] * 3
    assert [arm.written > 0 for arm in arms] == [True, False, False]  # the first leads
    assert all(arm.found == arms[0].written for arm in arms[1:])
    assert last.marks == ["the bridge."]
    assert last.found > 1500
    paid, plain = cost([*arms, last])
    assert paid < 0.45 * plain


def test_a_conversation_moves_its_mark_along(tmp_path: Path) -> None:
    questions = [f"Question {n}?" for n in range(12)]
    requests = run(
        source(tmp_path, LOOP), [{"rules": LONG, "questions": questions}], ["An answer."] * 13
    )
    assert all(len(request.marks) <= 4 for request in requests)
    assert requests[0].found == 0
    for before, after in pairwise(requests):
        assert (
            after.found >= before.found + before.written
        )  # each finds all that was written before
    assert all(request.plain + request.written < 40 for request in requests[1:])


def test_a_tree_goes_on_from_what_its_trunk_wrote(tmp_path: Path) -> None:
    requests = run(source(tmp_path, TREE), [{"text": LONG}], ["Words."] * 5)
    trunk, *rest = requests
    assert trunk.marks == ["the bridge."]
    assert all(request.found >= trunk.written for request in rest)
    paid, plain = cost(requests)
    assert paid < 0.4 * plain


def test_what_all_rows_share_is_written_once(tmp_path: Path) -> None:
    rows = [{"document": f"Note {n}."} for n in range(5)]
    first, *others = run(source(tmp_path, STATIC), rows, ["x"] * 5)
    assert first.marks == ["the bridge."]
    assert first.written > 1500
    assert {other.written for other in others} == {0}
    assert {other.found for other in others} == {first.written}


def test_a_turn_that_goes_on_is_marked_where_it_stands() -> None:
    answers = [
        "think of it\n",
        '{"value": "search"}',
        "height",
        "so\n",
        '{"value": "finish"}',
        "324",
    ]
    requests = run(
        EXAMPLES / "agent.sgl",
        [{"tools": LONG, "task": "How tall is it?"}],
        answers,
        model=OLDER,
    )
    assert all(len(request.marks) <= 4 for request in requests)
    assert [request.found > 0 for request in requests] == [False] + [True] * (len(requests) - 1)
    paid, plain = cost(requests)
    assert paid < 0.5 * plain


@pytest.mark.parametrize("text", ["A short text.", LONG[:3000]])
def test_nothing_is_marked_below_the_minimum(text: str) -> None:
    requests = run(
        EXAMPLES / "triage.sgl", [{"document": text}], ['{"value": "report"}', "It is short."]
    )
    assert all(request.marks == [] for request in requests)
