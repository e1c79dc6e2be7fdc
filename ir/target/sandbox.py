"""The jinja2 sandbox that chat templates run in: what the Hugging Face libraries offer, with limits.

Imports jinja2, so it is imported where a template is compiled.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from time import monotonic
from typing import Any, cast

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .template_error import TemplateError

MAX_SOURCE = 1 << 20
MAX_OUTPUT = 1 << 26
MAX_SECONDS = 5.0
MAX_POWER = 64


class _Generation(Extension):
    """`{% generation %}` marks what a model said, for training; it renders its body."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, in which every loop and macro looks at the clock and no product is huge."""

    intercepted_binops = frozenset({"*", "**"})
    tick: Callable[[], None] = staticmethod(lambda: None)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all((nodes.For, nodes.Macro)):
            # of the environment, not a variable: those a template can set
            tick = nodes.Call(nodes.EnvironmentAttribute("tick"), [], [], None, None)
            node.body.insert(0, nodes.ExprStmt(tick))
        return tree

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """`*` and `**`, unless the result would be beyond all use."""
        size = max(_size(left), 1) * max(_size(right), 1)
        if size > MAX_OUTPUT or (operator == "**" and abs(right) > MAX_POWER):
            raise TemplateError("the template computes something huge")
        return super().call_binop(context, operator, left, right)


def _size(value: Any) -> int:
    """How often a factor repeats the other one, or how much there is to repeat."""
    return abs(int(value)) if isinstance(value, int | float) else len(value)


def parsing() -> _Environment:
    """What templates are parsed with."""
    return _Environment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols]
    )


def compile_template(source: str, day: str) -> jinja2.Template:
    """Compile a template for which it is always `day`. Raises TemplateError."""
    if len(source) > MAX_SOURCE:
        raise TemplateError(f"the template is longer than {MAX_SOURCE} characters")
    environment = parsing()
    offered = {
        "raise_exception": _raise_exception,
        "strftime_now": _clock_at(date.fromisoformat(day)),
    }
    cast("dict[str, object]", environment.filters)["tojson"] = _tojson
    cast("dict[str, object]", environment.globals).update(offered)
    try:
        return environment.from_string(source)
    except jinja2.TemplateError as error:
        raise TemplateError(f"not a template: {error}") from error


def run_template(template: jinja2.Template, **variables: Any) -> str:
    """Render within the limits on size and time. Raises MemoryError, RecursionError.

    Raises TemplateError with the template's own words.
    """
    environment = cast("_Environment", template.environment)
    environment.tick = tick = _clock(monotonic() + MAX_SECONDS)
    pieces: list[str] = []
    size = 0
    try:
        for piece in template.generate(**variables):
            tick()
            size += len(piece)
            if size > MAX_OUTPUT:
                raise TemplateError("the template does not come to an end")
            pieces.append(piece)
    except (TemplateError, MemoryError, RecursionError):
        raise
    except Exception as error:  # a template is a program: it can raise anything
        raise TemplateError(str(error) or type(error).__name__) from error
    return "".join(pieces)


def _clock(deadline: float) -> Callable[[], None]:
    def tick() -> None:
        if monotonic() > deadline:
            raise TemplateError("the template does not come to an end")

    return tick


def _tojson(
    value: Any, ensure_ascii: bool = False, indent: int | None = None, **options: Any
) -> str:
    """JSON as it is: jinja2's own filter escapes HTML."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, **options)


def _raise_exception(message: str) -> None:
    raise TemplateError(message)


def _clock_at(day: date) -> Callable[[str], str]:
    return lambda pattern: day.strftime(pattern)
