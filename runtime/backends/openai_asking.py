"""One server with OpenAI's API, asked by body: at once or as a stream, as completions or as a chat."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from ..transport.decoding import decoded
from ..transport.server import Server
from .openai_identity import Identity
from .openai_replies import Account, Body, Chats, Choice, Completions, Echoes, Piece
from .openai_stream import Collected

Listener = Callable[[str, tuple[int, ...]], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request: choices, the account, and after how many seconds the first piece was there."""

    choices: Sequence[Choice]
    account: Account | None
    first: float = 0.0


class Asking:
    """Sends bodies. `is_chat`: to the chat endpoint. Every method raises BackendError."""

    def __init__(self, server: Server, identity: Identity, is_chat: bool) -> None:
        self._server, self._identity = server, identity
        self._is_chat = is_chat
        self._path = "/chat/completions" if is_chat else "/completions"

    async def whole(self, body: Body, tokens: int) -> Answer:
        """The answer to a body. `tokens`: what it counts for in rate limits."""
        kind = Chats if self._is_chat else Completions
        named = await self._identity.named(body)
        answer: Chats | Completions = await self._server.post(
            self._path, named, kind, tokens=tokens
        )
        return Answer(answer.choices, answer.usage)

    async def streamed(self, body: Body, tokens: int, listen: Listener) -> Answer:
        """The same as a stream: `listen` is told of text and ids as they come."""
        started, first = time.monotonic(), 0.0
        named = await self._identity.named(
            body | {"stream": True, "stream_options": {"include_usage": True}}
        )
        collected = Collected(self._is_chat)
        async with aclosing(self._server.events(self._path, named, tokens=tokens)) as events:
            async for event in events:
                text, ids = collected.add(decoded(event.data, Piece, self._server.base_url))
                if text or ids:
                    first = first or time.monotonic() - started
                    listen(text, ids)
        return Answer([collected.answer()], collected.usage, first)

    async def echoed(self, body: Body, tokens: int) -> Echoes:
        """The log probabilities of a prompt."""
        named = await self._identity.named(body)
        return await self._server.post("/completions", named, Echoes, tokens=tokens)
