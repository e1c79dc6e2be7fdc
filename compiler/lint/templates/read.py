"""The reader of chat templates: files in Hugging Face's forms, each tried in a child process."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ....ir.target.child import ChildError, TemplateChild
from ....ir.target.config import named_tokens
from ..finding import Cause, Evidence, Family, Place, Reading
from ..inputs import InputFile
from ..tokens import Counter
from .conversations import DOCUMENTS, TOOLS
from .locate import line_of
from .probe import faults_of


@dataclass(frozen=True)
class Found:
    """A template in a file: its source, the line at which it begins, the named tokens it may use."""

    source: str
    line: int
    name: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    is_json: bool = False


def read_templates(files: Sequence[InputFile], counter: Counter) -> Reading:
    """Try every template of some files."""
    reading = Reading()
    with TemplateChild() as child:
        for file in files:
            try:
                found = list(templates_in(file))
            except (ValueError, RecursionError) as error:
                reading.evidence.append(_failed(file, f"it is no JSON: {str(error)[:80]}"))
                continue
            for template in found:
                _try(child, file, template, counter, reading)
    return reading


def templates_in(file: InputFile) -> Iterator[Found]:
    """The templates of a file. Raises ValueError, RecursionError."""
    if not file.name.endswith(".json"):
        yield Found(file.text, 1)
        return
    data = json.loads(file.text)
    held = data.get("chat_template") if isinstance(data, dict) else None
    tokens = dict(named_tokens(data)) if isinstance(data, dict) else {}
    line = file.text[: max(file.text.find('"chat_template"'), 0)].count("\n") + 1
    if isinstance(held, str):
        yield Found(held, line, "", tokens, True)
    elif isinstance(held, list):
        named = [m.start() for m in re.finditer(r'"template"\s*:', file.text)]
        for number, each in enumerate(held):
            if isinstance(each, dict) and isinstance(each.get("template"), str):
                is_told = len(named) == len(held)
                at = file.text[: named[number]].count("\n") + 1 if is_told else line
                yield Found(each["template"], at, str(each.get("name", "")), tokens, True)


def _given_to(name: str) -> dict[str, Any]:
    """What a template of that name is used for, and so always gets."""
    return {"tools": TOOLS} if "tool" in name else {"documents": DOCUMENTS} if name == "rag" else {}


def _failed(file: InputFile, why: str) -> Evidence:
    place = Place(file.name)
    return Evidence(Cause.UNREADABLE, place, place, f"`{file.name}` was not analysed: {why}")


def _try(
    child: TemplateChild, file: InputFile, template: Found, counter: Counter, reading: Reading
) -> None:
    try:
        faults = faults_of(child, template.source, template.tokens | _given_to(template.name))
        lines = [line_of(template.source, fault, child) for fault in faults]
    except ChildError as error:
        reading.evidence.append(_failed(file, str(error)))
        return
    family = f"{file.name.replace(chr(92), '/').rpartition('/')[2]}{':' + template.name if template.name else ''}"
    for fault, line in zip(faults, lines, strict=True):
        if fault.cause is Cause.TEMPLATE_FAILS and "not a template" in fault.what:
            reading.evidence.append(_failed(file, fault.what))
            continue
        if fault.stops_all:
            reading.evidence.append(_failed(file, fault.what))
        at = template.line if template.is_json else line
        place = Place(file.name, at, symbol=f"{family}:{fault.cause.name}")
        reading.evidence.append(
            Evidence(
                fault.cause,
                place,
                place,
                fault.what,
                family=family,
                region="template",
                notes=fault.notes,
            )
        )
    place = Place(file.name, template.line)
    reading.families.append(Family(family, place, template.source, counter.count(template.source)))
