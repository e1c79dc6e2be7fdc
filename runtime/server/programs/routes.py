"""The routes of served programs: to run each, to look at its plan and at what it shares, and a page to try it on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from ...plan.file import encode_plan
from ..bodies import encode
from ..exchange import EVENTS, JSON, answer, as_events, read_body, while_wanted
from ..openapi import takes_schema
from ..refusal import wrong
from ..service import Service
from .published import Published
from .runs import Runner

_TYPES = {"json": JSON, "html": "text/html; charset=utf-8", "text": "text/plain; charset=utf-8"}
USAGE = "sglc-usage"
"""The header that says what a run used, as JSON; the body is the result alone."""


class Pages(NamedTuple):
    """Pages for a browser: one that lists what is served, one to run a program. They hold nothing of the programs."""

    listing: str
    run: str


def program_routes(
    service: Service, programs: Sequence[Published], pages: Pages | None = None
) -> APIRouter:
    """All programs, and pages to try them on."""
    router = APIRouter(tags=["programs"])

    @router.get("/v1/programs", summary="The programs that are served")
    async def listing() -> Response:
        return answer({"object": "list", "data": [_card(each) for each in programs]})

    for each in programs:
        _add(router, service, each)
    if pages is not None:
        for path, page in (
            ("/", pages.listing),
            ("/docs", pages.listing),
            ("/programs/{name}", pages.run),
        ):
            _add_page(router, path, page)
    return router


def _add(router: APIRouter, service: Service, program: Published) -> None:
    """The routes of one program."""
    path, runner, limits = f"/v1/programs/{program.name}", Runner(service, program), service.limits

    async def run(request: Request, seed: int | None = None) -> Response:
        args = await read_body(request, dict[str, Any], limits)
        line = service.line(request, "text_completion")
        if EVENTS in request.headers.get("accept", ""):
            return await as_events(request, runner.events(line, args, seed), limits.request_s)
        result = await while_wanted(request, runner.whole(line, args, seed), limits.request_s)
        return answer(result, headers={USAGE: encode(line.account.as_dict()).decode()})

    async def card() -> Response:
        return answer(_card(program))

    async def plan() -> Response:
        return Response(encode_plan(program.plan), media_type=JSON)

    async def explain(format: str = "html") -> Response:
        if format not in program.explained:
            raise wrong("format", f"a format is {', '.join(program.explained)}")
        return Response(program.explained[format], media_type=_TYPES[format])

    title = program.doc or f"Run `{program.name}`"
    router.add_api_route(
        path, run, methods=["POST"], summary=title, name=f"run_{program.name}",
        openapi_extra=takes_schema(_bare(program.takes)), responses=_answers(program),
    )  # fmt: skip
    router.add_api_route(
        path, card, methods=["GET"], summary="Its signature", name=f"card_{program.name}"
    )
    router.add_api_route(
        f"{path}/plan", plan, methods=["GET"], summary="Its plan", name=f"plan_{program.name}"
    )
    router.add_api_route(
        f"{path}/explain",
        explain,
        methods=["GET"],
        summary="What it shares",
        name=f"explain_{program.name}",
    )


def _add_page(router: APIRouter, path: str, page: str) -> None:
    async def show() -> Response:
        return HTMLResponse(page)

    router.add_api_route(path, show, methods=["GET"], include_in_schema=False)


def _card(program: Published) -> dict[str, Any]:
    return {
        "id": program.name,
        "object": "program",
        "description": program.doc,
        "arguments": program.takes,
        "result": program.gives,
    }


def _answers(program: Published) -> dict[int | str, dict[str, Any]]:
    events = {
        "schema": {
            "type": "string",
            "description": "events `call`, `text`, `value`, `result`, `error`",
        }
    }
    content = {JSON: {"schema": _bare(program.gives)}, EVENTS: events}
    return {200: {"description": "The result", "content": content}}


def _bare(schema: Any) -> Any:
    """A schema to stand inside of another document."""
    return {name: value for name, value in schema.items() if name != "$schema"}
