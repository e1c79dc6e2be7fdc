"""The reader of Jinja: templates that a program renders are judged with it, the others by themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..finding import Cause, Evidence, Family, Place, Reading
from ..inputs import InputFile
from ..layout import SESSION, Request, Segment, inversions, merged, static_prefix
from ..python.machine import Run
from ..python.origins import STABLE_TOKENS, STABLE_WORDS, origins
from ..python.taints import Lit, Part
from ..python.texts import parts_of, text
from ..python.values import Value
from ..tokens import Counter
from .characters import invisible
from .lookup import find
from .parse import Parsed, TemplateProblem, parse
from .prompts import is_prompt
from .render import Renderer

_PULLED = re.compile(r"\{%-?\s*(?:extends|include)\s+[\"']([^\"']+)[\"']")
"""What makes another template's text part of one's own."""


class Templates:
    """The templates of a project, for the calls that render them; remembers which of them were."""

    def __init__(self, files: Sequence[InputFile], reading: Reading) -> None:
        self.parsed: dict[str, Parsed] = {}
        self.texts = {file.name: file.text for file in files}
        self.used: set[str] = set()
        self.broken: dict[str, Evidence] = {}
        self.reading = reading
        for file in files:
            try:
                self.parsed[file.name] = parse(file.name, file.text)
            except TemplateProblem as error:
                if is_prompt(file.name, file.text):
                    reading.evidence.append(_failed(file, error))
                else:
                    self.broken[file.name] = _failed(file, error)

    def knows(self, name: str) -> bool:
        """Whether a template of that name was read."""
        return find(self.parsed, name) is not None

    def around(self, source: str, near: str, depth: int = 4) -> str:
        """The texts of the templates that one extends or includes."""
        found = (find(self.parsed, match[1], near) for match in _PULLED.finditer(source))
        texts = [self.texts[each.file] for each in found if each is not None]
        return "".join(t + self.around(t, near, depth - 1) for t in texts) if depth else ""

    def rendered(self, name: str, values: Mapping[str, Value], near: str) -> Value | None:
        """A template's text for some values; None where it isn't known."""
        found = self.sections(name, values, near)
        return (
            text([p for _, each in found for p in parts_of(each, Place(name))]) if found else None
        )

    def sections(
        self, name: str, values: Mapping[str, Value], near: str
    ) -> list[tuple[str, Value]] | None:
        """The same by role: a file of several sections is as many messages."""
        parsed = find(self.parsed, name, near)
        if parsed is None:
            self._asked_for(name)
            return None
        self.used.add(parsed.file)
        renderer = Renderer(parsed, values, self.parsed)
        return [(section.role, text(parts)) for section, parts in renderer.sections()]

    def _asked_for(self, name: str) -> None:
        """A template that a program renders, and that can't be parsed, is told of."""
        ending = name.replace("\\", "/").lstrip("./")
        whole = [f for f in self.broken if f"/{f}".replace("\\", "/").endswith(f"/{ending}")]
        for file in whole if ending else ():
            self.reading.evidence.append(self.broken.pop(file))

    def inline(self, words: str, values: Mapping[str, Value], place: Place) -> Value | None:
        """The text of a template that stands in a program, told at the line that renders it."""
        try:
            parsed = parse(place.file, words)
        except TemplateProblem:
            return None
        renderer = Renderer(parsed, values, self.parsed, place)
        return text(renderer.parts())


def _failed(file: InputFile, error: TemplateProblem) -> Evidence:
    place = Place(file.name, error.line)
    return Evidence(Cause.UNREADABLE, place, place, f"`{file.name}` was not analysed: {error}")


def read_alone(templates: Templates, run: Run, counter: Counter, sent: set[str]) -> Reading:
    """Judge the templates by themselves that no followed call sends; `sent` are those that one does."""
    reading = Reading()
    for file, parsed in templates.parsed.items():
        source = templates.texts[file]
        whole = source + templates.around(source, file)
        if file not in sent and not (is_prompt(file, whole) and file not in templates.used):
            continue
        reading.evidence += invisible(file, source)
        if file in sent:
            continue
        request = _request(parsed, templates.parsed, run, counter)
        reading.evidence += inversions(request)
        prefix, is_whole = static_prefix(request)
        reading.families.append(
            Family(request.family, request.sink, prefix, counter.count(prefix), is_whole)
        )
    return reading


def _request(parsed: Parsed, others: Mapping[str, Parsed], run: Run, counter: Counter) -> Request:
    name = parsed.file.replace("\\", "/").rpartition("/")[2]
    request = Request(Place(parsed.file, 1), name)
    segments: list[Segment] = []
    renderer = Renderer(parsed, {}, others)
    sections = list(renderer.sections())
    for number, (section, parts) in enumerate(sections):
        is_newest = number == len(sections) - 1 and section.role == "user" and number > 0
        region = "system" if section.role in ("system", "developer") else str(number)
        segments += [
            replace(_segment(part, run, counter), region=region, is_newest=is_newest)
            for part in parts
        ]
    request.segments = merged(segments)
    last = max((p.lineno for _, tree in parsed.sections for p in tree.body), default=1)
    request.sink = Place(parsed.file, last)
    return request


def _segment(part: Part, run: Run, counter: Counter) -> Segment:
    if isinstance(part, Lit):
        return Segment(0, part.text, counter.count(part.text))
    if part.is_element:
        return Segment(SESSION, is_unknown=True, is_history=True)
    held = origins(run, part.taints)
    if held:
        return Segment(max(o.rank for o in held), origins=held)
    if any(word in part.label.lower() for word in STABLE_WORDS):
        return Segment(1, tokens=STABLE_TOKENS, is_unknown=True)
    return Segment(7, is_unknown=True)
