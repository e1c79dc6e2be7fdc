"""The application: routes over a service, what stands before them, and an orderly end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from ..backend import BackendError
from ..plan.errors import RunError
from .exchange import refused
from .front import Front
from .native_routes import native_routes
from .openai_routes import openai_routes
from .openapi import describe
from .refusal import ClientGone, Refusal
from .service import Service

DESCRIPTION = "One model, and the compiled programs that ask it."


def make_app(
    service: Service, routers: Sequence[APIRouter] = (), hosts: frozenset[str] | None = None
) -> Front:
    """The whole server as an ASGI application, to be run by uvicorn. `routers`: what is served beside the protocols."""
    app = FastAPI(
        title="sglc",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(service),
    )
    for router in (openai_routes(service), native_routes(service), *routers):
        app.include_router(router)
    for kind in (Refusal, BackendError, RunError, ClientGone, HTTPException, Exception):
        app.add_exception_handler(kind, _refuse)
    describe(app)
    return Front(app, service.keys, service.meter, service.limits, hosts)


def _lifespan(service: Service) -> Any:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        service.gate.close()
        await service.backend.close()

    return lifespan


async def _refuse(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        error = Refusal(
            error.status_code,
            "not_found" if error.status_code == 404 else "http_error",
            str(error.detail),
        )
    return refused(error)
