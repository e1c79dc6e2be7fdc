"""A real model behind the reference interpreter, so that `sglc test --model` can ask it.

Calls are sent one by one, as a test makes them; the engine's cache still sees what they share.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from ...ir.hashmodel import Generated
from ...ir.meaning.interpret import Model
from ...ir.sampling import Constraint, Sampling
from ...ir.values.limits import EvalError
from ...runtime.backend import Backend, BackendError, GenRequest, SelectRequest
from ..driver.targets import Choice
from ..running.backends import BackendOptions, make_backend

_T = TypeVar("_T")


@contextmanager
def model_of(choice: Choice | None) -> Generator[Model | None]:
    """The embedded engine as a model, closed at the end; None stands for the hash model."""
    if choice is None:
        yield None
        return
    with asyncio.Runner() as runner:
        backend = make_backend(BackendOptions(name="engine"), choice)
        try:
            yield BackendModel(backend, runner)
        finally:
            runner.run(backend.close())


class BackendModel:
    """Any backend, asked and waited for."""

    def __init__(self, backend: Backend, runner: asyncio.Runner) -> None:
        self._backend, self._runner = backend, runner

    def generate(
        self, ids: Sequence[int], sampling: Sampling, seed: int, constraint: Constraint | None
    ) -> Generated:
        """Continue `ids`. Raises EvalError when the backend can't."""
        request = GenRequest(tuple(ids), sampling.merged(n=None), (seed,), constraint)
        done = self._wait(self._backend.generate(request)).completions[0]
        finish = "length" if done.finish == "aborted" else done.finish
        return Generated(done.ids, done.kept, done.text, finish, 0, done.logprobs)

    def score(self, ids: Sequence[int], choice: Sequence[int]) -> tuple[float, ...]:
        """The log probability of each token of a choice. Raises EvalError."""
        request = SelectRequest(tuple(ids), (tuple(choice),))
        return self._wait(self._backend.select(request)).logprobs[0]

    def _wait(self, answer: Coroutine[Any, Any, _T]) -> _T:
        try:
            return self._runner.run(answer)
        except BackendError as error:
            raise EvalError(error.code, error.message) from error
