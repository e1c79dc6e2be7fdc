from datetime import datetime, timezone
from types import SimpleNamespace

import pytest
from freezegun import freeze_time


class FakeClient:
    def __init__(self):
        self.sent = []
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self._create))

    def _create(self, **kwargs):
        self.sent.append(kwargs)
        message = SimpleNamespace(content="ok")
        return SimpleNamespace(choices=[SimpleNamespace(message=message)])


def bad_builder() -> str:
    return f"{datetime.now(timezone.utc):%H:%M} You are a test double."


@pytest.fixture
def fake():
    return FakeClient()


@freeze_time("2025-02-03 04:05:06")
def test_clock_moves_prefix(fake):
    fake.chat.completions.create(model="m", messages=[{"role": "system", "content": bad_builder()}])
    with freeze_time("2025-02-03 04:06:06"):
        fake.chat.completions.create(model="m", messages=[{"role": "system", "content": bad_builder()}])
    first, second = (c["messages"][0]["content"] for c in fake.sent)
    assert first != second
