"""Where a run takes place: a backend by name, and the target of the model that answers there.

Without a server the model is `--model`'s, or the default one. With a server it is the server's: its files where they
are at hand, else the template that it shows, else turns, which it renders itself. Never another model's template.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...ir.diagnostic import CompileFailed, Diagnostic
from ...runtime.backend import Backend, BackendError
from ...runtime.backends.services import SERVICES, Service
from ...runtime.models.folders import resolve_model
from ...runtime.plan.schema import Plan
from ..driver.targets import Choice, choose_target, of_folder
from .backends import BackendOptions, make_backend, missing_package, no_model, routed

Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """The target to compile for, and how to make the backend that runs its plans. `notes`: what a user should know."""

    choice: Choice
    make: Callable[[Sequence[Plan]], Backend]
    notes: tuple[str, ...] = ()


def choose_place(
    options: BackendOptions,
    model: str | None,
    environment: Environment = os.environ,
    *,
    is_run: bool = True,
) -> Place:
    """Where to run. Raises CompileFailed (SGL2030 to SGL2036), ModelError.

    `is_run=False`: nothing will be asked, so that the estimate does where no model is at hand.
    """
    service = _service(options)
    if service is None:
        choice = _own_model(options, model) if is_run else choose_target(model)
        return Place(choice, lambda _: make_backend(options, choice))
    given = (options.requests_per_minute, options.tokens_per_minute)
    if any(limit is not None and not 0 < limit < math.inf for limit in given):
        raise _failed("SGL2036", "a rate limit is more than 0 a minute", "without it there is none")
    try:
        return _served(service, options, model, environment)
    except ImportError as error:
        raise missing_package(service.name, error) from error
    except BackendError as error:
        raise _failed("SGL2034", error.message, error.help) from None


def _own_model(options: BackendOptions, model: str | None) -> Choice:
    """The model of this process, with its weights. The mock answers only where it is asked for by name."""
    if options.name == "mock":
        return choose_target(model)
    if model == "estimate":
        raise no_model()
    return of_folder(resolve_model(model))


def _service(options: BackendOptions) -> Service | None:
    if options.name == "auto" and options.base_url is not None:
        return SERVICES["openai"]
    return next((SERVICES[name] for name in SERVICES if name == options.name), None)


def key_of(service: Service, options: BackendOptions, environment: Environment) -> str | None:
    """The API key: of the variable that is named, or of those that the service's own clients read.

    Raises CompileFailed (SGL2035).
    """
    if options.api_key_env is not None:
        if not environment.get(options.api_key_env):
            raise _failed(
                "SGL2035",
                f"there is no API key: `{options.api_key_env}` is not set",
                f"`export {options.api_key_env}=...` sets it",
            )
        return environment[options.api_key_env]
    found = next((environment[name] for name in service.keys if environment.get(name)), None)
    at_home = service.address(options.base_url, environment).startswith(service.base_url)
    if found is None and service.needs_key and at_home:
        names = " or ".join(f"`{name}`" for name in service.keys)
        raise _failed(
            "SGL2035",
            f"`{service.name}` answers nobody without an API key: {names} is not set",
            "`--api-key-env NAME` takes it from another variable, `--base-url` asks another server",
        )
    return found


def _served(
    service: Service, options: BackendOptions, model: str | None, environment: Environment
) -> Place:
    from ...runtime.transport.pace import Pace
    from .servers import Connection, find

    if model == "estimate":
        model = None  # no server's model is called that
    key = key_of(service, options, environment)
    pace = Pace(options.requests_per_minute, options.tokens_per_minute)
    urls = [service.address(url, environment) for url in _addresses(options.base_url)]
    connections = [Connection(service, url, key, pace) for url in urls]
    found = find(connections[0], model)

    def make(plans: Sequence[Plan]) -> Backend:
        return routed([each.backend(found, plans) for each in connections])

    return Place(found.choice, make, found.notes)


def _addresses(given: str | None) -> list[str]:
    """The servers that were named, or one that the service knows. What is left out is never asked of it instead."""
    if given is None:
        return [""]
    urls = [url.strip() for url in given.split(",")]
    if not all(urls):
        raise _failed(
            "SGL2034", f"`--base-url {given}` names no server in one place", "leave it out there"
        )
    return urls


def _failed(code: str, message: str, help: str = "") -> CompileFailed:
    return CompileFailed([Diagnostic(code, message, helps=(help,) if help else ())])
