"""Python and the Jinja templates that it renders, read together: their text is part of the call that sends it."""

from __future__ import annotations

from collections.abc import Sequence

from .config import Config
from .finding import Reading
from .inputs import InputFile
from .python.read import read_python
from .tokens import Counter


def _holds_templates(text: str) -> bool:
    """Whether a program may render templates that stand in it."""
    return ".render(" in text and ("{{" in text or "{%" in text)


def read_code(files: Sequence[InputFile], config: Config, counter: Counter) -> Reading:
    """Read Python files and templates; jinja2 is only imported where there are any."""
    reading = Reading()
    found = [file for file in files if file.kind == "jinja"]
    if not found and not any(_holds_templates(file.text) for file in files):
        read_python(files, config, counter, None, reading)
        return reading
    from .jinja.read import Templates, read_alone

    templates = Templates(found, reading)
    run = read_python(files, config, counter, templates, reading)
    reading.add(read_alone(templates, run, counter, run.sent_files))
    return reading
