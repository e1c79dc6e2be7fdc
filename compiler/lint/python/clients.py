"""Clients of services, made by name: under which account and at which address they ask."""

from __future__ import annotations

from collections.abc import Iterator

from .calling import Calling
from .contents import made_here
from .holding import union
from .taints import NONE, Taints
from .values import Choice, Opaque, Value

CLIENTS = frozenset(
    f"{kind}{name}"
    for kind in ("", "Async")
    for name in "OpenAI AzureOpenAI Anthropic Groq Together Mistral InferenceClient".split()
) | {"ChatOpenAI", "AzureChatOpenAI", "ChatAnthropic", "ChatGroq", "ChatMistralAI"}

ACCOUNT = ("api_key", "base_url", "api_base", "azure_endpoint", "organization", "project")
"""What says who asks, and where: caches belong to accounts, and lie on machines."""


def client_call(call: Calling) -> Value:
    """A client; of what it is made with, only what decides which cache it reads stays in it."""
    label = f"{call.name.rpartition('.')[2]}()"
    taints = union(drawn_in(value) for value in _deciding(call))
    return Opaque(taints, label=label, contents=made_here(call.run))


def client_taints(value: Value) -> Taints:
    """What decides which cache a client reads, told of a method of one."""
    if not isinstance(value, Opaque) or value.label.partition("()")[0] not in CLIENTS:
        return NONE
    return value.taints


def drawn_in(value: Value) -> Taints:
    """What decides which one of several a value is, where it is one of them."""
    return value.taints if isinstance(value, Choice) else NONE


def _deciding(call: Calling) -> Iterator[Value]:
    yield from (call.kwargs[name] for name in ACCOUNT if name in call.kwargs)
    yield from call.args[:1]
