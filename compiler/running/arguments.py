"""`name=value` on the command line: plain text where the parameter is text, JSON everywhere else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...ir.diagnostic import CompileFailed, Diagnostic
from ...ir.types import STR, Type, parse_type
from ...runtime.plan.schema import PlanProgram
from ...runtime.plan.texts import value_of


def read_arguments(words: Iterable[str], program: PlanProgram) -> dict[str, Any]:
    """The arguments by name; types are checked later, against the values. Raises CompileFailed (SGL2022, SGL2023)."""
    types = {parameter.name: parse_type(parameter.type) for parameter in program.parameters}
    found: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            known = ", ".join(f"{name}=..." for name in types) or "no arguments"
            raise _failed(
                "SGL2022", f"`{word}` is not `name=value`", f"`{program.name}` takes {known}"
            )
        found[name] = _value(name, value, types.get(name, STR))
    return found


def _value(name: str, text: str, kind: Type) -> Any:
    try:
        return value_of(text, kind)
    except ValueError as error:
        raise _failed(
            "SGL2023",
            f"the value of `{name}` is not JSON: {error}",
            f"`{name}` is `{kind}`, written as JSON: {_sample(kind)}",
        ) from None


def _sample(kind: Type) -> str:
    text = str(kind)
    samples = {"int": "3", "float": "0.5", "bool": "true"}
    if text.startswith("list["):
        return '\'["a", "b"]\''
    return samples.get(text, '\'{"name": "value"}\'')


def _failed(code: str, message: str, help: str) -> CompileFailed:
    return CompileFailed([Diagnostic(code, message, helps=(help,))])
