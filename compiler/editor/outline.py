"""The outline of a file: its declarations, and in each the names that hold what the model said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...ir.span import Span
from ...lang.check.facts import GenCall, SelectCall
from ...lang.compile import Analysis
from ...lang.syntax import nodes as s


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an outline; `kind` is one of program, prompt, text, type, host function, module, test, answer."""

    name: str
    kind: str
    whole: Span
    at: Span
    detail: str = ""
    inner: tuple[Entry, ...] = ()


def outline(analysis: Analysis) -> list[Entry]:
    """The declarations of a file, in order."""
    return [entry for item in analysis.file.tree.items for entry in _entry(analysis, item)]


_KINDS = {
    s.ProgramDecl: "program", s.PromptDecl: "prompt", s.TextDecl: "text", s.TypeDecl: "type",
    s.ExternDecl: "host function", s.Import: "module",
}  # fmt: skip


def _entry(analysis: Analysis, item: s.Item) -> Iterator[Entry]:
    match item:
        case s.TestDecl(name=name):
            shown = str(name.value) if isinstance(name, s.Literal) else name.span.text
            yield Entry(shown or "test", "test", item.span, name.span)
        case s.ProgramDecl(name=name) | s.PromptDecl(name=name):
            inner = tuple(_answers(analysis, item))
            yield Entry(name.text, _KINDS[type(item)], item.span, name.span, "", inner)
        case s.TextDecl(name=name) | s.TypeDecl(name=name) | s.ExternDecl(name=name):
            yield Entry(name.text, _KINDS[type(item)], item.span, name.span)
        case s.Import(name=name):
            yield Entry(name.text, "module", item.span, name.span)
        case _:
            pass


def _answers(analysis: Analysis, item: s.ProgramDecl | s.PromptDecl) -> Iterator[Entry]:
    facts = analysis.checked.facts
    for node in s.walk(item.body):
        if isinstance(node, s.Assign):
            if isinstance(facts.calls.get(node.value), GenCall | SelectCall):
                kind = str(facts.types.get(node.value, ""))
                yield Entry(node.target.text, "answer", node.span, node.target.span, kind)
