"""Plug-ins are enabled per deployment by a comma separated list."""
import importlib
import os
from dataclasses import dataclass, field

from openai import OpenAI

ENABLED = {name.strip() for name in os.environ.get("PLUGINS", "weather,maps,tickets").split(",")}  # want: PFX304 PFX301


@dataclass
class Registry:  # want: PFX304 PFX301
    schemas: list[dict] = field(default_factory=list)
    handlers: dict[str, object] = field(default_factory=dict)

    def load(self) -> "Registry":  # want: PFX304 PFX301
        for name in ENABLED:  # want: PFX304 PFX301
            module = importlib.import_module(f"assistant.plugins.{name}")
            self.schemas.append({"type": "function", "function": module.SCHEMA})
            self.handlers[module.SCHEMA["name"]] = module.handle
        return self


registry = Registry().load()
client = OpenAI()


def turn(messages: list[dict]):
    return client.chat.completions.create(model="gpt-4.1", messages=messages, tools=registry.schemas)  # want: PFX304 PFX301
