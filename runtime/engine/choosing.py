"""The next tokens of the tasks that are due: chosen with a look at them, or left on the device.

With a look, who fails alone is to blame. Without, nothing is found out, and whatever fails is tried again with one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from .generation import GenTask
from .overlap import Pending
from .parts import Parts
from .runner import Runner
from .sampler import Restrict, Row, Sampled, Sampler
from .underway import UnderWay

Chosen = list[tuple[GenTask, list[Sampled]]]


class Choosing:
    """Samples for several tasks at once, from the last hidden states in the pool."""

    def __init__(self, runner: Runner, sampler: Sampler, parts: Parts, under_way: UnderWay) -> None:
        self._runner, self._sampler, self._parts = runner, sampler, parts
        self._under_way = under_way

    def choose(self, due: Sequence[GenTask]) -> Chosen:
        """What is sampled for each; where that fails for all, one by one: who fails alone ends."""
        try:
            self._start_counting(due)
            return self._together(due) if due else []
        except Exception as error:
            self._under_way.check_device(error)
            found: Chosen = []
            for task in due:
                with self._under_way.charged_to(task.job):
                    self._start_counting([task])
                    found += self._together([task])
            return found

    def choose_unread(
        self, due: Sequence[GenTask], row_of: Callable[[GenTask], Row]
    ) -> Pending | None:
        """The same for a row each, on the device; None where it failed."""
        try:
            self._start_counting(due)
            logits = self._runner.logits([task.last_slot for task in due])
            rows = list(map(row_of, due))
            tokens = self._sampler.choose_unread(logits, rows, self._restrict(due))
            pending = Pending(due, tokens)
            self._sampler.note(rows, tokens)
        except Exception as error:
            self._under_way.check_device(error)
            return None
        return pending

    def looks(self, task: GenTask) -> bool:
        """Whether choosing a task's token makes the host wait, whatever is wanted of it."""
        return self._sampler.looks(task.row)

    def _together(self, due: Sequence[GenTask]) -> Chosen:
        """A row each, and one more for every guess. Changes nothing: it may be tried again."""
        logits = self._runner.logits([slot for task in due for slot in task.sampled_slots()])
        rows = [(task, row) for task in due for row in task.rows()]
        restrict = self._restrict([task for task, _ in rows])
        sampled = iter(self._sampler.sample(logits, [row for _, row in rows], restrict))
        return [(task, [next(sampled) for _ in range(task.guessed + 1)]) for task in due]

    def _start_counting(self, due: Sequence[GenTask]) -> None:
        model = self._parts.model
        for task in due:
            task.start_counting(model.shape.vocab, model.device)

    def _restrict(self, tasks: Sequence[GenTask]) -> Restrict | None:
        """The masks of rows, one for each task; None where no task has any."""
        matchers = [task.matcher for task in tasks]
        if not any(matcher is not None for matcher in matchers):
            return None
        parts = self._parts
        return partial(parts.grammar.mask, matchers=matchers, kernels=parts.kernels)
