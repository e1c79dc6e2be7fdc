"""Which turn is open where a call asks: what the steps say before a run is what the prompts are in it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from example_programs import LIST, ROOT, Example

from sglc.compiler.driver.compilation import Options, compile_file
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor import executor as execution
from sglc.runtime.executor.asking import modelcall
from sglc.runtime.plan.turns import TurnState, has_turns, states_at_calls


def compiled(tmp_path: Path, source: str) -> Any:
    file = tmp_path / "p.sgl"
    file.write_text(source)
    return compile_file(file, Options(), "estimate")


def roles(tmp_path: Path, source: str) -> list[set[tuple[str | None, bool]]]:
    plan = compiled(tmp_path, source).plan
    found = states_at_calls(plan)
    return [{(s.role, s.has_begun) for s in found[family.id]} for family in plan.families]


def test_turns_are_followed_through_branches_loops_and_forks(tmp_path: Path) -> None:
    source = """\
program p(a: str, many: list[str]) -> {x: str, y: list[str], z: str}:
    user: "One {a}"
    assistant: x = gen(max_tokens=3)
    if x == "b":
        user: "Two"
        assistant:
            "So:"
            z = gen(max_tokens=3)
    else:
        user: "Three"
        assistant: z = gen(max_tokens=3)
    for each in many:
        user: "{each}"
        assistant: w = gen(max_tokens=3)
    fork each in many:
        user: "About {each}"
        assistant: y = gen(max_tokens=3)
    return {x, y, z}
"""
    assert roles(tmp_path, source) == [
        {("assistant", False)},
        {("assistant", True)},
        {("assistant", False)},
        {("assistant", False)},
        {("assistant", False)},
    ]


def test_a_program_without_turns_has_none(tmp_path: Path) -> None:
    plan = compiled(
        tmp_path, 'program p() -> str:\n    "Hello"\n    x = gen()\n    return x\n'
    ).plan
    assert not has_turns(plan)
    assert states_at_calls(plan)[0] == {TurnState(is_loose=True)}


@pytest.mark.parametrize("example", LIST, ids=lambda e: e.name)
def test_every_prompt_of_a_run_is_in_a_state_that_was_foreseen(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    made = compile_file(example.path.relative_to(ROOT), Options(), "estimate")
    foreseen = states_at_calls(made.plan)
    seen: list[tuple[int, tuple[str | None, bool]]] = []
    original = modelcall.ModelCall.__init__

    def noting(self: Any, run: Any, frame: Any, family: Any, step: Any) -> None:
        messages = frame.prompt(step.prompt).messages
        last = messages[-1] if messages and messages[-1].open else None
        seen.append((family.id, (last.role, bool(last.content)) if last else (None, False)))
        original(self, run, frame, family, step)

    monkeypatch.setattr(modelcall.ModelCall, "__init__", noting)
    for row in example.rows[:2]:
        asyncio.run(
            execution.execute(
                made.plan,
                made.plan.entry,
                row,
                backend=MockBackend(made.choice.target),
                target=made.choice.target,
                hosts=example.hosts,
            )
        )
    assert seen
    for family, (role, begun) in seen:
        states = foreseen[family]
        assert role in {state.role for state in states}
        assert begun in {state.has_begun for state in states} or not begun
