"""Lead, then fan: of calls that share a prefix which no cache has yet, the first goes alone until it is answered.

A service's cache has a prefix when the answer to the request that wrote it begins; calls that come before then each
write it anew, and each is charged for that. Who waits loses the time to the first token, once for each prefix.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b

from ..backend import PromptText

MOST_KNOWN = 10_000
"""Prefixes that are remembered."""

Key = bytes


class Leading:
    """Who leads for which prefix. `least`: shorter ones, in tokens, are not cached, and nobody waits for them."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._led: OrderedDict[Key, asyncio.Event] = OrderedDict()

    @asynccontextmanager
    async def turn(self, prompt: PromptText | None) -> AsyncIterator[None]:
        """Wait for the leader of each prefix of the prompt that others read, or lead; a leader that fails hands on."""
        led: list[Key] = []
        try:
            for key in _keys(prompt, self._least):
                await self._wait_or_lead(key, led)
            yield
            self._told(led)
        finally:
            for key in led:
                event = self._led.get(key)
                if event is not None and not event.is_set():
                    del self._led[key]
                    event.set()

    def is_led(self, prompt: PromptText | None) -> None:
        """The answer to a prompt has begun: its prefixes are in the cache."""
        self._told([key for key in _keys(prompt, self._least) if key in self._led])

    async def _wait_or_lead(self, key: Key, led: list[Key]) -> None:
        while key in self._led:
            event = self._led[key]
            await event.wait()
            if self._led.get(key) is event:
                return
        self._led[key] = asyncio.Event()
        led.append(key)
        while len(self._led) > MOST_KNOWN:
            _, oldest = self._led.popitem(last=False)
            oldest.set()

    def _told(self, keys: list[Key]) -> None:
        for key in keys:
            event = self._led.get(key)
            if event is not None:
                event.set()


def _keys(prompt: PromptText | None, least: int) -> list[Key]:
    """A key for each prefix of a prompt that others read."""
    if prompt is None:
        return []
    keys: list[Key] = []
    for place in prompt.shared:
        if place.tokens >= least and place.reads:
            turns = prompt.turns[: place.turn]
            last = prompt.turns[place.turn] if place.turn < len(prompt.turns) else ("", "", False)
            known = repr((turns, last[0], last[1][: place.offset]))
            keys.append(blake2b(known.encode(), digest_size=16).digest())
    return keys
