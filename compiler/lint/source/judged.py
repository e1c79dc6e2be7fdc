"""What is wrong with the prompts of a program: inversions in what it sends, and windows over what it replays."""

from __future__ import annotations

from collections.abc import Iterator

from ....ir.module import Module, Program
from ..finding import Cause, Evidence, Loss
from ..layout import WORTH, Origin, Request, inversions
from ..tokens import Counter
from .counted import counted_params
from .known import Values, of_param
from .prompts import Walk

_WORTH = 2 * WORTH
"""Tokens behind what varies from which on it is worth a word: lifetimes are declared here, and nothing is guessed."""


def evidence_of(
    program: Program, module: Module, counter: Counter
) -> tuple[list[Evidence], list[Request]]:
    """The evidence that a program gives, and the prompts that it sends."""
    walk = Walk(module, counter, program.name, Values(module.externs))
    counted = counted_params(module, program)
    for param in program.params:
        walk.values.give(param.value, counted.get(param.name) or of_param(param))
    walk.block(program.body)
    inverted = (found for request in walk.requests for found in inversions(request, _WORTH))
    windows = (_window(walk, origin, near) for origin, near in walk.windows)
    return [*walk.found, *inverted, *windows], walk.requests


def _window(walk: Walk, origin: Origin, near: Request) -> Evidence:
    """A history of which only the newest is replayed, told at the next call that sends it."""
    later: Iterator[Request] = (r for r in walk.requests if r.sink.line >= near.sink.line)
    sink = next(later, near).sink
    loss = Loss(0, more="the history")
    return Evidence(Cause.WINDOW, origin.place, sink, origin.what, loss=loss, family=walk.name)
