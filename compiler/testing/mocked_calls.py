"""What a mock of a `gen` with tools says to each of the model's calls that its answer is made of."""

from __future__ import annotations

from typing import Any

from ...ir.constrained.calls import BEFORE, CALLED, MORE, NO_TOOL
from ...ir.values.limits import EvalError, Json

_PARTS = (BEFORE, CALLED, CALLED + MORE)


def part_of(name: str, mocked: str) -> str:
    """Which part of an answer with calls a call of the model is, if it is one of what is mocked."""
    part = name.removeprefix(mocked) if name.startswith(mocked) else ""
    return part if part in _PARTS else ""


class MockedCalls:
    """The answers of one mock, of which the first is under way."""

    def __init__(self, name: str, answers: list[Json], *, is_used_up: bool) -> None:
        self._name, self._answers, self._is_used_up = name, answers, is_used_up
        self._made = 0

    def said(self, part: str) -> Json:
        """What the model says: a text before a call, a call, or whether there is another. Raises EvalError (3630)."""
        if not self._answers:
            raise EvalError("3630", f"the mock of `{self._name}` has no answer left")
        answer: Any = self._answers[0]
        calls = answer["calls"] if "calls" in answer else [answer] * (answer["name"] != NO_TOOL)
        if part == CALLED:
            return self._call(calls)
        is_more = self._made < len(calls)
        if not is_more:
            self._end()
        return {"text": answer["text"] if part == BEFORE else "", "calls": is_more}

    def _call(self, calls: list[dict[str, Json]]) -> Json:
        if self._made == len(calls):
            raise EvalError(
                "3630", f"the mock of `{self._name}` calls no tool, where one is called"
            )
        self._made += 1
        return {**calls[self._made - 1], "text": ""}

    def _end(self) -> None:
        """The next call is the first one of another answer."""
        self._made = 0
        if self._is_used_up:
            self._answers.pop(0)
