"""How a number is written in a text: `.2f`, `,`, `.1%`, `03d`. A part of Python's formats, with its rounding.

A format is `[0WIDTH][,][.DIGITS][f|e|%|d]`; digits go with `f`, `e` and `%`. Used by the checker, which
refuses others, and through `values.call_builtin`.
"""

from __future__ import annotations

import re

from .limits import EvalError, Json, wrong_type

_FORMAT = re.compile(r"(?:0[1-9]\d?)?,?(?:(?:\.\d{1,2})?[fe%]|d)?")


def is_number_format(spec: str) -> bool:
    """Whether a text is a format."""
    return bool(spec) and _FORMAT.fullmatch(spec) is not None


def format_number(value: Json, spec: Json) -> str:
    """A number in a format. Raises EvalError for anything else, and for a `float` with `d`."""
    if not isinstance(spec, str) or not is_number_format(spec):
        raise EvalError("3306", f"no format `{spec}`")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(f"the format `{spec}`", value)
    if isinstance(value, float) and spec.endswith("d"):
        raise wrong_type(f"the format `{spec}`", value)
    return format(value, spec)
