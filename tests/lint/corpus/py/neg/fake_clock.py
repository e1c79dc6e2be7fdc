"""A test with a fixed clock."""
from datetime import datetime, timezone

import pytest


class FakeClient:
    def __init__(self) -> None:
        self.calls: list[dict] = []
        self.messages = self

    def create(self, **kwargs):
        self.calls.append(kwargs)
        return kwargs


@pytest.fixture
def moment() -> datetime:
    return datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)


def test_clock_is_in_the_prompt(moment: datetime) -> None:
    client = FakeClient()
    client.messages.create(model="claude-sonnet-5", system=f"It is {moment:%H:%M}. " + "Rules. " * 500, messages=[])
    assert "08:00" in client.calls[0]["system"]
