"""One server that a run is sent to: who it is, and which target and which way of asking fit the model that it serves.

Imports httpx through the backends, so it is imported when a server is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...ir.target import ChatTemplate, Target, Tokenizer
from ...runtime.backend import Backend, BackendError
from ...runtime.backends.dialects import dialect_of
from ...runtime.backends.matching import Match, match
from ...runtime.backends.remote import bearer
from ...runtime.backends.served import Served, ask_openai, ask_sglang
from ...runtime.backends.services import Service, Way
from ...runtime.models.folders import find_model
from ...runtime.plan.schema import Plan
from ...runtime.plan.turns import has_images, has_turns
from ...runtime.transport.pace import Pace
from ...runtime.transport.server import Server
from ..driver.targets import Choice, of_folder


@dataclass(frozen=True, slots=True)
class Connection:
    """A service at an address, with a key, asked no faster than `pace`. `more`: options of its backend alone."""

    service: Service
    url: str
    key: str | None
    pace: Pace
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def served(self, model: str | None) -> Served:
        """The model that is meant, as the server names it. Raises BackendError."""
        if self.service.name == "anthropic" or self._is_hosted:
            if model is None:
                what = f"`{self.service.name}` serves many models, and none is named"
                raise BackendError("3105", what, "`--model NAME` names one")
            return Served(model, self.service.dialect or "hosted")
        if self.service.name == "sglang":
            return ask_sglang(self._server())
        return ask_openai(self._server(), model, self.service.dialect)

    def matches(self, served: Served, target: Target) -> Match:
        """Whether the target is the server's model's, as far as the server shows it."""
        return match(self._server(), served.dialect, served.name, target)

    def backend(self, found: Found, plans: Sequence[Plan]) -> Backend:
        """The backend that asks this server, for these plans."""
        way = found.way
        if self.service.name != "anthropic" and any(map(has_images, plans)):
            way = "messages"  # completions take texts alone
        needs_template = any(map(has_turns, plans)) or not plans
        if way == "messages" and not self.service.is_chat and not needs_template:
            way = "text"
        target, name = found.choice.target, found.served.name
        if self.service.name == "anthropic":
            from ...runtime.backends.anthropic import AnthropicBackend

            return AnthropicBackend(
                target,
                model=name,
                api_key=self.key,
                base_url=self.url,
                pace=self.pace,
                **self.more,
            )
        if self.service.name == "sglang" and way == "ids":
            from ...runtime.backends.sglang import SGLangBackend

            return SGLangBackend(self.url, target, api_key=self.key, pace=self.pace, **self.more)
        from ...runtime.backends.openai import OpenAIBackend

        url = f"{self.url}/v1" if self.service.name == "sglang" else self.url
        return OpenAIBackend(
            url,
            target,
            model=name,
            api_key=self.key,
            chat=way == "messages",
            dialect=found.served.dialect or None,
            prompt="text" if way == "text" else ("ids" if found.served.dialect else None),
            pace=self.pace,
            **self.more,
        )

    def named(self, model: str, choice: Choice | None = None, is_chat: bool = True) -> Found:
        """A model that is taken at its word: the server is asked nothing before the first call.

        `choice`: a target to count with, and to render for where it is no chat. Without one it is asked with turns, or
        with plain text.
        """
        served = Served(model, self.service.dialect or ("hosted" if self._is_hosted else ""))
        found = _without_files(served, False)
        way = "messages" if is_chat or self.service.is_chat else ("ids" if choice else "text")
        return replace(found, choice=choice or found.choice, way=way)

    @property
    def _is_hosted(self) -> bool:
        return self.service.needs_key and self.url.startswith(self.service.base_url)

    def _server(self) -> Server:
        return Server(self.url, headers=bearer(self.key), verify=self.more.get("verify"))


@dataclass(frozen=True, slots=True)
class Found:
    """A server's model, the target that stands for it, how it is asked, and what a user should know of that."""

    served: Served
    choice: Choice
    way: Way
    notes: tuple[str, ...] = ()


def find(connection: Connection, model: str | None) -> Found:
    """The target of the model that a server serves. Raises BackendError, CompileFailed."""
    served = connection.served(model)
    takes_ids = dialect_of(served.dialect).ids
    names = [*([model] if model else []), *served.known_as]
    for name in dict.fromkeys(names):
        folder = _files(name)
        if folder is not None:
            choice = _within(of_folder(folder), served)
            if not takes_ids:
                return Found(served, choice, "messages")
            return _checked(connection, served, choice, is_own=name in served.known_as)
    return _without_files(served, takes_ids)


def _checked(connection: Connection, served: Served, choice: Choice, is_own: bool) -> Found:
    """A folder is taken for the server's model unless the server shows that it is not."""
    where = f"`{_short(choice.folder)}`"
    match connection.matches(served, choice.target):
        case "same":
            return Found(served, choice, "ids")
        case "tokenizer" if not is_own:
            raise BackendError(
                "3105",
                f"{where} is not the model that the server runs: their tokenizers differ",
                f"the server calls its model `{served.name}`; `--model` may name its files",
            )
        case "tokenizer":
            found = _without_files(served, False)
            note = f"the server's tokenizer is not the one in {where}"
            return replace(found, notes=(note, *found.notes))
        case "template":
            note = (
                f"the server's chat template is not the one in {where}: turns are sent as messages"
            )
            return Found(served, choice, "messages", (note,))
        case _ if is_own:
            return Found(served, choice, "ids")
        case _:
            note = f"the server does not show its chat template: {where} is taken for its model"
            return Found(served, choice, "ids", (note,))


def _without_files(served: Served, takes_ids: bool) -> Found:
    """The server's own template where it shows it, else turns, which it renders itself. Counts are approximate."""
    if served.template:
        template = ChatTemplate(served.template, served.tokens)
        target = Target(served.name, Tokenizer.estimating(), template)
        note = f"counts are approximate: the tokenizer of `{served.name}` is not at hand"
        return Found(served, _within(Choice(target), served), "text", (note,))
    target = Target("messages", Tokenizer.estimating(), ChatTemplate.chatml())
    approximate = (
        f"counts are approximate: `{served.name}` is asked with messages, and renders them itself"
    )
    sampled = "`anthropic` takes no temperature: calls are sampled as the service does"
    notes = (approximate, sampled) if served.dialect == "anthropic" else (approximate,)
    return Found(served, _within(Choice(target), served), "messages", notes)


def _files(name: str) -> Path | None:
    """A model's files, if they are here. Without the hub's client there is no cache of the hub's to look into."""
    try:
        return find_model(name)
    except ImportError:
        return None


def _within(choice: Choice, served: Served) -> Choice:
    return choice if served.context is None else replace(choice, context=served.context)


def _short(folder: Path | None) -> str:
    return str(folder) if folder is None or len(str(folder)) < 60 else f".../{folder.name}"
