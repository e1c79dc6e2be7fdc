"""Who may come in, how much, and for how long: keys, names, sizes, the queue, time, and an orderly end."""

import asyncio
import json
import logging
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.server.app import make_app
from sglc.runtime.server.front import local_hosts
from sglc.runtime.server.gate import Gate
from sglc.runtime.server.keys import Key, Keys, checked, read_keys
from sglc.runtime.server.limits import Limits, check_schema
from sglc.runtime.server.refusal import Refusal
from sglc.runtime.server.service import Service

from .conftest import ask, client_of, post, running

PATH = "/v1/completions"
BODY: dict[str, Any] = {"prompt": "the thin king", "max_tokens": 8, "ignore_eos": True}
LONG: dict[str, Any] = {**BODY, "max_tokens": 1500}
KEYS = Keys([Key("admin", "a" * 20), Key("guest", "g" * 20)])


def bearer(letter: str) -> dict[str, str]:
    return {"authorization": f"Bearer {letter * 20}"}


def engine_of(service: Service) -> EngineBackend:
    assert isinstance(service.backend, EngineBackend)
    return service.backend


def test_without_a_key_nothing_is_told(make_service: Callable[..., Service]) -> None:
    service = make_service(KEYS)
    for path in (
        "/v1/models",
        "/metrics",
        "/server_info",
        "/get_model_info",
        "/openapi.json",
        "/nothing",
    ):
        for headers in (
            {},
            bearer("x"),
            {"authorization": "Basic aaa"},
            {"authorization": "Bearer "},
        ):
            found = ask(service, "GET", path, headers)
            assert found.status_code == 401
            assert found.headers["www-authenticate"] == "Bearer"
    assert ask(service, "POST", PATH, json=BODY).status_code == 401
    assert ask(service, "POST", "/health", json=BODY).status_code == 401, "only looking is free"
    assert ask(service, "GET", "/health").status_code == 200
    assert ask(service, "GET", "/v1/models", bearer("g")).status_code == 200
    assert ask(service, "GET", "/v1/models", {"x-api-key": "g" * 20}).status_code == 200


def test_a_prefix_of_one_key_is_not_seen_by_another(make_service: Callable[..., Service]) -> None:
    service = make_service(KEYS)

    def cached(letter: str) -> int:
        found = post(service, PATH, BODY, bearer(letter))
        return found["usage"]["prompt_tokens_details"]["cached_tokens"]

    assert cached("a") == 0
    assert cached("a") > 0
    assert cached("g") == 0, "the other key's prefix would be found"
    assert cached("g") > 0


def test_only_the_admin_empties_the_cache(make_service: Callable[..., Service]) -> None:
    service = make_service(KEYS)
    assert ask(service, "POST", "/flush_cache", bearer("g")).status_code == 403
    assert ask(service, "POST", "/flush_cache", bearer("a")).status_code == 200


@pytest.mark.parametrize(
    "text", ["", "a", "a short", f"a {'x' * 20}\na {'y' * 20}", f"a {'x' * 20}\nb {'x' * 20}"]
)
def test_keys_that_tell_nobody_apart_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="keys") as error:
        read_keys(text, "keys")
    assert "xxx" not in str(error.value)


def test_other_names_and_other_sites_are_not_served(make_service: Callable[..., Service]) -> None:
    service = make_service()

    async def status(headers: dict[str, str]) -> int:
        app = make_app(service, hosts=local_hosts())
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return (await client.get("/health", headers=headers)).status_code

    for host in ("localhost:30000", "127.0.0.1", "[::1]:5"):
        assert asyncio.run(status({"host": host})) == 200
    for host in ("evil.example", "localhost.evil.example", "", "localhost@evil.example"):
        assert asyncio.run(status({"host": host})) == 403
    assert asyncio.run(status({"host": "localhost:5", "origin": "http://evil.example"})) == 403
    assert asyncio.run(status({"host": "localhost:5", "origin": "http://localhost:6"})) == 403
    assert asyncio.run(status({"host": "localhost:5", "origin": "http://localhost:5"})) == 200


def test_bodies_are_bounded_shallow_and_json(make_service: Callable[..., Service]) -> None:
    service = make_service(body=1000, json_depth=10)

    def refused(content: bytes, **headers: str) -> tuple[int, str]:
        sent = {"content-type": "application/json", **headers}
        found = ask(service, "POST", PATH, sent, content=content)
        return found.status_code, found.json()["error"]["code"]

    assert refused(b'{"prompt": "' + b"x" * 2000 + b'"}') == (413, "body_too_large")
    assert refused(b"[" * 50) == (400, "too_deep")
    assert refused(b"{") == (400, "not_json")
    assert refused(b"\xff\xfe") == (400, "not_json")
    assert refused(b"[]") == (400, "invalid_type")
    assert refused(b"{}", **{"content-type": "text/plain"}) == (415, "not_json")


def test_a_body_without_a_length_is_bounded_too(make_service: Callable[..., Service]) -> None:
    service = make_service(body=1000)

    async def chunks() -> Any:
        for _ in range(100):
            yield b"x" * 100

    headers = {"content-type": "application/json"}
    assert ask(service, "POST", PATH, headers, content=chunks()).status_code == 413


def test_schemas_are_bounded() -> None:
    deep: Any = {}
    for _ in range(100):
        deep = {"properties": {"a": deep}}
    for schema in (
        deep,
        {"type": "string", "pattern": "(a{1,999}){1,999}"},
        {"type": "string", "maxLength": 10**7},
    ):
        with pytest.raises(Refusal):
            check_schema(schema, Limits(), "x")
    check_schema({"type": "string", "pattern": "[a-z]{1,64}", "maxLength": 64}, Limits(), "x")


