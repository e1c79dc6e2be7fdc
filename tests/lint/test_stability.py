"""`assert_prefix_stable`: each scenario finds the builder that breaks in it, and passes one that doesn't."""

import os
import time
from datetime import datetime
from typing import Any

import pytest

from sglc import assert_prefix_stable

RULES = "Keep to the rules of the house. " * 20
TOOLS = [{"name": "b", "description": "second"}, {"name": "a", "description": "first"}]


def stable(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "tools": sorted(tools, key=lambda t: t["name"]),
        "messages": [{"role": "system", "content": RULES}, *messages],
    }


def clocked(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"role": "system", "content": f"{datetime.now():%H:%M} {RULES}"}, *messages]


def timed() -> str:
    return f"{time.time():.0f} {RULES}"


def windowed(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"role": "system", "content": RULES}, *history[-2:]]


def placed() -> str:
    return f"{os.getcwd()} {RULES}"


def unordered() -> str:
    return ", ".join({"red", "green", "blue", "yellow"}) + RULES


def in_given_order(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> dict[str, Any]:
    return {"tools": tools, "messages": messages}


def counted(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"role": "system", "content": f"{len(messages)} messages so far. {RULES}"}, *messages]


def test_a_stable_builder_passes() -> None:
    assert_prefix_stable(stable, tools=TOOLS)


@pytest.mark.parametrize(
    ("build", "scenario"),
    [
        (clocked, "another day"),
        (timed, "another day"),
        (windowed, "next turn"),
        (placed, "another working directory"),
        (unordered, "hash seed"),
        (in_given_order, "tools in another order"),
        (counted, "next turn"),
    ],
)
def test_the_first_differing_bytes_are_shown(build: Any, scenario: str) -> None:
    with pytest.raises(AssertionError, match="first difference at byte") as caught:
        assert_prefix_stable(build, tools=TOOLS)
    assert scenario in str(caught.value)
    assert "before: " in str(caught.value)


def test_the_clock_is_put_back() -> None:
    with pytest.raises(AssertionError):
        assert_prefix_stable(clocked, ["another day"])
    assert abs(datetime.now().timestamp() - time.time()) < 5


def test_a_scenario_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="there is no scenario `monday`"):
        assert_prefix_stable(stable, ["monday"])  # type: ignore[list-item]
