"""Any server with OpenAI's API: vLLM, SGLang, llama.cpp, hosted services.

Completions are asked with token ids where the server is known to take them, so that a prefix is the one that was
cached; elsewhere with text. The chat API takes turns alone. What the API or the server at hand has no
word for is an error with a way out: nothing is left away in silence.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal

from ...ir.sampling import Sampling
from ...ir.target import Part, Target
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
from ..transport.pace import Pace
from ..transport.policy import Policy
from ..transport.server import Server
from .cache_size import cache_size_of
from .openai_asking import Answer, Asking
from .openai_identity import Identity
from .openai_replies import Body, Choice, cannot, finish_of, logprobs_of, usage_of
from .openai_requests import Constrained, Wording
from .openai_scoring import Scoring
from .openai_splicing import Spliced, parts_to_splice
from .openai_told import NotToldError
from .remote import bearer, check_count, check_ids, chosen, completion_of, may_call, side_by_side

HOSTED = "https://api.openai.com/v1"
MOST_AROUND = 64
"""Tokens of a choice beyond its own text: quotes, and the object that it may stand in."""


class OpenAIBackend:
    """A server by its address, such as `http://127.0.0.1:8000/v1`.

    `chat`: it is asked with turns, as OpenAI's own service is without an address. `model` is the first that the
    server lists, unless it is named; the dialect is what the server says of itself there, unless it is named.
    """

    name = "openai"

    def __init__(
        self,
        base_url: str | None,
        target: Target,
        *,
        model: str | None = None,
        api_key: str | None = None,
        chat: bool | None = None,
        dialect: str | None = None,
        prompt: Literal["ids", "text"] | None = None,
        verify: str | bool | None = None,
        policy: Policy | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._server = Server(
            base_url or HOSTED, headers=bearer(api_key), policy=policy, pace=pace, verify=verify
        )
        self._is_chat = base_url is None if chat is None else chat
        self._tokenizer = target.tokenizer
        self._identity = Identity(self._server, model, dialect or ("" if base_url else "hosted"))
        self._asking = Asking(self._server, self._identity, self._is_chat)
        self._prompt = prompt

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do; asks it who it is, once."""
        return self._capabilities

    @cached_property
    def _capabilities(self) -> Capabilities:
        dialect = self._wording.dialect
        kinds = {kind for kind in ("regex", "json", "grammar") if kind in dialect.constraints}
        return Capabilities(
            token_ids=self._wording.takes_ids,
            scores=not self._is_chat,
            constraints=frozenset(kinds | self._own_kinds(kinds)),
            prefill=dialect.warms and self._wording.takes_ids,
            leads=not dialect.finds_running,
            finds_running=dialect.finds_running,
            logprobs=True,
            images=self._is_chat,
            chat=self._is_chat,
            calls=self._is_chat,
            continues=dialect.continues,
            thinking=frozenset(dialect.thinking),
            places=dialect.cache_key,
            cache=cache_size_of(self._server) if dialect.tells_cache else None,
        )

    def _own_kinds(self, kinds: set[str]) -> set[str]:
        """The constraints of ours that can be said in those of the server; a chat is told of tools itself."""
        types = {"type"} if kinds else set[str]()
        if self._wording.by_tool:
            types = types | {"regex", "grammar"}
        can_call = "regex" in kinds or self._is_chat
        return types | {"call", "before_call"} if can_call else types

    async def generate(self, request: GenRequest) -> GenReply:
        """Continue a prompt; a value of a declared type in parts, where that is less work. Raises BackendError."""
        request = replace(request, sampling=self._limited(request))
        parts = parts_to_splice(request) if self._names_next else None
        if parts is not None:
            try:
                return await Spliced(self._asking, self._tokenizer, request).generate(parts)
            except NotToldError:
                self._names_next = False
        return await self._whole(request)

    async def _whole(self, request: GenRequest) -> GenReply:
        words, started = self._wording, time.monotonic()
        body = words.prompt(request.ids, request.prompt_text) | words.parameters(request.sampling)
        body |= words.cache_key(request.prompt_text) | words.tools(request.prompt_text)
        body |= words.thinking(request.sampling, request.reasoning)
        constrained = words.constraint(request.constraint)
        body |= constrained.body
        if words.dialect.returns_ids and words.takes_ids:
            body["return_token_ids"] = True
        bodies = [self._seeded(body, request.sampling, seed) for seed in request.seeds]
        answers = await self._asked(bodies, request)
        choices = [choice for answer in answers for choice in answer.choices]
        check_count(choices, request.seeds)
        done = tuple(self._completion(request, choice, constrained) for choice in choices)
        accounts = [answer.account for answer in answers]
        passed = time.monotonic() - started
        return GenReply(done, usage_of(accounts, passed, answers[0].first))

    async def select(self, request: SelectRequest) -> SelectReply:
        """Score choices by log probabilities; a chat chooses itself. Raises BackendError."""
        return await (self._chosen(request) if self._is_chat else self._scoring.score(request))

    async def _chosen(self, request: SelectRequest) -> SelectReply:
        """One of the choices as the answer, which the server must keep to: there are no scores."""
        words = self._wording
        constrained = words.choice(request.choice_texts)
        most = 2 * max(map(len, request.choices)) + MOST_AROUND
        parameters = words.parameters(Sampling(max_tokens=most))
        body = words.prompt(request.ids, request.prompt_text) | words.tools(request.prompt_text)
        body |= parameters | constrained.body
        answer = await self._asking.whole(body, len(request.ids) + most)
        text = constrained.text_of(answer.choices[0].text)
        return chosen(text, request, usage_of([answer.account], 0.0, 0.0))

    async def prefill(self, request: PrefillRequest) -> Usage:
        """Warm a prompt: the API has no word for it, so one token is asked for. Raises BackendError."""
        body = self._wording.prompt(request.ids, None) | {"max_tokens": 1, "temperature": 0}
        answer = await self._asking.whole(body, len(request.ids))
        return usage_of([answer.account], 0.0, 0.0)

    async def server_info(self) -> dict[str, Any]:
        """The models that the server lists. Raises BackendError."""
        return await self._server.get("/models", dict[str, Any])

    async def is_well(self) -> bool:
        """Whether the server answers."""
        return await self._server.is_well("/models")

    def hint(self, hint: Retain | Release) -> None:
        """The API has no word for what may be evicted; none are sent (`capabilities.retention`)."""

    async def close(self) -> None:
        """Let go of the connections; requests after this fail."""
        await self._server.close()

    # --- what is sent ------------------------------------------------------------------------------

    @cached_property
    def _wording(self) -> Wording:
        dialect = self._identity.dialect
        wants_ids = dialect.ids if self._prompt is None else self._prompt == "ids"
        takes_ids = wants_ids and not self._is_chat
        return Wording(dialect, self._is_chat, takes_ids, self._tokenizer)

    @cached_property
    def _scoring(self) -> Scoring:
        return Scoring(self._asking, takes_ids=self._wording.takes_ids, by_next=self._names_next)

    @cached_property
    def _names_next(self) -> bool:
        """Whether named tokens can be asked about, until the server shows that it passes them over."""
        return self._wording.dialect.names_next and self._wording.takes_ids

    def _limited(self, request: GenRequest) -> Sampling:
        """The sampling with what the context leaves for a limit: without any, completions end after 16 tokens."""
        sampling = request.sampling
        if sampling.max_tokens >= 0 or self._is_chat or self._wording.dialect.endless:
            return sampling
        context = self._identity.context
        if context is None or not self._wording.takes_ids:
            raise cannot("generate without a limit", "`max_tokens=` says how many tokens may come")
        return sampling.merged(max_tokens=max(1, context - len(request.ids)))

    def _seeded(self, body: Body, sampling: Sampling, seed: int) -> Body:
        return body if sampling.temperature == 0 else body | {"seed": seed % (1 << 31)}

    async def _asked(self, bodies: list[Body], request: GenRequest) -> list[Answer]:
        """One request for each seed, so that each sample is the same in every run; the first as a stream, if wanted."""
        tokens = len(request.ids) + max(0, request.sampling.max_tokens)
        on_tokens = request.on_tokens
        is_one = len(bodies) == 1 and bodies[0].get("tool_choice", "none") == "none"
        if on_tokens is not None and is_one:

            def listen(text: str, ids: tuple[int, ...]) -> None:
                on_tokens(0, ids or self._encode(text))

            return [await self._asking.streamed(bodies[0], tokens, listen)]
        leads = 0 if self._wording.dialect.finds_running else 1  # the others find its prompt cached
        first = [await self._asking.whole(body, tokens) for body in bodies[:leads]]
        others = await side_by_side(self._asking.whole(body, tokens) for body in bodies[leads:])
        return [*first, *others]

    # --- what comes back ---------------------------------------------------------------------------

    def _completion(
        self, request: GenRequest, choice: Choice, constrained: Constrained
    ) -> Completion:
        finish, matched = finish_of(choice, may_call(request.prompt_text))
        sampling = request.sampling
        if finish == "stop" and not sampling.stop:
            finish = "eos"  # the API has one word for both
        ids = choice.token_ids
        if ids is None:
            ids = list(self._encode(constrained.text_of(choice.text)))
            sampling = sampling.merged(max_tokens=-1, min_tokens=0)
        else:
            check_ids(self._tokenizer, ids, sampling.max_tokens)
        values = logprobs_of(choice)
        logprobs = values if len(values) == len(ids) else ()
        done = completion_of(
            self._tokenizer, sampling, request.ids, ids, finish, matched=matched, logprobs=logprobs
        )
        return replace(done, reasoning=choice.reasoning, calls=choice.calls)

    def _encode(self, text: str) -> tuple[int, ...]:
        return self._tokenizer.encode((Part(text, False),), continuation=True)
