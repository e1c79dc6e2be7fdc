"""Runs the `test` blocks of `.sgl` files: mocks, the hash model or a real one, and what was expected.

The runner interprets the module as it was lowered (turns rendered), one call after the other, so that
mocks answer in source order. `commands/test.py` shows the reports, `junit.py` writes them for CI.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...ir.meaning.interpret import Model
from ...ir.meaning.interpret import run as interpret
from ...ir.meaning.outcome import Outcome, RowFailed, SourceCall
from ...ir.module import Module
from ...ir.span import Span
from ...ir.target import Target
from ...ir.values.limits import EvalError, Json
from ...lang.check.facts import reasoning_of
from ...lang.compile import analyse, source_of
from ...lang.lower.tests import MockCase, TestCase, TestSuite, lower_tests
from ...passes.pipeline import pipeline
from ...passes.running.context import Context
from ...passes.running.runner import run_pipeline
from .mocked_calls import MockedCalls, part_of

Hosts = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Unmet:
    """An expectation that does not hold, and the values on both sides of it."""

    span: Span
    left: Json
    right: Json


@dataclass(frozen=True, slots=True)
class Call:
    """A model call of a test: who asked, the end of what was asked, what came back, and from whom."""

    program: str
    name: str
    asked: str
    answer: Json
    is_mock: bool


@dataclass(frozen=True, slots=True)
class Report:
    """How one test went. `error`: it could not be run to its end."""

    name: str
    file: str
    span: Span
    unmet: tuple[Unmet, ...] = ()
    error: str = ""
    error_span: Span | None = None
    calls: tuple[Call, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether everything that was expected holds."""
        return not self.unmet and not self.error

    @property
    def unmocked(self) -> tuple[str, ...]:
        """The names of the calls that the model answered."""
        return tuple(dict.fromkeys(call.name or "gen" for call in self.calls if not call.is_mock))


@dataclass(frozen=True)
class Setup:
    """What the tests of a run share. Without `model`, the hash model answers."""

    target: Target
    model: Model | None = None
    hosts: Hosts = field(default_factory=dict)
    seed: int = 0
    only: str = ""


def run_file(path: Path, setup: Setup) -> list[Report]:
    """Run the tests of a file. Raises CompileFailed, OSError."""
    from ...ir.diagnostic import CompileFailed

    analysis = analyse(source_of(path), path)
    if not analysis.is_valid:
        raise CompileFailed(analysis.diagnostics)
    suite = lower_tests(analysis.checked)
    cases = [case for case in suite.cases if setup.only.lower() in case.name.lower()]
    if not cases:
        return []
    suite = TestSuite(_rendered(suite.module, setup.target), tuple(cases))
    return [_Run(suite, case, setup, str(path)).report() for case in cases]


def _rendered(module: Module, target: Target) -> Module:
    """The module with what lowering needs done: fragments inlined, turns as text."""
    return run_pipeline(module, pipeline(0), Context(target, level=0))


class _Run:
    """One test under way; it is what the interpreter asks for answers."""

    def __init__(self, suite: TestSuite, case: TestCase, setup: Setup, file: str) -> None:
        self._suite, self._case, self._setup, self._file = suite, case, setup, file
        self._answers: list[tuple[MockCase, list[Json]]] = []
        self._called: dict[int, MockedCalls] = {}
        self._was_mock: list[bool] = []

    def report(self) -> Report:
        """Run the test to its end."""
        start = time.perf_counter()
        outcome, error, where = None, "", None
        try:
            hosts = dict(self._setup.hosts)
            for mock in self._case.mocks:
                self._prepare(mock, hosts)
            outcome = self._interpret(self._case.program, {}, hosts)
        except RowFailed as failure:
            error, where = (
                str(failure.args[0] if not failure.span else failure.message),
                failure.span,
            )
            error = f"error[SGL{failure.code}]: {failure.message}"
        calls = self._calls(outcome.transcript) if outcome is not None else ()
        return Report(
            self._case.name,
            self._file,
            self._case.span,
            self._unmet(outcome) if outcome is not None else (),
            error,
            where,
            calls,
            time.perf_counter() - start,
        )

    def _interpret(self, program: str, args: Mapping[str, Json], hosts: Hosts) -> Outcome:
        setup = self._setup
        return interpret(
            self._suite.module,
            program,
            args,
            target=setup.target,
            hosts=hosts,
            run_seed=setup.seed,
            model=setup.model,
            mocks=self,
        )

    # --- mocks ------------------------------------------------------------------------------------

    def _prepare(self, mock: MockCase, hosts: dict[str, Callable[..., Any]]) -> None:
        """Compute the answers of a mock, or put it in the place of a host function."""
        if mock.extern:
            names = [param.name for param in self._suite.module.program(mock.value).params]
            hosts[mock.name] = lambda *args: (
                self._interpret(mock.value, dict(zip(names, args, strict=True)), {}).result
            )
            return
        value = self._interpret(mock.value, {}, {}).result
        self._answers.append(
            (mock, list(value) if isinstance(value, list) and mock.listed else [value])
        )

    def answer(self, program: str, name: str) -> tuple[Json] | None:
        """The answer of the next call that `program` binds to `name`, if there is a mock for it."""
        for mock, answers in self._answers:
            if mock.name == name and self._reaches(mock, program):
                self._was_mock.append(True)
                if not mock.listed:
                    return (answers[0],)
                if not answers:
                    raise EvalError("3630", f"the mock of `{name}` has no answer left")
                return (answers.pop(0),)
        said = self._said_of_calls(program, name)
        if said is not None:
            self._was_mock.append(True)
            return (said,)
        is_mock = self._thinks_for_mock(program, name)
        self._was_mock.append(is_mock)
        return ("",) if is_mock else None

    def _said_of_calls(self, program: str, name: str) -> Json:
        """What is said where the answer of a `gen` with tools is mocked: before its calls, in them, and behind them."""
        for mock, answers in self._answers:
            part = part_of(name, mock.name)
            if part and self._reaches(mock, program):
                known = MockedCalls(mock.name, answers, is_used_up=mock.listed)
                return self._called.setdefault(id(mock), known).said(part)
        return None

    def _thinks_for_mock(self, program: str, name: str) -> bool:
        """Whether this is the reasoning of a call that is mocked: where no mock says what, it is empty."""
        return any(
            name == reasoning_of(mock.name) and self._reaches(mock, program)
            for mock, _ in self._answers
        )

    def _reaches(self, mock: MockCase, program: str) -> bool:
        return program == mock.program if mock.program else program in self._case.calls

    def image(self, image: Json) -> str:
        """The text that stands for an image: tests look at no pixels."""
        return f"[image: {image if isinstance(image, str) else 'data'}]"

    # --- reports ----------------------------------------------------------------------------------

    def _unmet(self, outcome: Outcome) -> tuple[Unmet, ...]:
        found = outcome.result if isinstance(outcome.result, list) else []
        pairs = zip(self._case.expects, found, strict=True)
        return tuple(
            Unmet(span, finding["left"], finding["right"])
            for span, finding in pairs
            if isinstance(finding, dict) and not finding["ok"]
        )

    def _calls(self, transcript: Sequence[SourceCall]) -> tuple[Call, ...]:
        tokenizer = self._setup.target.tokenizer
        return tuple(
            Call(call.path[-2], call.name, tokenizer.decode(call.asked)[-200:], call.value, is_mock)
            for call, is_mock in zip(transcript, self._was_mock, strict=False)
        )
