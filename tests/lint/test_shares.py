"""Two processes find what one finds, and a child that dies costs nothing but time."""

import os
import time
from functools import partial
from pathlib import Path

import pytest

from sglc.compiler.lint import shares
from sglc.compiler.lint.config import Config
from sglc.compiler.lint.finding import Gap, Place, Reading
from sglc.compiler.lint.inputs import kind_of
from sglc.compiler.lint.run import lint
from sglc.compiler.lint.shares import Piece, done

CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize("each", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_the_corpus_in_two_processes(each: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every kind of input some files, or all."""
    files = [file for file in sorted(CORPUS.rglob("*")) if kind_of(file)][::each]
    assert {kind_of(file) for file in files} == {"log", "template", "sgl", "python", "jinja"}
    alone = lint(files, Config(preview=True))
    forks = []
    fork = os.fork
    monkeypatch.setattr(os, "fork", lambda: forks.append(1) or fork())
    monkeypatch.setattr(shares, "MUCH", 1)
    monkeypatch.setattr(shares, "_has_second", lambda: True)
    both = lint(files, Config(preview=True))
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


def slow(seconds: float, name: str) -> Reading:
    time.sleep(seconds)
    return found(name)


def test_who_is_done_takes_the_next_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights say only what is begun first: one long piece takes as long as many that were thought longer."""
    monkeypatch.setattr(shares, "_has_second", lambda: True)
    names = [str(n) for n in range(3 * shares.MOST_BATCHES)]
    pieces = [Piece(partial(found, name), 1 << 21) for name in names]
    pieces[7] = Piece(partial(slow, 0.5, "7"), 1 << 22)
    assert [r.gaps[0].place.file for r in done(pieces)] == names