def test_more_than_can_wait_are_told_to_come_again(make_service: Callable[..., Service]) -> None:
    service = make_service(running=1, waiting=2)

    async def main() -> list[httpx.Response]:
        async with client_of(service) as client:
            asked = [
                client.post(PATH, json={**LONG, "max_tokens": 60}, timeout=60) for _ in range(8)
            ]
            return await asyncio.gather(*asked)

    found = asyncio.run(main())
    statuses = sorted(each.status_code for each in found)
    assert statuses == [200] * 3 + [429] * 5
    refused = next(each for each in found if each.status_code == 429)
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["error"]["code"] == "queue_full"
    assert service.gate.waiting == service.gate.inside == 0


def test_a_request_that_takes_too_long_ends_and_frees_its_slots(
    make_service: Callable[..., Service],
) -> None:
    service = make_service(request_s=0.2)
    held = engine_of(service).metrics().slots_held
    whole = ask(service, "POST", PATH, json=LONG)
    assert (whole.status_code, whole.json()["error"]["code"]) == (504, "timeout")
    stream = ask(service, "POST", PATH, json={**LONG, "stream": True})
    assert stream.status_code == 200
    assert '"timeout"' in stream.text
    assert "[DONE]" not in stream.text, "a stream that was cut must not look whole"
    _wait_until(lambda: engine_of(service).metrics().slots_locked == 0)
    assert held == 0


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_goes_away_frees_its_slots(
    make_service: Callable[..., Service], stream: bool
) -> None:
    service = make_service()
    with running(service) as url:
        with pytest.raises(httpx.ReadTimeout):
            _read_for(url, {**LONG, "stream": stream}, 0.5)
        _wait_until(lambda: service.gate.inside == 0)
        _wait_until(lambda: engine_of(service).metrics().slots_locked == 0)
        assert engine_of(service).metrics().tokens["decoded"] < 1400
        assert httpx.post(url + PATH, json=BODY, timeout=30).status_code == 200


def test_a_program_that_stops_is_stopped_in_order(make_service: Callable[..., Service]) -> None:
    service = make_service()
    with running(service) as url:
        with httpx.stream(
            "POST", url + PATH, json={**LONG, "max_tokens": 300, "stream": True}, timeout=60
        ) as answer:
            lines = answer.iter_lines()
            next(lines)
            service.gate.close()
            assert httpx.get(url + "/health").status_code == 503
            late = httpx.post(url + PATH, json=BODY)
            assert (late.status_code, late.json()["error"]["code"]) == (503, "shutting_down")
            assert [line for line in lines if line][-1] == "data: [DONE]"


def test_requests_have_ids_and_the_log_has_no_text(
    make_service: Callable[..., Service], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sglc.server")
    service = make_service(KEYS)
    found = ask(
        service,
        "POST",
        PATH,
        {**bearer("g"), "x-request-id": "mine-1"},
        json={**BODY, "prompt": "secret words"},
    )
    assert found.headers["x-request-id"] == "mine-1"
    odd = ask(service, "GET", "/v1/models", {**bearer("g"), "x-request-id": "no good\x01"})
    assert len(odd.headers["x-request-id"]) == 24
    line = json.loads(caplog.records[0].message)
    assert (line["id"], line["caller"], line["status"], line["completion_tokens"]) == (
        "mine-1",
        "guest",
        200,
        8,
    )
    assert "secret" not in caplog.text
    assert "ggg" not in caplog.text
    service.logs_text = True
    ask(service, "POST", PATH, bearer("g"), json={**BODY, "prompt": "secret words"})
    assert "secret words" in caplog.text


def test_a_gate_lets_in_by_weight_and_in_order() -> None:
    gate, order = Gate(Limits(running=4)), list[int]()

    async def one(weight: int) -> None:
        async with gate.hold(weight):
            order.append(weight)
            await asyncio.sleep(0.01)

    async def main() -> None:
        await asyncio.gather(*(one(weight) for weight in (3, 4, 1, 9)))

    asyncio.run(main())
    assert order == [3, 4, 1, 9]
    assert (gate.waiting, gate.inside) == (0, 0)


def test_the_same_key_twice_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="differ"):
        checked([Key("a", "x" * 20), Key("b", "x" * 20)], "keys")


def _read_for(url: str, body: Any, seconds: float) -> None:
    """Ask and go away after so long."""
    with httpx.stream("POST", url + PATH, json=body, timeout=seconds) as answer:
        end = time.monotonic() + seconds
        for _ in answer.iter_raw():
            if time.monotonic() > end:
                raise httpx.ReadTimeout("gone")


def _wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_client_that_does_not_read_is_given_up(make_service: Callable[..., Service]) -> None:
    service = make_service(send_s=0.1)
    body = json.dumps({**LONG, "stream": True}).encode()
    received = iter([{"type": "http.request", "body": body}])
    headers = [(b"content-type", b"application/json"), (b"host", b"x")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "query_string": b"",
        "headers": headers,
    }

    async def receive() -> Any:
        try:
            return next(received)
        except StopIteration:
            return await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        if message.get("body"):
            await asyncio.get_running_loop().create_future()

    async def main() -> None:
        async with asyncio.timeout(20):
            await make_app(service)(scope, receive, send)

    asyncio.run(main())
    assert service.gate.inside == 0
    _wait_until(lambda: engine_of(service).metrics().slots_locked == 0)


def test_half_a_request_hurts_nobody(make_service: Callable[..., Service]) -> None:
    with running(make_service()) as url:
        host, port = url.removeprefix("http://").split(":")
        for sent in (
            b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{",
            b"\x16\x03\x01junk",
            b"GET",
        ):
            with socket.create_connection((host, int(port))) as connection:
                connection.sendall(sent)
        assert httpx.post(url + PATH, json=BODY, timeout=30).status_code == 200
