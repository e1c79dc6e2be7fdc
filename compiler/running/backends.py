"""Backends by name, for the command line. Only the one that is asked for is imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...ir.diagnostic import CompileFailed, Diagnostic
from ...runtime.backend import Backend
from ..driver.targets import Choice

BackendName = Literal["auto", "engine", "mock", "openai", "sglang"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendOptions:
    """How a backend is made. `prefix_cache` and `wait_for_siblings` switch off what the engine does best."""

    name: BackendName = "auto"
    dtype: str = "auto"
    base_url: str | None = None
    prefix_cache: bool = True
    wait_for_siblings: bool = True
    kv_cache_tokens: int | None = None


def make_backend(options: BackendOptions, choice: Choice) -> Backend:
    """The backend. Raises CompileFailed (SGL2030, SGL2031), ModelError."""
    name = options.name
    if name == "auto":
        name = "engine" if choice.folder is not None else "mock"
    if name == "mock":
        from ...runtime.backends.mock import MockBackend

        return MockBackend(
            choice.target, cache=options.prefix_cache, waits=options.wait_for_siblings
        )
    if name == "engine":
        return _engine(options, choice)
    return _remote(name, options, choice)


def _engine(options: BackendOptions, choice: Choice) -> Backend:
    if choice.folder is None:
        raise _failed(
            "SGL2030",
            "the engine needs a model, and none is at hand",
            "`make setup` installs the default model; `--backend mock` runs without one",
        )
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
        raise _failed(
            "SGL2031",
            f"the engine needs the package `{error.name}`",
            "`pip install 'sglc[engine]'` installs what it needs",
        ) from error
    except ValueError as error:
        raise _failed(
            "SGL2032", str(error), "`sglc run --help` lists the engine's options"
        ) from error


def _remote(name: str, options: BackendOptions, choice: Choice) -> Backend:
    if options.base_url is None:
        raise _failed(
            "SGL2033",
            f"the backend `{name}` needs the address of a server",
            "`--base-url` gives it",
        )
    urls = options.base_url.split(",")
    try:
        if name == "sglang":
            from ...runtime.backends.sglang import SGLangBackend

            return _routed([SGLangBackend(url, choice.target) for url in urls])
        from ...runtime.backends.openai import OpenAIBackend

        return _routed([OpenAIBackend(url, choice.target) for url in urls])
    except ImportError as error:
        raise _failed(
            "SGL2031",
            f"the backend `{name}` needs the package `{error.name}`",
            "`pip install 'sglc[remote]'` installs what it needs",
        ) from error


def _routed(backends: Sequence[Backend]) -> Backend:
    """One backend as it is; several behind a router that keeps prefixes together."""
    if len(backends) == 1:
        return backends[0]
    from ...runtime.backends.routing import RoutedBackend

    return RoutedBackend(backends)


def _failed(code: str, message: str, help: str) -> CompileFailed:
    return CompileFailed([Diagnostic(code, message, helps=(help,))])
