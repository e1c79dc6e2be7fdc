"""What is a whole number, and what only looks like one."""

import pytest

from sglc.ir.values.numerals import whole


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize(
    "text", ["", "²", "٣", "-1", "+1", " 1", "1\n", "1_0", "1.0", "9" * 19, "9" * 9999]
)
def test_nothing_else_is(text: str) -> None:
    assert whole(text) is None
