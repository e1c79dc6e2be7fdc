"""What a server tells of its work: counters, and one span for each call of the model, without any text."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import (
    INVALID_SPAN_CONTEXT,
    Span,
    SpanContext,
    SpanKind,
    Status,
    Tracer,
    TracerProvider,
)
from opentelemetry.util._decorator import _agnosticcontextmanager

from sglc.runtime.server.service import Service

from .conftest import ask, post
from .test_chat import TURNS

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class _Span(Span):
    """A span that keeps what it is told."""

    def __init__(self, name: str, kind: SpanKind, attributes: Any, parent: SpanContext) -> None:
        self.name, self.kind, self.attributes, self.parent = (
            name,
            kind,
            dict(attributes or {}),
            parent,
        )
        self.has_ended, self.status = False, None

    def end(self, end_time: int | None = None) -> None:
        self.has_ended = True

    def get_span_context(self) -> SpanContext:
        return INVALID_SPAN_CONTEXT

    def set_attributes(self, attributes: Any) -> None:
        self.attributes |= dict(attributes)

    def set_attribute(self, key: str, value: Any) -> None:
        self.attributes[key] = value

    def add_event(self, name: str, attributes: Any = None, timestamp: int | None = None) -> None:
        raise AssertionError("no event is told")

    def update_name(self, name: str) -> None:
        self.name = name

    def is_recording(self) -> bool:
        return True

    def set_status(self, status: Any, description: str | None = None) -> None:
        self.status = status

    def record_exception(self, *_: Any, **__: Any) -> None:
        raise AssertionError("no exception is told")


class _Spans(TracerProvider, Tracer):
    """Keeps every span."""

    def __init__(self) -> None:
        self.made: list[_Span] = []

    def get_tracer(self, *_: Any, **__: Any) -> Tracer:
        return self

    def start_span(
        self,
        name: str,
        context: Any = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Any = None,
        *_: Any,
        **__: Any,
    ) -> Span:
        parent = trace.get_current_span(context).get_span_context()
        self.made.append(_Span(name, kind, attributes, parent))
        return self.made[-1]

    @_agnosticcontextmanager
    def start_as_current_span(
        self,
        name: str,
        context: Any = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Any = None,
        *_: Any,
        **__: Any,
    ) -> Iterator[Span]:  # type: ignore[override]
        span = self.start_span(name, context, kind, attributes)
        with trace.use_span(span, end_on_exit=True, record_exception=False):
            yield span


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> _Spans:
    made = _Spans()
    monkeypatch.setattr(trace, "get_tracer", made.get_tracer)
    return made


def test_a_call_is_a_span_below_its_callers(
    make_service: Callable[..., Service], spans: _Spans
) -> None:
    body = {"messages": TURNS, "max_tokens": 8, "temperature": 0.5, "stop": ["zz"]}
    post(make_service(), "/v1/chat/completions", body, {"traceparent": PARENT})
    (span,) = spans.made
    assert (span.name, span.kind, span.has_ended) == ("chat tiny", SpanKind.CLIENT, True)
    assert f"{span.parent.trace_id:032x}" in PARENT
    said = span.attributes
    assert said["gen_ai.operation.name"] == "chat"
    assert said["gen_ai.request.model"] == said["gen_ai.response.model"] == "tiny"
    assert said["gen_ai.request.max_tokens"] == 8
    assert said["gen_ai.request.stop_sequences"] == ["zz"]
    assert said["gen_ai.usage.input_tokens"] > 0
    assert said["gen_ai.usage.cache_read.input_tokens"] == 0
    assert said["gen_ai.response.finish_reasons"]
    assert not any("brief" in str(value) for value in said.values())


def test_a_refused_call_has_its_code(make_service: Callable[..., Service], spans: _Spans) -> None:
    ask(make_service(), "POST", "/v1/completions", json={"prompt": [100_000], "max_tokens": 4})
    (span,) = spans.made
    assert span.attributes["error.type"] == "SGL3108"
    assert isinstance(span.status, Status)


def test_what_was_done_is_counted(make_service: Callable[..., Service]) -> None:
    service = make_service()
    for _ in range(2):
        post(
            service,
            "/v1/completions",
            {"prompt": "the thin king", "max_tokens": 8, "ignore_eos": True},
        )
    ask(service, "GET", "/nothing/at/all")
    text = ask(service, "GET", "/metrics").text
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert lines['sglc_requests_total{endpoint="/v1/completions",status="200"}'] == "2.0"
    assert lines['sglc_requests_total{endpoint="other",status="404"}'] == "1.0"
    assert lines['sglc_tokens_total{kind="completion"}'] == "16.0"
    assert (
        float(lines['sglc_tokens_total{kind="cached"}'])
        == float(lines['sglc_tokens_total{kind="prompt"}']) / 2
    )
    assert lines["sglc_running_requests"] == lines["sglc_waiting_requests"] == "0.0"
    assert lines["sglc_engine_requests"] == "2.0"
    assert "the thin king" not in text
