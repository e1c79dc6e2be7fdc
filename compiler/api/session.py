"""One run of a function in direct mode: what its prompts share."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import msgspec

from ...lang.python.appendable import Place
from ...lang.python.calling import Called
from ...runtime.executor.instance import Run
from ...runtime.plan.schema import Family, SourceSpan
from ...runtime.trace.records import Trace
from .streams import TextStream
from .turn_texts import TurnTexts

ROOT, NODE = 0, 1
"""Direct mode has no prefix table: every prompt but the empty one ends at the same node."""


class Working(Protocol):
    """What a session knows of its strands: whether they are over, and how they ended."""

    error: BaseException | None

    @property
    def stream(self) -> TextStream:
        """Its text, as it comes."""
        ...

    async def idle(self) -> None:
        """Wait for what was submitted so far, whether it fails or not."""
        ...

    def cancel(self) -> None:
        """Give up what is not done yet."""
        ...


@dataclass
class Session:
    """One run of a function in direct mode.

    `defaults` are the sampling parameters of gens that do not name their own; `literals` are the
    texts that stand in the function's source, in which control tokens count. `spec_tokens`: the tokens of one
    call for a whole assistant turn, where that is wanted. `called`: which call of the source one is. `tools`: those
    that its source names, which the first turn hands over.
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
    called: Callable[[Place | None], Called | None] = lambda place: None
    tools: Sequence[Any] = ()
    strands: list[Working] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _places: dict[Place | None, str] = field(default_factory=dict)
    _loops: dict[str, int] = field(default_factory=dict)
    _sites: dict[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)

    def site(self, place: Place | None) -> str:
        """The site of a call in the source; of any other its number, in the order in which they were first reached."""
        with self._lock:
            if place not in self._places:
                found = self.called(place) or Called(f"@{len(self._places) + 1}", 0)
                self._places[place] = found.site
                self._loops[found.site] = found.loops
            return self._places[place]

    def loops(self, site: str) -> int:
        """How many loops of the program stand around a call."""
        return self._loops.get(site.removesuffix(".thinking"), 0)

    def render_whole(self) -> None:
        """From here on each call renders its whole conversation: what is thought changes how it is written."""
        plan = self.run.plan
        if not plan.target.whole_render:
            target = msgspec.structs.replace(plan.target, whole_render=True)
            self.run = replace(self.run, plan=msgspec.structs.replace(plan, target=target))

    def family(
        self, kind: Any, name: str, site: str, span: SourceSpan | None, **fields: Any
    ) -> Family:
        """A family for one call."""
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

    def cancel(self) -> None:
        """Give up what no strand has done yet."""
        for strand in list(self.strands):
            strand.cancel()

    async def settle(self) -> None:
        """Wait until no strand has anything to do."""
        for strand in list(self.strands):
            await strand.idle()
