"""How the judges of a log count tokens and make evidence, and what a family showed them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...finding import Cause, Evidence, Loss, Place
from ..breaks import Counting
from ..units import Request

WORTH = 24


@dataclass(slots=True)
class Judgement:
    """What a family showed: evidence, and the tokens for the summary."""

    evidence: list[Evidence] = field(default_factory=list)
    prompt: int = 0
    shared: int = 0
    safe: int = 0
    lost: int = 0


@dataclass(frozen=True)
class Scale:
    """What judges of one log file share: its name, how tokens are counted, and how evidence of it is made."""

    file: str
    count: Counting
    is_exact: bool

    def evidence(
        self,
        cause: Cause,
        what: str,
        request: Request,
        name: str,
        loss: Loss | None = None,
        region: str = "prompt",
        notes: tuple[str, ...] = (),
    ) -> Evidence:
        """Evidence that stands at a request."""
        place = Place(self.file, request.line, symbol=f"{name}:{cause.name}")
        return Evidence(cause, place, place, what, (), loss, name, region, notes, request.target)
