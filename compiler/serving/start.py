"""Starts a server: everything is compiled and checked first, then the backend is made, then the door opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...runtime.backend import Backend
from ...runtime.executor.capabilities import check_capabilities
from ...runtime.executor.hosts import check_hosts
from ...runtime.server.app import make_app
from ...runtime.server.front import Front
from ...runtime.server.limits import Limits
from ...runtime.server.log import log_to_stderr
from ...runtime.server.model import ServedModel
from ...runtime.server.programs.published import Published
from ...runtime.server.programs.routes import program_routes
from ...runtime.server.run import listen, run
from ...runtime.server.service import Service
from ..console.failures import UsageError
from ..console.terminal import tell
from ..driver.targets import Choice
from .access import Access
from .run_page import pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What is served, and to whom."""

    choice: Choice
    name: str
    access: Access
    limits: Limits
    programs: Sequence[Published] = ()
    log_level: str = "info"
    logs_text: bool = False


def start(serving: Serving, make_backend: Callable[[], Backend]) -> None:
    """Serve until told to stop. Raises UsageError (SGL2073), and RunError for a program that can't run here."""
    where = serving.access.address
    for each in serving.programs:
        check_hosts(each.plan, each.hosts)
    try:
        listener = listen(where)
    except OSError as error:
        message = f"`{where.host}:{where.port}` can't be listened on: {error.strerror or error}"
        raise UsageError("SGL2073", message, "`--listen` names another") from None
    with listener:
        log_to_stderr(serving.log_level)
        service = service_of(serving, make_backend())
        run(app_of(serving, service), service, listener, lambda url: _say(serving, url))


def service_of(serving: Serving, backend: Backend) -> Service:
    """The backend, under the name and limits that it is served with."""
    choice = serving.choice
    path = str(choice.folder) if choice.folder else ""
    context = backend.capabilities.max_context or choice.context
    model = ServedModel(serving.name, choice.target, context, path, serving.limits)
    return Service(backend, model, serving.access.keys, serving.logs_text)


def app_of(serving: Serving, service: Service) -> Front:
    """The application: protocols, programs and pages. Raises RunError for what the backend can't do."""
    for each in serving.programs:
        check_capabilities(each.plan, service.backend)
    routes = program_routes(service, serving.programs, pages())
    return make_app(service, (routes,), serving.access.hosts)


def _say(serving: Serving, url: str) -> None:
    names = "".join(f", {url}/programs/{each.name}" for each in serving.programs)
    tell(f"serving `{serving.name}` at {url}{names}")
