"""The prefix that sibling arms share in direct mode: sent once, before the first of them asks something."""

from __future__ import annotations

import asyncio

from ...runtime.executor.asking.calls import prefill
from ...runtime.executor.instance import Frame, Run
from ...runtime.executor.prompts import PromptState


class Group:
    """The prefix that sibling arms share. It is sent once, when the first of them asks something."""

    def __init__(self, run: Run, shared: PromptState | None, outer: Group | None) -> None:
        self._run, self._shared, self._outer = run, shared, outer
        self._sent: asyncio.Task[None] | None = None

    async def send(self, asked: PromptState | None, frame: Frame) -> None:
        """Have the prefix computed before an arm asks with `asked`; waits for it."""
        if self._outer is not None:
            await self._outer.send(asked, frame)
        if self._sent is None:
            self._sent = asyncio.ensure_future(self._send(asked, frame))
        await asyncio.shield(self._sent)

    async def _send(self, asked: PromptState | None, frame: Frame) -> None:
        shared = self._shared
        if shared is not None and asked is not None and self._run.backend.capabilities.prefill:
            bare = asked.tokens == shared.tokens
            await prefill(self._run, frame, shared, leave_last=bare)
