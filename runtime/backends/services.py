"""The services that a run can be sent to by name: where they are, and where their keys stand; as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Way = Literal["ids", "text", "messages"]
"""How a prompt is sent: token ids; text with the template of the server's own model; turns, which it renders."""
ServiceName = Literal["openai", "vllm", "sglang", "anthropic", "litellm"]


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of server.

    `base_url` where it is without an address; `path` is what an address without a path gets. `urls` and `keys`: the
    environment variables that its own clients read, the first that is set. `dialect` None: it says itself what it is.
    `needs_key`: at `base_url` it answers nobody without one. `is_chat`: turns are all that it takes.
    """

    name: ServiceName
    title: str
    base_url: str
    path: str
    urls: tuple[str, ...]
    keys: tuple[str, ...]
    dialect: str | None = None
    needs_key: bool = False
    is_chat: bool = False

    def address(self, given: str | None, environment: Mapping[str, str]) -> str:
        """The server's address: as given, by a variable, or its own."""
        found = given or next((environment[v] for v in self.urls if environment.get(v)), "")
        url = (found or self.base_url).rstrip("/")
        has_path = "/" in url.split("://", 1)[-1]
        return url if has_path else url + self.path


SERVICES: dict[ServiceName, Service] = {
    service.name: service
    for service in (
        Service(
            "openai",
            "OpenAI, or any server with its API",
            "https://api.openai.com/v1",
            "/v1",
            ("OPENAI_BASE_URL",),
            ("OPENAI_API_KEY",),
            needs_key=True,
        ),
        Service(
            "vllm",
            "vLLM",
            "http://127.0.0.1:8000/v1",
            "/v1",
            ("VLLM_BASE_URL",),
            ("VLLM_API_KEY", "OPENAI_API_KEY"),
            dialect="vllm",
        ),
        Service(
            "sglang",
            "SGLang, by its native protocol",
            "http://127.0.0.1:30000",
            "",
            ("SGLANG_BASE_URL",),
            ("SGLANG_API_KEY",),
            dialect="sglang",
        ),
        Service(
            "anthropic",
            "Anthropic",
            "https://api.anthropic.com",
            "",
            ("ANTHROPIC_BASE_URL",),
            ("ANTHROPIC_API_KEY",),
            dialect="anthropic",
            needs_key=True,
            is_chat=True,
        ),
        Service(
            "litellm",
            "a LiteLLM proxy",
            "http://127.0.0.1:4000/v1",
            "/v1",
            ("LITELLM_PROXY_API_BASE",),
            ("LITELLM_PROXY_API_KEY", "LITELLM_API_KEY"),
            dialect="litellm",
            is_chat=True,
        ),
    )
}
assert set(SERVICES) == set(get_args(ServiceName))
