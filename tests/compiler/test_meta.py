"""What a program reads of how a call ended: the stop itself, or the token."""

from typing import Any

import pytest

from sglc.compiler.api.meta import meta_info
from sglc.runtime.trace.records import CallRecord


def record(**fields: Any) -> CallRecord:
    return CallRecord(
        kind="gen",
        row=0,
        path=["p"],
        family=0,
        site="1",
        indices=[],
        name="a",
        prompt=[1],
        **fields,
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"finish": ["stop"], "matched": ["aris"]}, {"type": "stop", "matched": "aris"}),
        ({"finish": ["stop"], "matched": [r",(?= 8)"]}, {"type": "stop", "matched": r",(?= 8)"}),
        ({"finish": ["stop"], "matched": [7]}, {"type": "stop", "matched": 7}),
        ({"finish": ["eos"], "matched": [2]}, {"type": "stop", "matched": 2}),
        ({"finish": ["constraint"], "matched": [None]}, {"type": "stop", "matched": 9}),
        ({"finish": ["length"], "matched": [None]}, {"type": "length", "length": 2}),
        ({"finish": ["stop"]}, {"type": "stop", "matched": 9}),  # a trace of an older version
    ],
)
def test_what_ended_it_is_said(fields: dict[str, Any], reason: dict[str, Any]) -> None:
    found: Any = meta_info(record(outputs=[[4, 9]], **fields))
    assert found["finish_reason"] == reason


def test_an_empty_answer_ends_at_its_length() -> None:
    found: Any = meta_info(record(outputs=[[]], finish=["length"], matched=[None]))
    assert found["finish_reason"] == {"type": "length", "length": 0}
