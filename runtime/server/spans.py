"""One span for each call of the model, with the attributes of OpenTelemetry's conventions for generative AI.

Only the API is imported: without an SDK in the process spans cost next to nothing and go nowhere. No text of a prompt
or an answer is ever put into a span.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import context, propagate, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from ..backend import BackendError, GenReply, GenRequest, Usage


@contextmanager
def continued(headers: Mapping[str, str]) -> Iterator[None]:
    """Spans made inside belong to the trace that a request's headers name, if they name one."""
    token = context.attach(propagate.extract(headers))
    try:
        yield
    finally:
        context.detach(token)


@contextmanager
def program_span(name: str) -> Iterator[None]:
    """The run of a program; the spans of its calls stand below it."""
    attributes = {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": name}
    with _tracer().start_as_current_span(f"invoke_workflow {name}", attributes=attributes):
        yield


@contextmanager
def call_span(operation: str, model: str, request: GenRequest | None = None) -> Iterator[Span]:
    """A call of the model; an error of the backend is noted by its code."""
    attributes = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": "sglc",
        "gen_ai.request.model": model,
        **(_asked(request) if request is not None else {}),
    }
    with _tracer().start_as_current_span(
        f"{operation} {model}", kind=SpanKind.CLIENT, attributes=attributes, record_exception=False
    ) as span:
        try:
            yield span
        except BackendError as error:
            span.set_attribute("error.type", f"SGL{error.code}")
            span.set_status(Status(StatusCode.ERROR, error.message))
            raise


def note_reply(span: Span, model: str, reply: GenReply) -> None:
    """What came of a generation."""
    if not span.is_recording():
        return
    note_usage(span, reply.usage, sum(len(done.ids) for done in reply.completions))
    span.set_attribute("gen_ai.response.model", model)
    span.set_attribute(
        "gen_ai.response.finish_reasons", [done.finish for done in reply.completions]
    )


def note_usage(span: Span, usage: Usage, output: int = 0) -> None:
    """The tokens of a call."""
    span.set_attribute("gen_ai.usage.input_tokens", usage.prompt)
    span.set_attribute("gen_ai.usage.cache_read.input_tokens", min(usage.cached, usage.prompt))
    span.set_attribute("gen_ai.usage.output_tokens", output)


def _asked(request: GenRequest) -> dict[str, Any]:
    sampling = request.sampling
    found: dict[str, Any] = {
        "gen_ai.request.temperature": sampling.temperature,
        "gen_ai.request.top_p": sampling.top_p,
        "gen_ai.request.frequency_penalty": sampling.frequency_penalty,
        "gen_ai.request.presence_penalty": sampling.presence_penalty,
        "gen_ai.request.choice.count": len(request.seeds),
    }
    if sampling.max_tokens >= 0:
        found["gen_ai.request.max_tokens"] = sampling.max_tokens
    if sampling.top_k > 0:
        found["gen_ai.request.top_k"] = sampling.top_k
    if sampling.stop:
        found["gen_ai.request.stop_sequences"] = list(sampling.stop)
    return found


def _tracer() -> trace.Tracer:
    return trace.get_tracer("sglc")
