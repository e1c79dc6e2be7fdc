"""From a Python program to a plan, and what is shown of it: the driver's part of the Python front end."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from ...ir.diagnostic import CompileFailed, Diagnostic, Severity
from ...lang.python.lowered import Lowered
from ...runtime.backend import PrefillRequest
from ..driver.compilation import Build, Options, allow_nesting, compile_module
from .compiled import Compiled, type_of
from .definition import Definition, Job
from .endpoints import Endpoint, Mock, default_backend


class DirectModeWarning(UserWarning):
    """A function could not be compiled, and runs in direct mode."""


def compile_function(definition: Definition, job: Job, endpoint: Endpoint) -> Compiled | None:
    """Compile for the types of these arguments; None, and a warning that says why, for direct mode."""
    lowered = lower_function(definition, job)
    if not lowered.is_compiled:
        warn_of_direct_mode(definition, lowered.diagnostics)
        return None
    for said in lowered.diagnostics:
        _say(definition, str(said), UserWarning, [said])
    try:
        return _compiled(lowered, endpoint)
    except CompileFailed as error:
        warn_of_direct_mode(definition, error.diagnostics)
        return None


def compile_strictly(definition: Definition, job: Job, endpoint: Endpoint) -> Compiled:
    """As `compile_function`, but what can't be compiled is an error. Raises CompileFailed."""
    lowered = lower_function(definition, job)
    if not lowered.is_compiled:
        raise CompileFailed(lowered.diagnostics)
    return _compiled(lowered, endpoint)


def lower_function(definition: Definition, job: Job) -> Lowered:
    """The function's source as IR."""
    from ...lang.python.lower import lower

    allow_nesting()
    types = {name: type_of(value) for name, value in job.args.items()}
    return lower(definition.function, types, job.defaults)


def _compiled(lowered: Lowered, endpoint: Endpoint) -> Compiled:
    assert lowered.module is not None
    options = Options(entry=lowered.entry, keep_calls=True)
    build = compile_module(lowered.module, options, endpoint.choice, lowered.diagnostics)
    return Compiled(lowered, build)


def warn_of_direct_mode(definition: Definition, diagnostics: tuple[Diagnostic, ...]) -> None:
    """Say once what was lost."""
    causes = [d for d in diagnostics if d.severity is not Severity.INFO]
    said = "; ".join(map(str, causes)) or "its source is not at hand"
    helps = [help for cause in causes for help in cause.helps]
    text = f"`{definition.name}` runs in direct mode, where nothing is planned ahead: {said}"
    if helps:
        text += f" (help: {'; '.join(helps)})"
    _say(definition, text, DirectModeWarning, causes)


def _say(
    definition: Definition, text: str, kind: type[Warning], causes: Sequence[Diagnostic]
) -> None:
    """A warning at the user's own line."""
    file, line = _place(definition, causes)
    seen = getattr(definition.function, "__globals__", {})
    registry = seen.setdefault("__warningregistry__", {})
    module = seen.get("__name__", "sglc")
    warnings.warn_explicit(text, kind, file, line, module, registry)


def _place(definition: Definition, causes: Sequence[Diagnostic]) -> tuple[str, int]:
    """The user's own line that a warning is about: the construct, or else the function."""
    for cause in causes:
        if cause.span is not None:
            return cause.span.source.name, cause.span.source.position(cause.span.start)[0]
    code = getattr(definition.function, "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code else ("<unknown>", 1)


def explained(build: Build) -> str:
    """What `sglc explain` prints of a build."""
    from ..explain.make import of_build
    from ..explain.text.render import render

    return render(of_build(build))


def warm(build: Build, endpoint: Endpoint) -> int:
    """Have the static head of the entry program's prompt computed; its length in tokens."""
    ids = static_head(build)
    if ids:
        endpoint.loop.run(endpoint.backend.prefill(PrefillRequest(ids)))
    return len(ids)


def static_head(build: Build) -> tuple[int, ...]:
    """The token ids that every instance of the entry program begins its first prompt with."""
    plan = build.plan
    nodes = {node.id: node for node in plan.nodes}
    families = [family for family in plan.families if family.program == plan.entry]
    if not families:
        return ()
    path: list[Any] = [nodes[families[0].node]]
    while path[-1].parents:
        path.append(nodes[path[-1].parents[0]])
    ids: list[int] = []
    for node in reversed(path):
        if node.ids is None:
            break
        ids += node.ids
    return tuple(ids)


def shown_html(title: str, compile: Callable[[Endpoint], Build]) -> str:
    """The plan of a program for notebooks; `title` and the reason where it can't be compiled."""
    from html import escape

    from ..explain.html import render
    from ..explain.make import of_build

    try:
        backend = default_backend()
    except RuntimeError:
        backend = Mock()
    try:
        page = render(of_build(compile(backend)))
    except (CompileFailed, TypeError) as error:
        return f"<pre>{escape(title)}\n{escape(str(error))}</pre>"
    return f'<iframe srcdoc="{escape(page)}" style="width: 100%; height: 40em; border: 0"></iframe>'
