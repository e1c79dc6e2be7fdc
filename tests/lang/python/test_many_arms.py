"""Forks of more arms than are written one by one: what is done with all of them, and what can't be lowered."""

from typing import Any

import pytest

import sglc as sgl
from sglc.ir.types import ANY
from sglc.lang.python.lower import lower

ARMS = 65


def over_the_arms(s):
    s += "Head. "
    arms = s.fork(65)
    for arm in arms:
        arm += "Say " + sgl.gen("g", temperature=0, max_tokens=2)
    s += ", ".join([arm["g"] for arm in arms])


def with_their_numbers(s):
    s += "Head. "
    arms = s.fork(65)
    for number, arm in enumerate(arms):
        arm += f"{number}: " + sgl.gen("g", temperature=0, max_tokens=2)
    s += ", ".join([arm["g"] for arm in arms])


def by_their_numbers(s):
    s += "Head. "
    arms = s.fork(65)
    for number in range(65):
        arms[number] += f"{number}: " + sgl.gen("g", temperature=0, max_tokens=2)
    s += ", ".join([arm["g"] for arm in arms])


def all_at_once(s):
    s += "Head. "
    arms = s.fork(65)
    arms += "Say " + sgl.gen("g", temperature=0, max_tokens=2)
    s += ", ".join([arm["g"] for arm in arms])


@pytest.mark.parametrize(
    "function", [over_the_arms, with_their_numbers, by_their_numbers, all_at_once]
)
def test_all_of_many_arms_are_compiled_as_they_run(function):
    program: Any = sgl.function(function)
    with sgl.Mock() as mock:
        found = [program.run(backend=mock, mode=mode) for mode in ("compiled", "direct")]
    assert found[0].text() == found[1].text()
    assert found[0].text().count(", ") == ARMS - 1


def one_of_them(s):
    arms = s.fork(65)
    arms[3] += "x" + sgl.gen("g")


def none(s):
    arms = s.fork(0)
    arms += "x" + sgl.gen("g")


@pytest.mark.parametrize(
    ("function", "where", "headline"),
    [
        (
            one_of_them,
            "arms[3]",
            "one of 65 arms alone: more than 64 are lowered as a loop over all of them",
        ),
        (none, "0", "0 arms"),
    ],
    ids=["one", "none"],
)
def test_what_can_not_be_lowered_says_the_number(function, where, headline):
    (found,) = lower(function, {"x": ANY}).diagnostics
    assert found.span is not None
    assert (found.code, found.span.text, found.headline) == ("SGL0507", where, headline)
