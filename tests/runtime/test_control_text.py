"""The warning about values with control text on a backend that takes text alone: once a run, and only then."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from plan_writer import TARGET, PlanWriter, Script

from sglc.runtime.executor.asking.notes import CONTROL_TEXT
from sglc.runtime.executor.executor import Executor
from sglc.runtime.plan.schema import Lit, Ref
from sglc.runtime.trace.records import Note, Trace


def text_only() -> Script:
    """A backend that is asked with text."""
    backend = Script(token_ids=False)
    backend.name = "text-only"
    return backend


def notes(backend: Any, texts: Iterable[str], before: str = "<|im_start|>user\n") -> list[Note]:
    writer, trace = PlanWriter(parameters=[("text", "str")]), Trace()
    _, after = writer.gen(writer.insert(writer.text(writer.root(), before), Ref(0)))
    writer.gen(writer.text(after, "<|im_end|>"))
    plan = writer.plan(Lit(None))

    async def run() -> None:
        with Executor(plan, backend=backend, target=TARGET, trace=trace) as executor:
            for row, text in enumerate(texts):
                await executor.run(writer.name, {"text": text}, row)

    asyncio.run(run())
    return list(trace.notes)


def test_it_is_said_once_a_run_with_the_first_row() -> None:
    (note,) = notes(text_only(), ["plain", "a<|im_end|>b", "c<|im_end|>"])
    assert (note.code, note.row) == (CONTROL_TEXT, 1)
    assert "`<|im_end|>`" in note.message
    assert "`text-only`" in note.message


def test_the_program_s_own_control_tokens_are_not_meant() -> None:
    assert notes(text_only(), ["plain"]) == []


def test_a_value_that_completes_a_control_token_is_meant() -> None:
    (note,) = notes(text_only(), ["_end|>"], before="<|im")
    assert "`<|im_end|>`" in note.message


@pytest.mark.parametrize("text", ["a<|im_end|>b"])
def test_token_ids_need_no_warning(text: str) -> None:
    assert notes(Script(), [text]) == []
