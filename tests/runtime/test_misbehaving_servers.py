"""Whatever a server does: the right answer, or one error that says what happened; in time, and without the key."""

from __future__ import annotations

import asyncio
import time
import traceback
from pathlib import Path
from typing import Any

import pytest
from misbehaving import (
    GOOD,
    KEY,
    MARK,
    MODES,
    RIGHT,
    TRANSPORT,
    Api,
    Misbehaving,
    Mode,
    misbehaving,
    table,
)

from sglc.ir.sampling import Sampling
from sglc.ir.target import Target
from sglc.runtime.backend import BackendError, GenReply, GenRequest, PromptText
from sglc.runtime.backends.anthropic import AnthropicBackend
from sglc.runtime.backends.openai import OpenAIBackend
from sglc.runtime.backends.sglang import SGLangBackend
from sglc.runtime.transport.policy import Policy

ROOT = Path(__file__).resolve().parents[2]
TARGET = Target.estimating()
POLICY = Policy(
    tries=3,
    first_delay=0.001,
    read=0.25,
    deadline=1.5,
    longest_wait=0.05,
    most_bytes=1 << 16,
    most_event=1 << 14,
)
TURNS = (("user", "Say something.", False), ("assistant", "", True))
CASES = [
    *((api, mode) for mode in TRANSPORT for api in ("text", "sglang", "stream", "anthropic")),
    *((mode.api, mode) for mode in MODES if mode.api != "any"),
]


def test_there_are_many_ways() -> None:
    assert len(MODES) >= 50
    assert len({mode.what for mode in MODES}) == len(MODES)


def test_the_page_has_the_table() -> None:
    page = (ROOT / "docs" / "backends.md").read_text(encoding="utf-8")
    assert page.partition(MARK)[2].strip() == table().strip()


def backend_for(api: Api, url: str) -> Any:
    options: dict[str, Any] = {"api_key": KEY, "policy": POLICY}
    if api.startswith("anthropic"):
        return AnthropicBackend(TARGET, model="claude-opus-4-8", base_url=url, **options)
    if api.startswith("sglang"):
        return SGLangBackend(url, TARGET, check_tokenizer=False, **options)
    return OpenAIBackend(
        f"{url}/v1", TARGET, model="m", dialect="vllm", chat=api.startswith("chat"), **options
    )


def ask(api: Api, backend: Any) -> GenReply:
    seen: list[int] = []
    listen = (lambda sample, ids: seen.extend(ids)) if api.endswith("stream") else None
    request = GenRequest(
        (5, 6, 7),
        Sampling(max_tokens=12),
        (1,),
        on_tokens=listen,
        prompt_text=PromptText("x", TURNS),
    )
    return asyncio.run(asyncio.wait_for(backend.generate(request), 10))


def failure(api: Api, backend: Any) -> BackendError | None:
    """The error of one call; anything that is no BackendError is a fault of ours."""
    try:
        reply = ask(api, backend)
    except BackendError as error:
        return error
    assert reply.completions[0].text in ("a river", TARGET.tokenizer.decode((5, 6)))
    return None


@pytest.mark.parametrize(("api", "mode"), CASES, ids=lambda x: x.what if isinstance(x, Mode) else x)
def test_a_misbehaving_server(api: Api, mode: Mode) -> None:
    server = Misbehaving(mode, RIGHT[api])
    with misbehaving(server) as url:
        backend, started = backend_for(api, url), time.monotonic()
        error = failure(api, backend)
        assert time.monotonic() - started < 10
        assert len(server.requests) == mode.asked
        if mode.tries[-1] is GOOD or not (mode.says or mode.why):
            assert error is None
        else:
            assert error is not None
            check(error, mode)
        server.well = True  # and whatever it was, the next call is served
        assert failure(api, backend) is None


def check(error: BackendError, mode: Mode) -> None:
    assert error.code == mode.code
    assert mode.says in error.message
    assert error.transient == mode.why
    shown = "".join(traceback.format_exception(error))
    assert KEY not in shown + repr(error) + error.help
    assert error.__cause__ is None  # a cause would hold the request, and with it the key
