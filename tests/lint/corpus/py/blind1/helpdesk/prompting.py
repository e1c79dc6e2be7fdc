"""Prompt assembly for the IT helpdesk assistant."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

MANUAL = (Path(__file__).parent / "manual.md").read_text(encoding="utf-8")


@dataclass
class TicketContext:
    queue: str
    priority: int
    opened_at: datetime = field(default_factory=datetime.utcnow)  # want: PFX101 PFX201

    def banner(self) -> str:
        return f"[{self.opened_at:%Y-%m-%d %H:%M:%S}] queue={self.queue}"


class PromptBuilder:
    def __init__(self, manual: str = MANUAL) -> None:
        self._manual = manual

    def system(self, ctx: TicketContext) -> str:
        sections = [ctx.banner(), self._manual]  # want: PFX101 PFX201
        return "\n\n".join(sections)
