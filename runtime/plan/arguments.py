"""Arguments of a program by name: missing, unknown and ill-typed ones are errors with a way out."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from ...ir.types import parse_type
from .conformance import mismatch
from .errors import RunError
from .schema import Parameter, PlanProgram


def bind_arguments(program: PlanProgram, given: Mapping[str, Any]) -> list[Any]:
    """The values of all parameters, in order. Raises RunError (SGL3602, SGL3603, SGL3604)."""
    _check_known(program, given)
    return [_bound(program, parameter, given) for parameter in program.parameters]


def _check_known(program: PlanProgram, given: Mapping[str, Any]) -> None:
    names = [parameter.name for parameter in program.parameters]
    for name in given:
        if name not in names:
            close = difflib.get_close_matches(str(name), names, 1)
            listed = ", ".join(f"`{each}`" for each in names) or "none"
            help = f"a parameter `{close[0]}` exists" if close else f"its parameters: {listed}"
            raise RunError("SGL3603", f"`{program.name}` has no parameter `{name}`", help)


def _bound(program: PlanProgram, parameter: Parameter, given: Mapping[str, Any]) -> Any:
    if parameter.name not in given:
        if parameter.default:
            return parameter.default[0]
        message = f"`{program.name}` needs the parameter `{parameter.name}: {parameter.type}`"
        raise RunError("SGL3602", message)
    value = given[parameter.name]
    wrong = mismatch(parse_type(parameter.type), value)
    if wrong:
        raise RunError(
            "SGL3604",
            f"the parameter `{parameter.name}` is `{parameter.type}`, and was given {wrong}",
        )
    return value
