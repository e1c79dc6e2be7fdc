"""Anthropic's API: turns, with marks for its cache where the plan says that calls share a prefix."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import replace

from ...ir.sampling import Sampling
from ...ir.target import Part, Target
from ...ir.target.rules import rules_for
from ..backend import (
    Capabilities,
    Completion,
    GenReply,
    GenRequest,
    PrefillRequest,
    Release,
    Retain,
    SelectReply,
    SelectRequest,
    Usage,
)
from ..transport.decoding import decoded
from ..transport.pace import Pace
from ..transport.policy import Policy
from ..transport.server import Server
from .answer_schemas import AnswerSchema, choice_schema
from .anthropic_replies import Answer, Collected, Piece, finish_of
from .anthropic_requests import Body, Lifetime, Wording, continues, output_format
from .leading import Leading
from .remote import chosen, completion_of, may_call, side_by_side

HOSTED = "https://api.anthropic.com"
VERSION = "2023-06-01"
MOST_AROUND = 64
"""Tokens of a choice beyond its own text: quotes, and the object that it stands in."""


class AnthropicBackend:
    """A model of Anthropic's, by its name there.

    `lifetime`: how long prefixes that are the same in every run are kept; one hour costs more to write. Calls that
    share a prefix which nobody has asked about wait until the first of them is answered: then it is in the cache.
    """

    name = "anthropic"

    def __init__(
        self,
        target: Target,
        *,
        model: str,
        api_key: str | None = None,
        base_url: str | None = None,
        lifetime: Lifetime = "5m",
        policy: Policy | None = None,
        pace: Pace | None = None,
        verify: str | bool | None = None,
    ) -> None:
        headers = {"anthropic-version": VERSION} | ({"x-api-key": api_key} if api_key else {})
        self._server = Server(
            base_url or HOSTED, headers=headers, policy=policy, pace=pace, verify=verify
        )
        self._tokenizer = target.tokenizer
        self._words = Wording(model, rules_for("anthropic"), lifetime)
        self._leading = Leading(self._words.rules.minimum_for(model))
        self.capabilities = Capabilities(
            token_ids=False,
            scores=False,
            constraints=frozenset({"json", "type", "call", "before_call"}),
            prefill=False,
            seeds=False,
            logprobs=False,
            images=True,
            chat=True,
            calls=True,
            continues=continues(model),
            thinking=frozenset({"on", "off"}),
            places=True,
        )

    async def generate(self, request: GenRequest) -> GenReply:
        """Continue a prompt. Raises BackendError."""
        started = time.monotonic()
        asked = self._words.constraint(request.constraint)
        body = self._body(request, asked)
        is_streamed = request.on_tokens is not None and len(request.seeds) == 1
        is_streamed = is_streamed and not may_call(request.prompt_text)
        ask = self._streamed if is_streamed else self._whole
        async with self._leading.turn(request.prompt_text):
            answers = [await ask(body, request)]
        rest = (self._whole(body, request) for _ in request.seeds[1:])
        answers += await side_by_side(rest)
        done = tuple(self._completion(request, answer, asked) for answer, _ in answers)
        passed = time.monotonic() - started
        return GenReply(
            done, _sum([answer.usage.usage(first, passed) for answer, first in answers])
        )

    async def select(self, request: SelectRequest) -> SelectReply:
        """One of the choices as the answer: the API gives no log probabilities. Raises BackendError."""
        asked = choice_schema(request.choice_texts)
        most = 2 * max(map(len, request.choices)) + MOST_AROUND
        gen = GenRequest(
            request.ids, Sampling(max_tokens=most), (0,), prompt_text=request.prompt_text
        )
        async with self._leading.turn(request.prompt_text):
            answer, first = await self._whole(self._body(gen, asked), gen)
        finish_of(answer)
        return chosen(asked.text_of(answer.text), request, answer.usage.usage(first, 0.0))

    async def prefill(self, request: PrefillRequest) -> Usage:
        """Nothing: the first call that asks about a prefix warms it for the others."""
        return Usage()

    async def is_well(self) -> bool:
        """Whether the service answers."""
        return await self._server.is_well("/v1/models")

    def hint(self, hint: Retain | Release) -> None:
        """The API has no word for what may be evicted; none are sent (`capabilities.retention`)."""

    async def close(self) -> None:
        """Let go of the connections; requests after this fail."""
        await self._server.close()

    def _body(self, request: GenRequest, asked: AnswerSchema | None) -> Body:
        body = self._words.prompt(request.prompt_text) | self._words.parameters(request.sampling)
        body |= self._words.thinking(body, request.reasoning)
        return body | (output_format(asked) if asked else {})

    async def _whole(self, body: Body, request: GenRequest) -> tuple[Answer, float]:
        tokens = len(request.ids) + body["max_tokens"]
        return await self._server.post("/v1/messages", body, Answer, tokens=tokens), 0.0

    async def _streamed(self, body: Body, request: GenRequest) -> tuple[Answer, float]:
        assert request.on_tokens is not None
        started, first, collected = time.monotonic(), 0.0, Collected()
        tokens = len(request.ids) + body["max_tokens"]
        asked = body | {"stream": True}
        async with aclosing(self._server.events("/v1/messages", asked, tokens=tokens)) as events:
            async for event in events:
                text = collected.add(decoded(event.data, Piece, self._server.base_url))
                if text:
                    first = first or time.monotonic() - started
                    self._leading.is_led(request.prompt_text)
                    request.on_tokens(0, self._encode(text))
        return collected.answer(), first

    def _completion(
        self, request: GenRequest, answer: Answer, asked: AnswerSchema | None
    ) -> Completion:
        finish, matched = finish_of(answer, may_call(request.prompt_text))
        text = asked.text_of(answer.text) if asked else answer.text
        sampling = request.sampling.merged(max_tokens=-1)
        done = completion_of(
            self._tokenizer, sampling, request.ids, self._encode(text), finish, matched=matched
        )
        return replace(done, reasoning=answer.reasoning, calls=answer.calls)

    def _encode(self, text: str) -> tuple[int, ...]:
        return self._tokenizer.encode((Part(text, False),), continuation=True)


def _sum(usages: list[Usage]) -> Usage:
    """The first sample's account, and what the others computed on top."""
    first, *others = usages
    return Usage(
        prompt=first.prompt,
        cached=first.cached,
        prefilled=first.prefilled + sum(other.prefilled for other in others),
        decoded=first.decoded + sum(other.decoded for other in others),
        decode_s=first.decode_s,
        ttft_s=first.ttft_s,
    )
