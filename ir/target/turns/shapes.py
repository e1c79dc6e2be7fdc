"""Conversations rendered with marked contents, and cut at the marks into what the template wrote around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..calls import CALL
from ..conversation import or_opened
from ..template import ChatTemplate
from ..template_error import TemplateError
from ..thinking import THINKING, Request
from .words import Asked, Word

NEUTRAL = "Qz{}Qz"
"""A content that no template trims, escapes or looks into."""


DROPPED = "\1"
"""Stands behind what the template does not show, as reasoning; what stands there is before it."""
Filled = tuple[Asked, Sequence[str]]
"""A conversation with its contents."""
_AT_ONCE = 200


class Misplaced(Exception):
    """The contents of a conversation do not stand there once, in order."""

    def __init__(self, asked: Asked, text: str) -> None:
        super().__init__(f"{', '.join(asked.roles)}: {text[:60]!r}")
        self.asked, self.text = asked, text


@dataclass
class Shapes:
    """Renders conversations, each shape once. `tools` are those that the program gives the template."""

    template: ChatTemplate
    tools: Sequence[Any] | None = None
    errors: dict[Asked, str] = field(default_factory=dict[Asked, str])
    _texts: dict[Asked, str | TemplateError] = field(
        default_factory=dict[Asked, "str | TemplateError"]
    )
    _gaps: dict[Asked, tuple[str, ...] | None] = field(
        default_factory=dict[Asked, "tuple[str, ...] | None"]
    )

    def texts(self, many: Sequence[Filled]) -> Iterator[str | TemplateError]:
        """What calls are asked with, or why not. Raises TemplateError where nothing can be rendered."""
        for start in range(0, len(many), _AT_ONCE):
            requests = [self._request(*each) for each in many[start : start + _AT_ONCE]]
            outcomes = self.template.render_all(requests)
            for request, outcome in zip(requests, outcomes, strict=True):
                yield or_opened(self.template, request, outcome)

    def prepare(self, many: Iterable[Asked]) -> None:
        """Render shapes together, which is faster than one by one."""
        new = [asked for asked in dict.fromkeys(many) if asked not in self._texts]
        found = self.texts([(asked, neutral(len(asked.roles))) for asked in new])
        self._texts.update(zip(new, found, strict=True))

    def _request(self, asked: Asked, contents: Sequence[str]) -> Request:
        messages = [
            {"role": role, "content": content}
            for role, content in zip(asked.roles, contents, strict=True)
        ]
        if asked.fresh and asked.roles[-1] in ("assistant", THINKING):
            told = "on" if asked.roles[-1] == THINKING else asked.thinking
            return Request(
                messages[:-1], add_generation_prompt=True, tools=self.tools, thinking=told
            )
        return Request(messages, continue_final_message=True, tools=self.tools)

    def gaps(self, asked: Asked) -> tuple[str, ...] | None:
        """The text before each content; None where the template refuses. Raises Misplaced."""
        if asked not in self._gaps:
            self._gaps[asked] = self._cut(asked)
        return self._gaps[asked]

    def before(self, lead: Word, asked: Asked) -> str | None:
        """All that stands before the first content of `asked`, behind the turns of `lead`; and whether it is shown."""
        gaps = self.gaps(asked._replace(roles=lead + asked.roles))
        if gaps is None:
            return None
        at = len(lead) + 1
        return "\0".join((*gaps[:at], *(gap for gap in gaps[at : at + 1] if gap == DROPPED)))

    def closed_end(self, lead: Word) -> str:
        """What the template writes after the last content of a conversation that ends; empty if it refuses."""
        if lead[-1] == THINKING:
            return ""
        contents = neutral(len(lead))
        turns = [{"role": r, "content": c} for r, c in zip(lead, contents, strict=True)]
        try:
            text = self.template.render(turns, tools=self.tools)
        except TemplateError:
            return ""
        return text.rpartition(contents[-1])[2]

    def _cut(self, asked: Asked) -> tuple[str, ...] | None:
        contents = neutral(len(asked.roles))
        self.prepare([asked])
        text = self._texts[asked]
        if isinstance(text, TemplateError):
            self.errors[asked] = str(text)
            return None
        shown = contents[:-1] if asked.fresh else contents
        gaps: list[str] = []
        rest = text
        behind: list[str] = []
        for at, content in enumerate(shown):
            if may_vanish(asked.roles[at:]) and content not in rest:
                behind = [DROPPED]
                continue
            gap, found, rest = rest.partition(content)
            if not found or content in rest:
                raise Misplaced(asked, text)
            gaps += [gap, *behind]
            behind = []
        if asked.fresh:
            return (*gaps, rest)
        if rest:
            raise Misplaced(asked, text)
        return tuple(gaps)


def may_vanish(roles: Word) -> bool:
    """Whether the first of some turns need not be shown later: reasoning, or what is said before a call."""
    return roles[0] == THINKING or roles[:2] == ("assistant", CALL)


def neutral(count: int) -> list[str]:
    """Contents to tell apart."""
    return [NEUTRAL.format(number) for number in range(count)]
