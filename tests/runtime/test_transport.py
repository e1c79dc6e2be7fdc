"""What remote backends ask through: waits, rate limits, event streams, keys that appear nowhere, cancellation."""

from __future__ import annotations

import asyncio
import ssl
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from misbehaving import HANG, HEAD, Misbehaving, Mode, error, misbehaving, response

from sglc.runtime.backend import BackendError
from sglc.runtime.transport.address import certificates, context
from sglc.runtime.transport.event_stream import Event, EventReader
from sglc.runtime.transport.pace import BURST, Pace
from sglc.runtime.transport.policy import Policy
from sglc.runtime.transport.redaction import Redaction
from sglc.runtime.transport.refusals import refusal, retry_after, status_within
from sglc.runtime.transport.server import Server

QUICK = Policy(tries=2, first_delay=0.0, read=5.0)


def test_waits_double_up_to_a_limit_and_never_come_together() -> None:
    policy = Policy(first_delay=0.5, longest_delay=8.0)
    assert [policy.delay(n, 0.0) for n in range(1, 7)] == [0.5, 1, 2, 4, 8, 8]
    assert policy.delay(3, 0.999) < policy.delay(3, 0.0) < 4 * policy.delay(3, 0.999) / 3
    with pytest.raises(ValueError, match="once at least"):
        Policy(tries=0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2"}, 2),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 40),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:10 GMT"}, 0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "later"}, None),
        ({}, None),
    ],
)
def test_when_a_server_wants_to_be_asked_again(headers: dict[str, str], seconds: Any) -> None:
    assert retry_after(headers, now=60) == seconds


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"error": {"type": "overloaded_error"}}, 529),
        ({"type": "error", "error": {"type": "rate_limit_error"}}, 429),
        ({"error": {"code": 503}}, 503),
        ({"error": {"code": "429"}}, 429),
        ({"error": {"code": "invalid_api_key"}}, 400),
        ({"error": "no"}, 400),
        (None, 400),
        ([1], 400),
    ],
)
def test_the_status_of_an_error_inside_of_an_answer(content: Any, status: int) -> None:
    assert status_within(content) == status
    assert refusal(status, content).code == "3105"


# --- rate limits ----------------------------------------------------------------------------------


