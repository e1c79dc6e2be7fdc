"""Constraints are compiled once each, and who asks for one waits for that one alone."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sglc.ir.sampling import Constraint
from sglc.ir.target import Tokenizer
from sglc.runtime.engine.grammar import backend as module
from sglc.runtime.engine.grammar.backend import GrammarBackend
from sglc.runtime.engine.grammar.protocol import ConstraintUnusable


class Slow(GrammarBackend):
    """Compiles `slow` when it is let go, `bad` never, and anything else at once."""

    name = "slow"

    def __init__(self) -> None:
        super().__init__(Tokenizer.estimating(), 100)
        self.compiled: list[str] = []
        self.has_begun, self.may_end = threading.Event(), threading.Event()

    def regex(self, pattern: str) -> Callable[[], Any]:
        self.compiled.append(pattern)
        if pattern == "slow":
            self.has_begun.set()
            assert self.may_end.wait(10)
        if pattern == "bad":
            raise ConstraintUnusable("no")
        return lambda: pattern

    schema: Any = None
    ebnf: Any = None
    warm: Any = None


Slow.__abstractmethods__ = frozenset()


def of(pattern: str) -> Constraint:
    return Constraint("regex", pattern)


def test_only_those_wait_who_ask_for_the_same() -> None:
    backend = Slow()
    with ThreadPoolExecutor(4) as threads:
        same = [threads.submit(backend.compile, of("slow")) for _ in range(3)]
        assert backend.has_begun.wait(10)
        assert backend.compile(of("quick")) is not None
        assert not any(each.done() for each in same)
        backend.may_end.set()
        makers = {each.result(10) for each in same}
    assert len(makers) == 1
    assert backend.compiled == ["slow", "quick"]


def test_what_fails_is_tried_again() -> None:
    backend = Slow()
    for _ in range(2):
        with pytest.raises(ConstraintUnusable):
            backend.compile(of("bad"))
    assert backend.compiled == ["bad", "bad"]


def test_the_one_that_nobody_asked_for_the_longest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    backend = Slow()
    for pattern in ("a", "b", "a", "c", "a", "b"):
        backend.compile(of(pattern))
    assert backend.compiled == ["a", "b", "c", "b"]
