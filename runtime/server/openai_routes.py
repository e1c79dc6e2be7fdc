"""The routes of OpenAI's protocol."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from .exchange import (
    answer,
    as_events,
    chunked,
    named_event,
    off_the_loop,
    read_body,
    visit_of,
    while_wanted,
)
from .openai import chat, completions, models, responses
from .openapi import takes
from .refusal import Refusal
from .service import Service


def openai_routes(service: Service) -> APIRouter:
    """`/v1/models`, `/v1/completions`, `/v1/chat/completions`, `/v1/responses`."""
    router = APIRouter(prefix="/v1", tags=["OpenAI"])
    limits, model = service.limits, service.model

    @router.get("/models", summary="The model that is served")
    async def list_models() -> Response:
        return answer(models.listing(model))

    @router.get("/models/{name:path}", summary="One model")
    async def one_model(name: str) -> Response:
        model.check_name(name)
        return answer(models.card(model))

    @router.post(
        "/completions", summary="Continue prompts", openapi_extra=takes(completions.CompletionBody)
    )
    async def complete(request: Request) -> Response:
        body = await read_body(request, completions.CompletionBody, limits)
        id = f"cmpl-{visit_of(request).id}"
        asked = await off_the_loop(request, lambda: completions.read(body, model, id))
        line = service.line(request, "text_completion")
        if body.stream:
            if asked.scores:
                why = (
                    "`echo` with `logprobs` is told whole, and not as a stream: leave `stream` out"
                )
                raise Refusal(400, "unsupported", why, param="stream")
            return await _streamed(
                service,
                request,
                asked,
                service.events(line, asked.requests),
                completions.Chunks(asked),
            )

        async def work() -> Any:
            async with service.gate.hold(asked.weight):
                scores = await service.score(line, asked.scores)
                return completions.reply(
                    asked, await service.generate(line, asked.requests), scores
                )

        return answer(await while_wanted(request, work(), limits.request_s))

    @router.post(
        "/chat/completions", summary="Answer a conversation", openapi_extra=takes(chat.ChatBody)
    )
    async def converse(request: Request) -> Response:
        body = await read_body(request, chat.ChatBody, limits)
        id = f"chatcmpl-{visit_of(request).id}"
        asked = await off_the_loop(request, lambda: chat.read(body, model, id))
        return await _conversed(service, request, asked, chat, bool(body.stream))

    @router.post(
        "/responses",
        summary="Answer a conversation, item by item",
        openapi_extra=takes(responses.ResponseBody),
    )
    async def respond(request: Request) -> Response:
        body = await read_body(request, responses.ResponseBody, limits)
        id = f"resp_{visit_of(request).id}"
        asked = await off_the_loop(request, lambda: responses.read(body, model, id))
        return await _conversed(
            service, request, asked, responses, bool(body.stream), write=named_event, last=b""
        )

    return router


async def _conversed(
    service: Service, request: Request, asked: Any, form: Any, stream: bool, **written: Any
) -> Response:
    """Answer a conversation whole or piece by piece, in the words of a protocol's module."""
    line = service.line(request, "chat")
    if stream:
        events = service.events(line, asked.requests)
        return await _streamed(service, request, asked, events, form.Chunks(asked), **written)

    async def work() -> Any:
        async with service.gate.hold(asked.weight):
            return form.reply(asked, await service.generate(line, asked.requests))

    return answer(await while_wanted(request, work(), service.limits.request_s))


async def _streamed(
    service: Service, request: Request, asked: Any, events: Any, chunks: Any, **written: Any
) -> Response:
    sent = chunked(events, chunks, lambda: service.gate.hold(asked.weight), **written)
    return await as_events(request, sent, service.limits.request_s)
