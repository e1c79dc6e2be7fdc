"""How a model thinks before it answers: the markers around its reasoning, and what its chat template is told.

The template is asked first: a conversation with reasoning in it, and generation prompts with thinking on and off,
show the markers as it writes them. What it does not show stands in a table of families (`data/thinking.json`).
In conversations reasoning is a turn of the role `thinking`, just before the assistant's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

from ..sampling import Sampling
from .template_error import TemplateError

Message = Mapping[str, Any]
THINKING = "thinking"
"""The role of what a model thinks."""

_TABLE = Path(__file__).parent / "data" / "thinking.json"
_ASKED, _SAID, _THOUGHT = "QzAskedQz", "QzSaidQz", "QzThoughtQz"


class Request(NamedTuple):
    """One rendering that is asked for. `thinking`: `on` or `off` for a generation prompt that is told so."""

    messages: Sequence[Message]
    add_generation_prompt: bool = False
    continue_final_message: bool = False
    tools: Sequence[Any] | None = None
    thinking: str = ""


class PutsInto(Protocol):
    """Something that stands in for another in a rendering."""

    def put_into(self, text: str) -> str:
        """The rendering with what was meant."""
        ...


class Spoken(NamedTuple):
    """A request without turns of reasoning or calls: what the template is told besides, what follows its text, and
    what is put into it.
    """

    request: Request
    arguments: Mapping[str, Any] = {}
    tail: str = ""
    written: tuple[PutsInto, ...] = ()


@dataclass(frozen=True, slots=True)
class Thinking:
    """What stands around the reasoning of a model.

    `opens`: behind the generation prompt; `closes`: between reasoning and answer; `end`: the part of it that the model
    writes when it has thought enough; `silent`: behind the generation prompt of an answer without reasoning. `on`
    and `off`: arguments of the template; `fields`: names under which a message holds its reasoning.
    """

    opens: str = ""
    closes: str = ""
    end: str = ""
    silent: str = ""
    on: Mapping[str, Any] = field(default_factory=dict[str, Any])
    off: Mapping[str, Any] = field(default_factory=dict[str, Any])
    fields: tuple[str, ...] = ("reasoning_content",)

    @property
    def is_known(self) -> bool:
        """Whether it is known where reasoning ends."""
        return bool(self.end)

    @property
    def stops(self) -> tuple[str, ...]:
        """The texts that end the reasoning: its end marker, with the white space that stands before it."""
        whole = self.closes[: self.closes.find(self.end) + len(self.end)]
        return tuple(dict.fromkeys((whole, self.end)))

    def bounded(self, sampling: Sampling) -> Sampling:
        """How reasoning is asked for: it ends at its end marker, or with its tokens."""
        return sampling.merged(stop=self.stops)

    def spoken(self, request: Request) -> Spoken:
        """The request as the template takes it, with reasoning in the messages that hold it.

        An open turn is asked as the model is asked in it: behind the generation prompt, word for word.
        """
        *before, last = request.messages or [{}]
        thought = before[-1] if before else {}
        is_open = request.continue_final_message
        if request.add_generation_prompt:
            return self._generated(request)
        if is_open and last.get("role") == THINKING:
            return self._behind(request, before, self.opens + last["content"])
        if is_open and thought.get("role") == THINKING:
            said = f"{self.opens}{thought['content']}{self.closes}{last['content']}"
            return self._behind(request, before[:-1], said)
        return Spoken(request._replace(messages=self._merged(request.messages), thinking=""))

    def _generated(self, request: Request) -> Spoken:
        *before, last = request.messages or [{}]
        if last.get("role") == THINKING:
            return self._behind(request, before, f"{self.opens}{last['content']}{self.closes}")
        if request.thinking == "on":
            return self._behind(request, request.messages, self.opens)
        plain = request._replace(messages=self._merged(request.messages), thinking="")
        if request.thinking == "off":
            return Spoken(plain, self.off, self.silent)
        return Spoken(plain)

    def _behind(self, request: Request, messages: Sequence[Message], tail: str) -> Spoken:
        asked = Request(self._merged(messages), add_generation_prompt=True, tools=request.tools)
        return Spoken(asked, self.on, tail)

    def _merged(self, messages: Sequence[Message]) -> list[Message]:
        """Reasoning goes into the message that it led to."""
        found: list[Message] = []
        thought: str | None = None
        for message in messages:
            if message.get("role") == THINKING:
                thought = message["content"]
                continue
            if thought is not None:
                message = {**message, **dict.fromkeys(self.fields, thought)}
            found.append(message)
            thought = None
        return found


CHATML = Thinking("<think>\n", "\n</think>\n\n", "</think>")
"""How plain ChatML goes on where reasoning is asked for: as in the models that think in it."""
Render = Callable[[Request, Mapping[str, Any]], "str | TemplateError"]
"""Renders one request with arguments of its own."""


def find_thinking(source: str, render: Render) -> Thinking:
    """How a template writes reasoning; with no `end` where neither it nor the table says so."""
    table = _table()
    on, off = _arguments(table["arguments"], source)
    fields = tuple(name for name in table["fields"] if _reads_field(source, name))
    family = next((each for each in table["families"] if each["sign"] in source), None)
    user = {"role": "user", "content": _ASKED}
    asked = Request([user], add_generation_prompt=True)
    begun, quiet = render(asked, on), render(asked, off)
    said = {"role": "assistant", "content": _SAID, **dict.fromkeys(fields, _THOUGHT)}
    shown = render(Request([user, said]), on)
    found = _shown(shown, begun, family) or _of_family(family, begun, (quiet, shown))
    is_told = bool(off) and quiet != begun
    known: str = family.get("silent", "") if family else ""
    silent = "" if is_told else known or found.opens + found.closes
    return Thinking(
        found.opens, found.closes, found.end, silent, on, off, fields or ("reasoning_content",)
    )


class _Around(NamedTuple):
    opens: str = ""
    closes: str = ""
    end: str = ""


def _shown(
    shown: str | TemplateError, begun: str | TemplateError, family: Mapping[str, str] | None
) -> _Around | None:
    """The markers of a rendering that shows reasoning before what was said; None where it does not."""
    if isinstance(shown, TemplateError) or isinstance(begun, TemplateError):
        return None
    before, is_there, behind = shown.partition(_THOUGHT)
    closes, has_answer, _ = behind.partition(_SAID)
    if not is_there or not has_answer or _SAID in before or not closes.strip():
        return None
    end = family["end"] if family and family["end"] in closes else closes.strip()
    if before.startswith(begun):
        return _Around(before.removeprefix(begun), closes, end)
    is_open = family is None or begun.startswith(before) or _is_open(family["start"], begun)
    return _Around("" if is_open or family is None else family["opens"], closes, end)


def _of_family(
    family: Mapping[str, str] | None, begun: str | TemplateError, texts: Sequence[object]
) -> _Around:
    """The markers of a family, with the white space of reasoning that the template leaves empty in `texts`."""
    if family is None or isinstance(begun, TemplateError):
        return _Around()
    start, end = family["start"], family["end"]
    opens, closes = family["opens"], family["closes"]
    pattern = re.compile(f"(?:{re.escape(start)})?(\\s*){re.escape(end)}(.*)", re.DOTALL)
    tails = (t.rpartition(_ASKED)[2].partition(_SAID)[0] for t in texts if isinstance(t, str))
    empty = next((found for tail in tails if (found := pattern.search(tail))), None)
    if empty and len(empty[1]) != 1:  # on which side a single one belongs the family says
        half = empty[1][: len(empty[1]) // 2]
        rest = closes.partition(end)[2]
        behind = empty[2] or (rest if rest.strip() else "")
        opens, closes = start + half, empty[1][len(half) :] + end + behind
    return _Around("" if _is_open(start, begun) else opens, closes, end)


def _is_open(start: str, begun: str) -> bool:
    """Whether a generation prompt opens the reasoning itself."""
    return start in begun.rpartition(_ASKED)[2]


def _arguments(
    table: Sequence[Mapping[str, Any]], source: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments that turn thinking on and off, of those that a template reads as variables."""
    read = _variables(source)
    known = [each for each in table if each["name"] in read and each.get("sign", "") in source]
    on = {each["name"]: each["on"] for each in known if "on" in each}
    return on, {each["name"]: each["off"] for each in known if "off" in each}


def _variables(source: str) -> set[str]:
    from jinja2 import TemplateSyntaxError, meta

    from .sandbox import parsing

    try:
        return set(meta.find_undeclared_variables(parsing().parse(source)))
    except (TemplateSyntaxError, RecursionError):
        return set()


def _reads_field(source: str, name: str) -> bool:
    """Whether a template looks for a field of messages by this name."""
    return re.search(rf"""(?:\w\.|\[\s*['"]|get\(\s*['"]|['"]){name}\b""", source) is not None


@cache
def _table() -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", json.loads(_TABLE.read_text("utf-8")))
