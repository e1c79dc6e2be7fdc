"""One run of a function in direct mode: what its prompts share, and where each of them stands."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...ir.ops import Role
from ...runtime.executor.asking.calls import prefill
from ...runtime.executor.instance import Run
from ...runtime.executor.prompts import PromptState
from ...runtime.plan.schema import Family, SourceSpan
from ...runtime.trace.records import Trace
from .turn_texts import TurnTexts

if TYPE_CHECKING:
    from .direct import Strand

ROOT, NODE = 0, 1
"""Direct mode has no prefix table: every prompt but the empty one ends at the same node."""
PROMPT, VALUE = 0, 1
"""The registers of a strand."""


@dataclass
class Session:
    """One run of a function in direct mode.

    `defaults` are the sampling parameters of gens that do not name their own; `literals` are the
    texts that stand in the function's source, in which control tokens count. `spec_tokens`: the tokens of one
    call for a whole assistant turn, where that is wanted.
    """

    run: Run
    loop: asyncio.AbstractEventLoop
    program: str
    defaults: Mapping[str, Any]
    turns: TurnTexts
    trace: Trace
    literals: frozenset[str] = frozenset()
    is_streaming: bool = False
    spec_tokens: int = 0
    strands: list[Strand] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _sites: dict[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)

    def family(self, kind: Any, name: str, span: SourceSpan | None, **fields: Any) -> Family:
        """A family for one call."""
        site = f"{span.line}:{span.column}" if span else "?"
        with self._lock:
            number = len(self.run.families)
            family = Family(
                number, self.program, site, kind, NODE, NODE, [NODE], name=name, span=span, **fields
            )  # fmt: skip
            self.run.families[number] = family
        return family

    def occurrence(self, site: str, arm: tuple[int, ...]) -> int:
        """How often this site of this arm was called before."""
        with self._lock:
            count = self._sites.get((site, arm), 0)
            self._sites[site, arm] = count + 1
        return count

    @property
    def error(self) -> BaseException | None:
        """The first error of any strand, in the order in which they were made."""
        return next((strand.error for strand in list(self.strands) if strand.error), None)

    async def settle(self) -> None:
        """Wait until no strand has anything to do."""
        for strand in list(self.strands):
            await strand.idle()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a strand stands: its prompt, the turn that is open and the one before."""

    prompt: PromptState | None = None
    open: Role | None = None
    before: Role | None = None


class Group:
    """The prefix that sibling arms share. It is sent once, when the first of them asks something."""

    def __init__(self, place: Place, outer: Group | None) -> None:
        self._place, self._outer = place, outer
        self._sent: asyncio.Task[None] | None = None

    async def send(self, strand: Strand) -> None:
        """Have the prefix computed; waits for it."""
        if self._outer is not None:
            await self._outer.send(strand)
        if self._sent is None:
            self._sent = asyncio.ensure_future(self._send(strand))
        await asyncio.shield(self._sent)

    async def _send(self, strand: Strand) -> None:
        shared, asked = self._place.prompt, strand.place.prompt
        run = strand.session.run
        if shared is not None and asked is not None and run.backend.capabilities.prefill:
            bare = asked.tokens == shared.tokens
            await prefill(run, strand.frame, shared, leave_last=bare)
