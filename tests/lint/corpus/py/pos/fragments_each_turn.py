"""Plug-ins add their fragments at each assembly, and may have more to say than the turn before."""

from dataclasses import dataclass, field

import anthropic

client = anthropic.Anthropic()
BASE = "Watch over a fleet of pumps. " * 100


@dataclass
class Plugin:
    name: str
    seen: list[str] = field(default_factory=list)

    def observe(self, line: str) -> None:
        self.seen.append(line)  # want: PFX201

    def fragment(self) -> str:
        return f"## {self.name}\n" + "\n".join(self.seen)  # want: PFX201


@dataclass
class Monitor:
    plugins: list[Plugin] = field(default_factory=list)
    history: list[dict] = field(default_factory=list)

    def system(self) -> str:
        parts = [BASE]
        for plugin in self.plugins:
            parts.append(plugin.fragment())
        return "\n\n".join(parts)

    def report(self, line: str):
        for plugin in self.plugins:
            plugin.observe(line)
        self.history.append({"role": "user", "content": line})
        return client.messages.create(
            model="claude-sonnet-5", max_tokens=400, system=self.system(), messages=self.history
        )
