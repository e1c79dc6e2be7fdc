"""Sampling parameters that a program computed: what can't be is refused by its name."""

from typing import Any

import pytest

from sglc.ir.sampling import MOST_STOPS, RANGES, Sampling
from sglc.runtime.plan.errors import RunError
from sglc.runtime.plan.parameters import sampling_of

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("name", RANGES)
def test_bounds_are_in_range_and_what_lies_beyond_is_not(name: str) -> None:
    allowed, kind = RANGES[name], type(getattr(Sampling(n=1), name))
    bounds = [bound for bound in (allowed.least, allowed.most) if abs(bound) < INF]
    for bound in bounds:
        assert getattr(sampling_of({name: kind(bound)}), name) == bound
    beyond: list[float] = [kind(allowed.least - 1)]
    beyond += [NAN, INF, -INF] if kind is float else []
    beyond += [kind(allowed.most + 1)] if allowed.most < INF else []
    for value in beyond:
        with pytest.raises(RunError, match=f"`{name}` is") as caught:
            sampling_of({name: value})
        assert caught.value.code == "SGL3207"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 1e-38),
        ("repetition_penalty", 0.0),
        ("stop_regex", "("),
        ("stop_regex", ["a" * 1001]),
        ("stop", ["x"] * (MOST_STOPS + 1)),
        ("stop_token_ids", [1] * (MOST_STOPS + 1)),
        ("temperature", "hot"),
        ("max_tokens", True),
        ("no_such_name", 1),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(RunError, match=f"`{name}`") as caught:
        sampling_of({name: value})
    assert caught.value.code == "SGL3207"


def test_no_tokens_and_no_limit_are_both_limits() -> None:
    assert sampling_of({"max_tokens": 0}).max_tokens == 0
    assert sampling_of({"max_tokens": -1}).max_tokens == -1
