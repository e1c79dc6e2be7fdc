"""The model's chat template, rendered as the Hugging Face libraries render it, in a sandbox.

A template is foreign code: it runs in jinja2's immutable sandbox, in a process of its own with bounded time and
memory, and what it raises becomes a `TemplateError`. Used by the prober in `turns`, and by whole rendering.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .call_probing import find_calls
from .calls import CALL, Calls, Told, chatml_told
from .calls import CHATML as PLAIN_CALLS
from .pool import POOL
from .template_error import TemplateError
from .template_files import template_sources, template_tokens
from .thinking import CHATML as PLAIN
from .thinking import THINKING, Message, Request, Spoken, Thinking, find_thinking

if TYPE_CHECKING:
    import jinja2

CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
DATE = "2026-01-01"
"""The day that every template sees. A clock in a prompt would break its prefix each day, unnoticed."""


@dataclass(frozen=True)
class ChatTemplate:
    """A chat template and all that it reads besides the messages.

    `tokens` are named (`bos_token` and the like); `arguments` are its own variables, such as `enable_thinking`;
    `date` is the day that it sees; `with_tools`, where a model has one, is used instead of `source` for
    conversations with tools.
    """

    source: str
    tokens: Mapping[str, str] = field(default_factory=dict[str, str])
    date: str = DATE
    with_tools: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    models: dict[Any, Any] = field(
        default_factory=dict[Any, Any], init=False, repr=False, compare=False
    )

    @classmethod
    def from_folder(cls, folder: Path) -> ChatTemplate | None:
        """The template of a model folder, None when it has none. Raises OSError or ValueError."""
        sources = template_sources(folder)
        tools = sources.get("tool_use", "")
        source = sources.get("default", tools)
        if not source:
            return None
        POOL.warm()
        return cls(source, template_tokens(folder), with_tools=tools)

    @classmethod
    def chatml(cls) -> ChatTemplate:
        """The plain ChatML template."""
        return cls(CHATML)

    @cached_property
    def digest(self) -> str:
        """Names the template and all that it reads besides the messages."""
        date = self.date if self.reads_clock else ""
        known = [self.source, self.with_tools, sorted(self.tokens.items()), date]
        arguments = sorted(self.arguments.items())
        text = json.dumps([known, arguments], sort_keys=True)
        return blake2b(text.encode(), digest_size=8).hexdigest()

    @property
    def reads_clock(self) -> bool:
        """Whether it asks for the date; it is given `date`, always."""
        return "strftime_now" in self.source + self.with_tools

    def render(
        self,
        messages: Sequence[Message],
        *,
        add_generation_prompt: bool = False,
        continue_final_message: bool = False,
        tools: Sequence[Any] | None = None,
        thinking: str = "",
    ) -> str:
        """The text of the messages. Raises TemplateError.

        A message of the role `thinking` is the reasoning of the one behind it, one of the role `call` the tool call of
        the one before it; `thinking` tells a generation prompt that it is `on` or `off`.
        `continue_final_message` leaves the last turn open right after its content, as the template wrote it (a
        template that trims contents trims this one too).
        """
        request = Request(messages, add_generation_prompt, continue_final_message, tools, thinking)
        found = self.render_all([request])[0]
        if isinstance(found, TemplateError):
            raise found
        return found

    @cached_property
    def thinking(self) -> Thinking:
        """How its model's reasoning is written."""
        if self.source == CHATML:
            return PLAIN
        return find_thinking(self.source, self._alone)

    @cached_property
    def calls(self) -> Calls:
        """How its model's tool calls are written."""
        if self.source == CHATML:
            return PLAIN_CALLS
        return find_calls(lambda request: self._alone(request, {}), self.thinking)

    def _alone(self, request: Request, arguments: Mapping[str, Any]) -> str | TemplateError:
        try:
            return self._rendered([Spoken(request, arguments)])[0]
        except TemplateError as error:
            return error

    def render_all(self, requests: Sequence[Request]) -> list[str | TemplateError]:
        """What becomes of each of several renderings, as one job. Raises TemplateError."""
        return self._rendered([self._spoken(request) for request in requests])

    def _spoken(self, request: Request) -> Spoken:
        told = self._told(request)
        roles = {message.get("role") for message in told.request.messages}
        if not told.request.thinking and THINKING not in roles:
            return Spoken(told.request, {}, told.tail, told.written)
        spoken = self.thinking.spoken(told.request)
        return spoken._replace(tail=spoken.tail + told.tail, written=told.written)

    def _told(self, request: Request) -> Told:
        if all(message.get("role") != CALL for message in request.messages):
            return Told(request)
        return chatml_told(request) if self.source == CHATML else self.calls.told(request)

    def _rendered(self, many: Sequence[Spoken]) -> list[str | TemplateError]:
        found: list[str | TemplateError] = []
        for with_tools, group in groupby(many, lambda each: each.request.tools is not None):
            asked = list(group)
            source = self.with_tools if with_tools and self.with_tools else self.source
            for spoken, outcome in zip(asked, self._outcomes(source, asked), strict=True):
                found.append(_finished(spoken, outcome))
        return found

    def _outcomes(self, source: str, many: Sequence[Spoken]) -> list[str | TemplateError]:
        """Our own template is rendered here, everybody else's in a child process."""
        variables = [self._variables(spoken) for spoken in many]
        if source == CHATML:
            return [_tried(self._compiled, each) for each in variables]
        outcomes = POOL.render_all(source, self.date, variables)
        return [TemplateError(o.error) if o.text is None else o.text for o in outcomes]

    def _variables(self, spoken: Spoken) -> dict[str, Any]:
        request = spoken.request
        shown = [dict(message) for message in request.messages]
        return {
            "documents": None,
            **self.tokens,
            **self.arguments,
            **spoken.arguments,
            "messages": _with_end_mark(shown) if request.continue_final_message else shown,
            "tools": list(request.tools) if request.tools is not None else None,
            "add_generation_prompt": request.add_generation_prompt,
        }

    @cached_property
    def _compiled(self) -> jinja2.Template:
        from .sandbox import compile_template

        return compile_template(CHATML, self.date)


def _tried(template: jinja2.Template, variables: dict[str, Any]) -> str | TemplateError:
    from .sandbox import run_template

    try:
        return run_template(template, **variables)
    except TemplateError as error:
        return error


def _finished(spoken: Spoken, outcome: str | TemplateError) -> str | TemplateError:
    if isinstance(outcome, TemplateError):
        return outcome
    text = outcome
    try:
        if spoken.request.continue_final_message:
            text = _cut_at_end_mark(text, spoken.request.messages[-1]["content"])
        for each in spoken.written:
            text = each.put_into(text)
        return text + spoken.tail
    except TemplateError as error:
        return error


# Stands right after the final content. A template that trims contents takes the white space, which shows that it does.
_END_MARK = "QzEndOfFinalMessageQz \t \n\t "


def _with_end_mark(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not messages or not isinstance(messages[-1].get("content"), str):
        raise TemplateError("there is no final message to continue")
    content = messages[-1]["content"]
    final = messages[-1] | {"content": (content if content.strip() else "") + _END_MARK}
    return [*messages[:-1], final]


def _cut_at_end_mark(text: str, content: str) -> str:
    """Cut where the final content ends, its own white space trimmed if the template trims contents."""
    at = text.rfind(_END_MARK.rstrip())
    if at < 0:
        raise TemplateError("the template does not show the final message")
    is_trimmed = not text.startswith(_END_MARK, at)
    if not content.strip():
        return text[:at] if is_trimmed else text[:at] + content
    return text[:at].rstrip() if is_trimmed else text[:at]
