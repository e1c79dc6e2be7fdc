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
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .config import named_tokens
from .pool import POOL
from .template_error import TemplateError

if TYPE_CHECKING:
    import jinja2

Message = Mapping[str, Any]
"""One turn: `role` and `content`, and whatever else a template reads."""

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
    """A chat template and the named tokens that it may use (`bos_token` and the like)."""

    source: str
    tokens: Mapping[str, str] = field(default_factory=dict[str, str])
    date: str = DATE
    models: dict[Any, Any] = field(default_factory=dict[Any, Any], repr=False, compare=False)

    @classmethod
    def from_folder(cls, folder: Path) -> ChatTemplate | None:
        """The template of a model folder, None when it has none. Raises ValueError."""
        file = folder / "tokenizer_config.json"
        config: dict[str, Any] = (
            json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        )
        alone = folder / "chat_template.jinja"
        source = (
            alone.read_text(encoding="utf-8")
            if alone.is_file()
            else _default(config.get("chat_template"))
        )
        if not source:
            return None
        POOL.warm()
        return cls(source, named_tokens(config))

    @classmethod
    def chatml(cls) -> ChatTemplate:
        """The plain ChatML template."""
        return cls(CHATML)

    @cached_property
    def digest(self) -> str:
        """Names the template and all that it reads besides the messages."""
        known = json.dumps([self.source, sorted(self.tokens.items()), self.date])
        return blake2b(known.encode(), digest_size=8).hexdigest()

    @property
    def reads_clock(self) -> bool:
        """Whether it asks for the date; it is given `date`, always."""
        return "strftime_now" in self.source

    def render(
        self,
        messages: Sequence[Message],
        *,
        add_generation_prompt: bool = False,
        continue_final_message: bool = False,
        tools: Sequence[Any] | None = None,
    ) -> str:
        """The text of the messages. Raises TemplateError.

        `continue_final_message` leaves the last turn open right after its content, as the template
        wrote it (a template that trims contents trims this one too).
        """
        shown = [dict(message) for message in messages]
        marked = _with_end_mark(shown) if continue_final_message else shown
        text = self._rendered(
            messages=marked,
            tools=list(tools) if tools is not None else None,
            documents=None,
            add_generation_prompt=add_generation_prompt,
            **self.tokens,
        )
        return _cut_at_end_mark(text) if continue_final_message else text

    def _rendered(self, **variables: Any) -> str:
        """Our own template here, everybody else's in a child process."""
        if self.source != CHATML:
            return POOL.render(self.source, self.date, variables)
        from .sandbox import run_template

        return run_template(self._compiled, **variables)

    @cached_property
    def _compiled(self) -> jinja2.Template:
        from .sandbox import compile_template

        return compile_template(self.source, self.date)


# Stands right after the final content. A template that trims contents takes the white space, which shows that it does.
_END_MARK = "QzEndOfFinalMessageQz \t \n\t "


def _with_end_mark(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not messages or not isinstance(messages[-1].get("content"), str):
        raise TemplateError("there is no final message to continue")
    final = messages[-1] | {"content": messages[-1]["content"] + _END_MARK}
    return [*messages[:-1], final]


def _cut_at_end_mark(text: str) -> str:
    """Cut where the final content ends, its own white space trimmed if the template trims contents."""
    at = text.rfind(_END_MARK.rstrip())
    if at < 0:
        raise TemplateError("the template does not show the final message")
    is_trimmed = not text.startswith(_END_MARK, at)
    return text[:at].rstrip() if is_trimmed else text[:at]


def _default(chat_template: object) -> str | None:
    """The template of a configuration; of several, the one named `default`."""
    if isinstance(chat_template, list):
        entries = cast("list[dict[str, str]]", chat_template)
        named = {entry["name"]: entry["template"] for entry in entries}
        return named.get("default")
    return chat_template if isinstance(chat_template, str) else None
