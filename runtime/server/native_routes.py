"""The routes of SGLang's native protocol."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from .exchange import answer, as_events, chunked, off_the_loop, read_body, visit_of, while_wanted
from .native import generate, info
from .openapi import takes
from .refusal import Refusal, wrong
from .service import Service


def native_routes(service: Service) -> APIRouter:
    """`/generate`, `/get_model_info`, `/server_info`, `/flush_cache`, `/health`."""
    router = APIRouter(tags=["native"])
    limits, model = service.limits, service.model

    @router.post(
        "/generate", summary="Continue or score prompts", openapi_extra=takes(generate.GenerateBody)
    )
    @router.put("/generate", include_in_schema=False)
    async def produce(request: Request) -> Response:
        body = await read_body(request, generate.GenerateBody, limits)
        id = visit_of(request).id
        asked = await off_the_loop(request, lambda: generate.read(body, model, id))
        line = service.line(request, "text_completion")
        if body.stream and asked.requests:
            if any(one.score for one in asked.ones):
                raise wrong("logprob_start_len", "scores of the prompt can't be streamed")
            sent = chunked(
                service.events(line, asked.requests),
                generate.Chunks(asked),
                lambda: service.gate.hold(asked.weight),
            )
            return await as_events(request, sent, limits.request_s)

        async def work() -> Any:
            async with service.gate.hold(asked.weight):
                return await _whole(service, line, asked)

        return answer(await while_wanted(request, work(), limits.request_s))

    @router.get("/get_model_info", summary="The model that is served")
    @router.get("/model_info", include_in_schema=False)
    async def model_info() -> Response:
        return answer(info.of_model(model))

    @router.get("/server_info", summary="Limits and work so far")
    @router.get("/get_server_info", include_in_schema=False)
    async def server_info() -> Response:
        return answer(info.of_server(model, service.backend))

    @router.post("/flush_cache", summary="Forget cached prefixes")
    @router.get("/flush_cache", include_in_schema=False)
    async def flush_cache(request: Request) -> Response:
        if not visit_of(request).caller.is_admin:
            raise Refusal(403, "not_admin", "only the key named `admin` may empty everyone's cache")
        flush = getattr(service.backend, "flush", None)
        if flush is None:
            raise Refusal(400, "unsupported", f"`{service.backend.name}` has no cache to flush")
        flush()
        return PlainTextResponse("Cache flushed.\n")

    @router.get("/health", summary="Whether it serves")
    @router.get("/health_generate", include_in_schema=False)
    async def health() -> Response:
        over = getattr(getattr(service.backend, "engine", None), "over", None)
        if service.gate.is_closed or over is not None:
            raise Refusal(
                503, "not_serving", "the server is being stopped" if over is None else str(over)
            )
        return answer({"status": "ok"})

    @router.get("/metrics", summary="Prometheus metrics")
    async def metrics() -> Response:
        return Response(service.meter.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


async def _whole(service: Service, line: Any, asked: generate.Asked) -> Any:
    """Generate, score or warm each prompt, as it is asked for."""
    from ..executor.concurrency import run_together

    async def one(each: generate.One) -> tuple[Any, Any, Any]:
        reply = await line.generate(each.request) if each.request else None
        score = await line.score(each.score) if each.score else None
        warmed = await service.warm(line, each.ids) if not each.request and not each.score else None
        return reply, score, warmed

    found = await run_together([one(each) for each in asked.ones])
    replies, scores, warmed = zip(*found, strict=True)
    return generate.reply(asked, replies, scores, warmed)
