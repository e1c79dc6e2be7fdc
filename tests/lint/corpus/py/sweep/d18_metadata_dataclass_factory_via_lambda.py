"""Metadata dataclass factory via lambda."""

from dataclasses import dataclass, field
from datetime import datetime, timezone
import litellm
HEAD = "For d18 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@dataclass
class Meta:
    author: str = "bot"
    stamped: str = field(default_factory=lambda: datetime.now(timezone.utc).isoformat())  # want: PFX101
    def lines(self): return [f"{k}: {v}" for k, v in vars(self).items()]
def ask(history):
    meta = Meta()
    head = "\n".join(["---", *meta.lines(), "---", HEAD])
    return litellm.completion(model="openai/gpt-5.1", messages=[{"role": "system", "content": head}, *history])
