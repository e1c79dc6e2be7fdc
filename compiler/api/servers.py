"""Servers that Python programs run on: `RuntimeEndpoint`, `OpenAI`, `Anthropic`, `LiteLLM`.

Each says which service is meant; how it is reached and asked is `running.servers`' to know, as on the command line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...ir.diagnostic import CompileFailed, Diagnostic
from ...lang.python.surface import nearest
from ...runtime.backends.services import SERVICES, ServiceName
from ..driver.targets import Choice, choose_target
from ..running.backends import BackendOptions, missing_package
from ..running.places import key_of
from .endpoints import Endpoint

if TYPE_CHECKING:
    from ..running.servers import Connection, Found

COMPLETION_MODELS = ("gpt-3.5-turbo-instruct", "davinci-002", "babbage-002")
"""How the names of the models begin that OpenAI serves for completions alone."""
_PACE = ("requests_per_minute", "tokens_per_minute")


class Remote(Endpoint):
    """A server: a model that it serves, found or taken at its word, and the connection to it."""

    def __init__(self, connection: Connection, found: Found) -> None:
        super().__init__(connection.backend(found, ()), found.choice)


class RuntimeEndpoint(Remote):
    """An SGLang server: asked with token ids where its model's files are here. `model` names other ones."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        verify: str | bool | None = None,
        chat_template_name: str | None = None,
        *,
        model: str | None = None,
        **options: Any,
    ) -> None:
        if chat_template_name is not None:
            raise ValueError("the chat template is the model's own; `model=` names another target")
        to = connection("sglang", base_url, api_key, {**options, "verify": verify})
        super().__init__(to, _found(to, model))


class OpenAI(Remote):
    """Any OpenAI-compatible server, OpenAI's own without `base_url`. `model` names the target for counting.

    `is_chat_model`: asked with turns; so are all but the known completion models, unless it is said.
    """

    def __init__(
        self,
        model_name: str,
        is_chat_model: bool | None = None,
        chat_template: str | None = None,
        is_azure: bool = False,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        model: str | None = None,
        **options: Any,
    ) -> None:
        if is_azure:
            raise NotImplementedError("Azure is reached by its OpenAI-compatible `base_url`")
        _refuse_template(chat_template)
        is_chat = not is_completion_model(model_name) if is_chat_model is None else is_chat_model
        to = connection("openai", base_url, api_key, options)
        super().__init__(to, to.named(model_name, _choice(model), is_chat))


class Anthropic(Remote):
    """A model of Anthropic's, asked with turns and with marks for its cache. `model` names the target for counting."""

    def __init__(
        self,
        model_name: str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        model: str | None = None,
        **options: Any,
    ) -> None:
        to = connection("anthropic", base_url, api_key, options)
        super().__init__(to, to.named(model_name, _choice(model)))


class LiteLLM(Remote):
    """A model behind a LiteLLM proxy, asked with turns. `model` names the target for counting."""

    def __init__(
        self,
        model_name: str,
        chat_template: str | None = None,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        model: str | None = None,
        **options: Any,
    ) -> None:
        _refuse_template(chat_template)
        to = connection("litellm", base_url, api_key, options)
        super().__init__(to, to.named(model_name, _choice(model)))


def is_completion_model(name: str) -> bool:
    """Whether a model is asked with text, not with turns, as far as its name says."""
    return name.startswith(COMPLETION_MODELS)


def _refuse_template(chat_template: str | None) -> None:
    if chat_template is not None:
        raise ValueError("the chat template is the server's own; `model=` names another target")


def _choice(model: str | None) -> Choice | None:
    return choose_target(model) if model is not None else None


def _found(to: Connection, model: str | None) -> Found:
    """The model of an SGLang server: what it says of itself, unless its target is named."""
    from ..running.servers import find

    return to.named(model, choose_target(model), is_chat=False) if model else find(to, None)


def connection(
    name: ServiceName, url: str | None, key: str | None, options: Mapping[str, Any]
) -> Connection:
    """A service at an address, else where its environment variable says it is; its key likewise.

    Raises CompileFailed: there is no key (SGL2035), or the client of servers is not installed. Raises TypeError for an
    option that the service has not.
    """
    try:
        from ...runtime.transport.pace import Pace
        from ..running.servers import Connection
    except ImportError as error:
        raise missing_package(name, error) from error
    service = SERVICES[name]
    given = {option: value for option, value in options.items() if option not in _PACE}
    _check(name, given)
    return Connection(
        service,
        service.address(url, os.environ),
        key or _key(name, url),
        Pace(options.get("requests_per_minute"), options.get("tokens_per_minute")),
        given,
    )


def _key(name: ServiceName, url: str | None) -> str | None:
    """The key in the service's own variable. Raises CompileFailed (SGL2035)."""
    try:
        return key_of(SERVICES[name], BackendOptions(name=name, base_url=url), os.environ)
    except CompileFailed as failed:
        (found,) = failed.diagnostics
        help = "`api_key=` gives one, `base_url=` asks another server"
        raise CompileFailed([Diagnostic(found.code, found.headline, helps=(help,))]) from None


def _check(name: ServiceName, given: Mapping[str, Any]) -> None:
    """Refuse options that the backend has not. Raises TypeError with the one that may be meant."""
    known = [*_PACE, *_OPTIONS[name]]
    for option in given:
        if option not in known:
            raise TypeError(f"`{name}` has no option `{option}`; {nearest(option, known)}")


_EVERYWHERE = ("verify", "policy")
_OPTIONS: Mapping[ServiceName, tuple[str, ...]] = {
    "openai": (*_EVERYWHERE, "dialect"),
    "litellm": _EVERYWHERE,
    "sglang": (*_EVERYWHERE, "seeds", "check_tokenizer"),
    "anthropic": (*_EVERYWHERE, "lifetime"),
}
"""What may be said of a server besides where it is, who asks, and how fast."""
