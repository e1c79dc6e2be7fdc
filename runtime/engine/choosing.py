"""The next tokens of the tasks that are due, chosen with a look at them; who fails alone is to blame."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from .generation import GenTask
from .parts import Parts
from .runner import Runner
from .sampler import Sampled, Sampler
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
            return self._together(due) if due else []
        except Exception as error:
            self._under_way.check_device(error)
            found: Chosen = []
            for task in due:
                with self._under_way.charged_to(task.job):
                    found += self._together([task])
            return found

    def _together(self, due: Sequence[GenTask]) -> Chosen:
        """A row each, and one more for every guess. Changes nothing: it may be tried again."""
        logits = self._runner.logits([slot for task in due for slot in task.sampled_slots()])
        rows = [(task, row) for task in due for row in task.rows()]
        restrict = None
        if any(task.matcher is not None for task in due):
            matchers = [task.matcher for task, _ in rows]
            restrict = partial(self._parts.grammar.mask, matchers=matchers)
        sampled = iter(self._sampler.sample(logits, [row for _, row in rows], restrict))
        return [(task, [next(sampled) for _ in range(task.guessed + 1)]) for task in due]
