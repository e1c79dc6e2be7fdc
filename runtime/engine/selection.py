"""A select as the engine works on it: its choices as a tree of tasks, and the positions that score them."""

from __future__ import annotations

from collections.abc import Sequence

from ..backend import SelectReply, SelectRequest
from .requests import Done, Request, array
from .task import Task


class SelectJob(Request):
    """Choices to be scored. Every proper prefix of a choice is computed once, in one tree-shaped extend.

    A token is scored at the position before it, so a choice's last token is never computed.
    """

    def __init__(self, request: SelectRequest, done: Done) -> None:
        super().__init__(request.namespace, len(request.ids), done)
        self.request = request
        self._at: dict[tuple[int, ...], Task] = {}
        self._scores = [self._plan(request.ids, choice, account=True) for choice in request.choices]
        self._unconditional: list[_Scored] = []
        if request.unconditional is not None:
            self._unconditional = [
                self._plan(request.unconditional, c, account=False) for c in request.choices
            ]
            self.work.prompt += len(request.unconditional)
        self.tasks = [task for task in dict.fromkeys(self._at.values()) if task.length]

    def positions(self) -> tuple[list[int], list[int]]:
        """For every token to be scored: the slot of the token before it, and its id."""
        slots: list[int] = []
        tokens: list[int] = []
        found: dict[Task, list[int]] = {task: task.all_slots().tolist() for task in self.tasks}
        for scored in (*self._scores, *self._unconditional):
            if scored.tokens:
                slots += found[scored.task][
                    scored.start - 1 : scored.start - 1 + len(scored.tokens)
                ]
                tokens += scored.tokens
        return slots, tokens

    def reply(self, logprobs: Sequence[float]) -> SelectReply:
        """Deal the scores of `positions` out to the choices."""
        rest = iter(logprobs)
        dealt = [
            tuple(next(rest) for _ in scored.tokens)
            for scored in (*self._scores, *self._unconditional)
        ]
        count = len(self._scores)
        return SelectReply(tuple(dealt[:count]), self.close_account(), tuple(dealt[count:]))

    def _plan(self, prompt: tuple[int, ...], choice: tuple[int, ...], account: bool) -> _Scored:
        skipped = 0 if prompt else 1  # nothing comes before the first token of all
        scored = choice[skipped:]
        fed = prompt + choice[: max(len(choice) - 1, 0)]
        if fed not in self._at:
            self._at[fed] = Task(self, array(fed), prompt=len(prompt) if account else 0)
        return _Scored(self._at[fed], len(prompt) + skipped, list(scored))


class _Scored:
    """Tokens to be scored from position `start` of a task on."""

    def __init__(self, task: Task, start: int, tokens: list[int]) -> None:
        self.task, self.start, self.tokens = task, start, tokens