class Clock:
    """Time that passes when somebody sleeps."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def paced(**limits: Any) -> tuple[Pace, Clock]:
    clock = Clock()
    return Pace(**limits, clock=clock, sleep=clock.sleep), clock


@settings(max_examples=50, deadline=None)
@given(
    limit=st.integers(6, 6000),
    amounts=st.lists(st.integers(0, 4000), min_size=1, max_size=60),
    gaps=st.lists(st.floats(0, 30), min_size=60, max_size=60),
)
def test_no_minute_has_more_tokens_than_are_allowed(
    limit: int, amounts: list[int], gaps: list[float]
) -> None:
    pace, clock = paced(tokens=float(limit))
    sent: list[tuple[float, int]] = []

    async def main() -> None:
        for amount, gap in zip(amounts, gaps, strict=False):
            clock.now += gap
            await pace.wait(amount)
            sent.append((clock.now, amount))

    asyncio.run(main())
    for start, _ in sent:
        *inside, last = [amount for at, amount in sent if start <= at < start + 60]
        assert sum(inside) <= limit * (1 + BURST / 60) + last + 1e-6


def test_requests_are_spread_and_a_server_may_ask_for_a_rest() -> None:
    pace, clock = paced(requests=60.0)

    async def main() -> list[float]:
        times: list[float] = []
        for _ in range(15):
            await pace.wait(0)
            times.append(clock.now)
        pace.rest(7.0)
        before = clock.now
        await pace.wait(0)
        assert clock.now == pytest.approx(before + 7.0)
        return times

    times = asyncio.run(main())
    assert len(set(times[:10])) == 1  # ten seconds' worth at once
    assert all(b - a == pytest.approx(1.0) for a, b in pairwise(times[10:]))
    with pytest.raises(ValueError, match="more than 0"):
        Pace(tokens=0)


# --- event streams --------------------------------------------------------------------------------

STREAM = (
    b"\xef\xbb\xbfdata: one\n\n: a comment\nevent: ping\ndata: a\ndata: b\r\n\r\n"
    b"id: 3\nretry: 5\nnothing\ndata:two\r\rdata: \xc3\xa9\n\nevent: alone\n\ndata: last"
)
EVENTS = [
    Event("", b"one"),
    Event("ping", b"a\nb"),
    Event("", b"two"),
    Event("", "é".encode()),
    Event("", b"last"),
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_a_stream_is_the_same_however_it_is_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    reader = EventReader(1000)
    found = [e for a, b in pairwise(edges) for e in reader.feed(STREAM[a:b])] + reader.end()
    assert found == EVENTS


@pytest.mark.parametrize("data", [b"x" * 101, b"data: " + b"y" * 120, b"data: z\n" * 120])
def test_an_event_is_bounded(data: bytes) -> None:
    with pytest.raises(BackendError, match="more than 100"):
        EventReader(100).feed(data)


# --- keys -----------------------------------------------------------------------------------------

SECRET = "sk-0123456789"


def test_keys_are_taken_out_of_everything() -> None:
    hide = Redaction(
        {"Authorization": f"Bearer {SECRET}", "x-api-key": "other-key-1", "Accept": "text/plain"},
        "http://me:password1@host/v1",
    )
    assert hide.url == "http://me:***@host/v1"
    assert (
        hide(f"{SECRET} and other-key-1 in text/plain, Bearer")
        == "*** and *** in text/plain, Bearer"
    )
    assert hide.bytes(SECRET.encode()) == b"***"
    assert Redaction({"Authorization": "Bearer none"}, "")("none") == "none"


@pytest.mark.parametrize("key", ["sk-schlüssel", "sk-a\nb", "sk-\x00"])
def test_a_key_that_can_t_be_sent_is_not_shown(key: str) -> None:
    with pytest.raises(BackendError) as caught:
        Server("http://127.0.0.1:9", headers={"Authorization": f"Bearer {key}"})
    assert key not in str(caught.value)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://host", "", "http://", "http://[::1"])
def test_an_address_that_is_none(url: str) -> None:
    async def main() -> None:
        await Server(url, policy=QUICK).get("/x", dict)

    with pytest.raises(BackendError) as caught:
        asyncio.run(main())
    assert caught.value.code == "3105"


# --- calls ----------------------------------------------------------------------------------------


def test_a_cancelled_call_leaves_its_server() -> None:
    class Noting(Misbehaving):
        """Says when its client is gone."""

        is_left = False

        async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HEAD + b"data: {}\n\n")
            self.is_left = await reader.read() is not None

    server = Noting(Mode("waits", ((HANG,),)), b"")

    async def main(url: str) -> None:
        asked = Server(url, policy=QUICK)

        async def listen() -> None:
            async for _ in asked.events("/x", {}):
                task.cancel()
                await asyncio.sleep(5)

        task = asyncio.ensure_future(listen())
        with pytest.raises(asyncio.CancelledError):
            await task
        for _ in range(100):
            if server.is_left:
                break
            await asyncio.sleep(0.02)
        assert server.is_left
        await asked.close()

    with misbehaving(server) as url:
        asyncio.run(main(url))


def test_one_who_is_told_to_wait_makes_the_others_wait() -> None:
    busy = Mode("is busy", (error("429 Too Many", retry_after="0.3"), (response({}),)))
    server = Misbehaving(busy, b"")

    async def main(url: str) -> float:
        asked = Server(url, policy=QUICK)
        first = asyncio.ensure_future(asked.get("/x", dict))
        await asyncio.sleep(0.1)
        loop = asyncio.get_running_loop()
        started = loop.time()
        await asked.get("/x", dict)
        await first
        return loop.time() - started

    with misbehaving(server) as url:
        assert asyncio.run(main(url)) >= 0.15


def test_whether_a_server_is_well() -> None:
    async def main(url: str) -> bool:
        return await Server(url, policy=QUICK).is_well("/health")

    for script, well in (
        ((response({}),), True),
        (error("404 Not Found"), True),
        (error("503 Away"), False),
        ((b"",), False),
    ):
        with misbehaving(Misbehaving(Mode("x", (script,)), b"")) as url:
            assert asyncio.run(main(url)) is well


def test_a_question_from_inside_of_a_loop() -> None:
    async def main(url: str) -> Any:
        return Server(url, policy=QUICK).get_now("/x", dict)

    with misbehaving(Misbehaving(Mode("x", ((response({"a": 1}),),)), b"")) as url:
        assert asyncio.run(main(url)) == {"a": 1}


def test_authorities_are_read_once_wherever_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = context(True)
    assert context(True) is first
    assert first.verify_mode == ssl.CERT_REQUIRED
    assert context(False).verify_mode == ssl.CERT_NONE
    theirs = tmp_path / "theirs.pem"
    theirs.write_text(ssl.DER_cert_to_PEM_cert(first.get_ca_certs(binary_form=True)[0]))
    monkeypatch.setenv("SSL_CERT_FILE", str(theirs))
    assert len(context(True).get_ca_certs()) == 1
    named = certificates(str(theirs))
    assert context(named) is named
