"""Backends by name, for the command line. Only the one that is asked for is imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...ir.diagnostic import CompileFailed, Diagnostic
from ...runtime.backend import Backend
from ...runtime.backends.services import ServiceName
from ...runtime.models.folders import WAYS
from ..driver.targets import Choice

BackendName = Literal["auto", "engine", "mock"] | ServiceName


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendOptions:
    """How a backend is made.

    `base_url` is a server's address, or several, with commas; `api_key_env` the variable that holds its key; so many
    requests and tokens a minute it is asked at most.
    `prefix_cache` and `wait_for_siblings` switch off what the engine does best.
    """

    name: BackendName = "auto"
    dtype: str = "auto"
    base_url: str | None = None
    api_key_env: str | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    prefix_cache: bool = True
    wait_for_siblings: bool = True
    kv_cache_tokens: int | None = None


def make_backend(options: BackendOptions, choice: Choice) -> Backend:
    """A backend in this process: the engine, or the mock. Raises CompileFailed (SGL2030 to SGL2032), ModelError.

    Servers are found by `places.choose_place`, which must know them before anything is compiled.
    """
    if options.name == "mock":
        from ...runtime.backends.mock import MockBackend

        return MockBackend(
            choice.target, cache=options.prefix_cache, waits=options.wait_for_siblings
        )
    if options.name not in ("auto", "engine"):
        raise ValueError(f"`{options.name}` is a server")
    return _engine(options, choice)


def _engine(options: BackendOptions, choice: Choice) -> Backend:
    if choice.folder is None:
        raise no_model()
    try:
        from ...runtime.backends.engine import EngineBackend

        return EngineBackend(
            model_path=choice.folder,
            dtype=options.dtype,
            disable_radix_cache=not options.prefix_cache,
            wait_for_siblings=options.wait_for_siblings,
            kv_cache_tokens=options.kv_cache_tokens,
        )
    except ImportError as error:
        raise missing_package("engine", error) from error
    except ValueError as error:
        raise _failed(
            "SGL2032", str(error), "`sglc run --help` lists the engine's options"
        ) from error


def no_model() -> CompileFailed:
    """What a run raises that was told to do without a model."""
    return _failed("SGL2030", "the engine needs a model, and `estimate` is none", WAYS)


def missing_package(name: str, error: ImportError) -> CompileFailed:
    """What a backend raises that lacks a package."""
    extra = "engine" if name == "engine" else "remote"
    return _failed(
        "SGL2031",
        f"the backend `{name}` needs the package `{error.name}`",
        f"`pip install 'sglc[{extra}]'` installs what it needs",
    )


def routed(backends: Sequence[Backend]) -> Backend:
    """One backend as it is; several behind a router that keeps prefixes together."""
    if len(backends) == 1:
        return backends[0]
    from ...runtime.backends.routing import RoutedBackend

    return RoutedBackend(backends)


def _failed(code: str, message: str, help: str) -> CompileFailed:
    return CompileFailed([Diagnostic(code, message, helps=(help,))])
