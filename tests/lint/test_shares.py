"""Two processes find what one finds, and a child that dies costs nothing but time."""

import os
from functools import partial
from pathlib import Path

import pytest

from sglc.compiler.lint import shares
from sglc.compiler.lint.config import Config
from sglc.compiler.lint.finding import Gap, Place, Reading
from sglc.compiler.lint.run import lint
from sglc.compiler.lint.shares import Piece, done

CORPUS = Path(__file__).parent / "corpus"


def test_the_corpus_in_two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = lint([CORPUS], Config(preview=True))
    forks = []
    fork = os.fork
    monkeypatch.setattr(os, "fork", lambda: forks.append(1) or fork())
    monkeypatch.setattr(shares, "MUCH", 1)
    monkeypatch.setattr(shares, "_has_second", lambda: True)
    both = lint([CORPUS], Config(preview=True))
    assert forks
    assert both.findings == alone.findings
    assert both.families == alone.families
    assert both.gaps == alone.gaps


def found(name: str) -> Reading:
    return Reading(gaps=[Gap(Place(name), "")])


def dies(parent: int) -> Reading:
    if os.getpid() != parent:
        os._exit(3)
    return found("done again")


def test_a_child_that_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "_has_second", lambda: True)
    pieces = [Piece(partial(found, "a"), 1 << 21), Piece(partial(dies, os.getpid()), 1 << 21)]
    assert [r.gaps[0].place.file for r in done(pieces)] == ["a", "done again"]
