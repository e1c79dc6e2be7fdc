from dataclasses import dataclass
from pathlib import Path

import anthropic
import yaml

SKILL_ROOT = Path.home() / ".agent" / "skills"


@dataclass(frozen=True)
class Skill:
    name: str
    summary: str
    path: Path

    @classmethod
    def read(cls, path: Path) -> "Skill":
        _, front, _ = path.read_text().split("---", 2)
        meta = yaml.safe_load(front)
        return cls(meta["name"], meta["summary"], path)


def discover() -> list[Skill]:
    return [Skill.read(p) for p in SKILL_ROOT.glob("*/SKILL.md")]  # want: PFX301


def system(base: str) -> list[dict]:
    listing = "\n".join(f"{s.name}: {s.summary}" for s in discover())
    return [{"type": "text", "text": f"{base}\n\n# Skills\n{listing}", "cache_control": {"type": "ephemeral"}}]  # want: PFX301


def step(client: anthropic.Anthropic, base: str, messages: list[dict], tools: list[dict]):
    return client.messages.create(
        model="claude-opus-4-1", max_tokens=4096, system=system(base), tools=tools, messages=messages
    )
