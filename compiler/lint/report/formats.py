"""The formats by name, and one function that writes a run in any of them."""

from __future__ import annotations

import json
from typing import Literal, get_args

from ..run import Result
from .ci import github, gitlab, markdown
from .data import result_data
from .sarif import sarif
from .text import concise, full

Format = Literal["full", "concise", "json", "github", "gitlab", "sarif", "markdown"]
FORMATS: tuple[Format, ...] = get_args(Format)


def written(result: Result, format: Format, redact: bool, color: bool = False) -> str:
    """A run as text. Machine formats hold no prompt text when `redact`."""
    match format:
        case "full":
            return full(result, color)
        case "concise":
            return concise(result)
        case "json":
            return json.dumps(result_data(result, redact), ensure_ascii=False, indent=2) + "\n"
        case "github":
            return github(result, redact)
        case "gitlab":
            return gitlab(result, redact)
        case "sarif":
            return sarif(result, redact)
        case "markdown":
            return markdown(result, redact)
