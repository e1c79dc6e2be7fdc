"""Templates as jinja2 parses them; what only extensions or other tools understand is put into a form that it does."""

from __future__ import annotations

import re
from dataclasses import dataclass

import jinja2
from jinja2 import nodes
from jinja2.ext import loopcontrols

from .poml import in_jinja

_NOW_TAG = re.compile(r"\{%-?\s*now\b(?P<arguments>.*?)-?%\}")
_TAGS = re.compile(
    r"\{%-?\s*(?:end)?(trans|pluralize|csrf_token|url|load|static|generation|cache|autoescape)\b[^%]*-?%\}"
)
_ROLE = re.compile(r"^(system|user|assistant|developer)\s*:\s*$", re.M | re.I)


@dataclass(frozen=True)
class Section:
    """A part of a template file: the role it is for, its text, the line before it."""

    role: str
    text: str
    offset: int


@dataclass(frozen=True)
class Parsed:
    """A template: its sections, each with its tree."""

    file: str
    sections: tuple[tuple[Section, nodes.Template], ...]


class TemplateProblem(Exception):
    """A template that can't be parsed: the reason, and the line."""

    def __init__(self, why: str, line: int = 1) -> None:
        super().__init__(why)
        self.line = line


def parse(file: str, text: str) -> Parsed:
    """Parse a template file. Raises TemplateProblem."""
    environment = jinja2.Environment(extensions=[loopcontrols, "jinja2.ext.do", "jinja2.ext.i18n"])
    found: list[tuple[Section, nodes.Template]] = []
    for section in sections_of(file, text):
        try:
            words = in_jinja(section.text) if file.endswith(".poml") else section.text
            found.append((section, environment.parse(_understood(words))))
        except jinja2.TemplateSyntaxError as error:
            raise TemplateProblem(str(error.message), section.offset + error.lineno) from error
        except (RecursionError, MemoryError) as error:
            raise TemplateProblem("it is nested too deeply") from error
    return Parsed(file, tuple(found))


def _understood(text: str) -> str:
    text = _NOW_TAG.sub(lambda m: "{{ now().strftime(" + (_format(m["arguments"])) + ") }}", text)
    return _TAGS.sub("", text)


def _format(arguments: str) -> str:
    quoted = re.findall(r"'[^']*%[^']*'|\"[^\"]*%[^\"]*\"", arguments)
    return quoted[0] if quoted else "'%c'"


def sections_of(file: str, text: str) -> list[Section]:
    """A Prompty file has a head and sections by role; anything else is one section."""
    if not file.endswith(".prompty"):
        return [Section("system", text, 0)]
    match = re.match(r"---\n.*?\n---\n", text, re.S)
    start = match.end() if match else 0
    heads = list(_ROLE.finditer(text, start))
    if not heads:
        return [Section("system", text[start:], text[:start].count("\n"))]
    ends = [*(h.start() for h in heads[1:]), len(text)]
    return [
        Section(h[1].lower(), text[h.end() : end], text[: h.end()].count("\n"))
        for h, end in zip(heads, ends, strict=True)
    ]
