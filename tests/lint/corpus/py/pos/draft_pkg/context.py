"""What is known at a call."""
from dataclasses import dataclass, field
from datetime import datetime, timezone


def _now() -> datetime:
    return datetime.now(timezone.utc)  # want: PFX101 PFX201


@dataclass(frozen=True)
class Context:
    tenant: str
    at: datetime = field(default_factory=_now)

    def lines(self):
        yield f"at: {self.at.isoformat()}"
