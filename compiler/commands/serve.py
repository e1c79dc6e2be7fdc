"""`sglc serve`: a model over HTTP, and compiled programs as endpoints."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from ...runtime.server.limits import Limits
from ..console.failures import UsageError
from ..console.terminal import tell
from ..running.hosts import load_hosts
from ..running.places import choose_place
from .options import CompileOptions, ServerOptions

DEFAULT, LIMITS, NO_SERVER = CompileOptions(), Limits(), ServerOptions()
NEEDED = ("fastapi", "uvicorn", "prometheus_client", "opentelemetry")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class AccessOptions:
    """Who may reach the server, and what is written about it."""

    listen: Annotated[str, Parameter(help="HOST:PORT; loopback unless another is named.")] = (
        "127.0.0.1:30000"
    )
    api_keys: Annotated[
        Path | None, Parameter(help="File with a line `NAME KEY` for each API key.")
    ] = None
    allow_host: Annotated[
        list[str] | None,
        Parameter(help="Another name by which the server is reached.", negative=()),
    ] = None
    log_level: Annotated[
        Literal["info", "warning"],
        Parameter(help="`info` writes a line for each request, `warning` does not."),
    ] = "info"
    log_prompts: Annotated[
        bool, Parameter(help="Write prompts and answers into the log.", negative=())
    ] = False


ACCESS = AccessOptions()


def serve(
    *files: str,
    name: str | None = None,
    dtype: str = "auto",
    kv_cache_tokens: int | None = None,
    host: Annotated[list[Path] | None, Parameter(negative=())] = None,
    access: AccessOptions = ACCESS,
    limits: Limits = LIMITS,
    options: CompileOptions = DEFAULT,
    server: ServerOptions = NO_SERVER,
) -> int:
    """Serve a model over HTTP, and compiled programs as endpoints.

    Parameters
    ----------
    files
        Programs to serve: `.sgl`, `.sglir`, `.plan.json`, or `.py`, which is imported.
    name
        The name that clients ask for; without it, that of the model's folder.
    dtype
        `auto`, `float32`, `bfloat16` or `float16`, for the engine.
    kv_cache_tokens
        How many tokens the engine's cache holds.
    host
        Python file that defines the programs' host functions. It is imported.
    limits
        What one request may cost.
    """
    _check_packages()
    from ..serving.access import access_of
    from ..serving.published import Files
    from ..serving.start import Serving, start

    entry = access_of(access.listen, access.api_keys, access.allow_host or ())
    where = server.backend_options(dtype=dtype, kv_cache_tokens=kv_cache_tokens)
    place = choose_place(where, options.model)
    choice = place.choice
    for note in place.notes:
        tell(f"note: {note}")
    programs = Files(options.driver_options, choice, load_hosts(host or ())).publish(files)
    serving = Serving(
        choice=choice,
        name=name or choice.target.name,
        access=entry,
        limits=limits,
        programs=programs,
        log_level=access.log_level,
        logs_text=access.log_prompts,
    )
    plans = [each.plan for each in programs]
    start(serving, lambda: place.make(plans))
    return 0


def _check_packages() -> None:
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            "SGL2070",
            f"serving needs the package `{missing[0]}`",
            "`pip install 'sglc[serve]'` brings what it needs",
        )
