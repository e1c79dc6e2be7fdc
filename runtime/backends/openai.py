"""Any server with OpenAI's API: vLLM, SGLang, llama.cpp, hosted services.

Completions are asked with token ids where the server is known to take them, so that a prefix is the one that was
cached; elsewhere with text. The chat API takes turns alone. What the API or the server at hand has no
word for is an error with a way out: nothing is left away in silence.
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import Any, Literal, cast

from ...ir.sampling import Sampling
from ...ir.target import Part, Target
from ..backend import (
    BackendError,
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
from .http import Server
from .openai_identity import Identity
from .openai_replies import (
    Body,
    Collected,
    by_count,
    by_offset,
    cannot_score,
    finish_of,
    logprobs_of,
    usage_of,
)
from .openai_requests import Wording
from .remote import completion_of, side_by_side

HOSTED = "https://api.openai.com/v1"


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
        timeout: float = 600.0,
    ) -> None:
        self._server = Server(base_url or HOSTED, api_key=api_key, timeout=timeout, verify=verify)
        self._is_chat = base_url is None if chat is None else chat
        self._tokenizer = target.tokenizer
        self._identity = Identity(self._server, model, dialect)
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
            select=not self._is_chat,
            constraints=frozenset(kinds | ({"type"} if "regex" in kinds else set[str]())),
            prefill=dialect.warms and self._wording.takes_ids,
            logprobs=True,
            chat=self._is_chat,
        )

    async def generate(self, request: GenRequest) -> GenReply:
        """Continue a prompt. Raises BackendError."""
        sampling = request.sampling
        words = self._wording
        parameters = words.parameters(sampling)
        body = words.prompt(request.ids, request.prompt_text) | parameters
        body |= words.constraint(request.constraint)
        if words.dialect.returns_ids and words.takes_ids:
            body["return_token_ids"] = True
        started = time.monotonic()
        if request.on_tokens is not None and len(request.seeds) == 1:
            answer, first = await self._streamed(
                self._seeded(body, sampling, request.seeds[0]), request
            )
            answers = [answer]
        else:
            answers, first = await self._asked(body, request), 0.0
        done = [
            self._completion(request, choice) for answer in answers for choice in answer["choices"]
        ]
        if len(done) != len(request.seeds):
            raise BackendError(
                "3105", f"{len(request.seeds)} samples were asked for, and {len(done)} came"
            )
        return GenReply(tuple(done), usage_of(answers, time.monotonic() - started, first))

    async def select(self, request: SelectRequest) -> SelectReply:
        """Score choices by the log probabilities of an echoed prompt. Raises BackendError."""
        if self._is_chat:
            raise cannot_score("a chat API")
        text = request.prompt_text.text if request.prompt_text else ""
        choices = list(
            zip(request.choices, request.choice_texts or ("",) * len(request.choices), strict=True)
        )
        given = await side_by_side(self._score(request.ids, text, *choice) for choice in choices)
        found = [logprobs for logprobs, _ in given]
        answers = [answer for _, answer in given]
        alone: list[tuple[float, ...]] = []
        if request.unconditional is not None:
            bare = await side_by_side(
                self._score(request.unconditional, "", *choice) for choice in choices
            )
            alone = [logprobs for logprobs, _ in bare]
            answers += [answer for _, answer in bare]
        return SelectReply(tuple(found), usage_of(answers, 0.0, 0.0), tuple(alone))

    async def prefill(self, request: PrefillRequest) -> Usage:
        """Warm a prompt: the API has no word for it, so one token is asked for. Raises BackendError."""
        body = self._wording.prompt(request.ids, None) | {"max_tokens": 1, "temperature": 0}
        return usage_of([await self._post(body)], 0.0, 0.0)

    async def server_info(self) -> dict[str, Any]:
        """The models that the server lists. Raises BackendError."""
        return cast("dict[str, Any]", await self._server.get("/models"))

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

    def _seeded(self, body: Body, sampling: Sampling, seed: int) -> Body:
        return body if sampling.temperature == 0 else body | {"seed": seed % (1 << 31)}

    async def _asked(self, body: Body, request: GenRequest) -> list[Body]:
        """One request for each seed, so that each sample is the same in every run."""
        bodies = [self._seeded(body, request.sampling, seed) for seed in request.seeds]
        first = await self._post(bodies[0])  # the others find its prompt in the cache
        return [first, *await side_by_side(self._post(other) for other in bodies[1:])]

    async def _post(self, body: Body) -> Body:
        answer = await self._server.post(self._path, await self._identity.named(body))
        if not isinstance(answer, dict) or not answer.get("choices"):
            raise BackendError("3105", "the server's answer has no choices: is it OpenAI's API?")
        return cast("Body", answer)

    @property
    def _path(self) -> str:
        return "/chat/completions" if self._is_chat else "/completions"

    # --- what comes back ---------------------------------------------------------------------------

    async def _streamed(self, body: Body, request: GenRequest) -> tuple[Body, float]:
        """Collect a stream into the answer that the same request would get at once."""
        assert request.on_tokens is not None
        collected = Collected()
        started, first = time.monotonic(), 0.0
        options = {"stream": True, "stream_options": {"include_usage": True}}
        asked = await self._identity.named(body | options)
        async for event in self._server.events(self._path, asked):
            text, ids = collected.add(event)
            fresh = ids if collected.has_ids else self._encode(text)
            if fresh:
                first = first or time.monotonic() - started
                request.on_tokens(0, tuple(fresh))
        return collected.answer(), first

    def _completion(self, request: GenRequest, choice: Body) -> Completion:
        text = (
            str(choice["message"].get("content") or "")
            if "message" in choice
            else str(choice.get("text") or "")
        )
        finish, matched = finish_of(choice)
        if finish == "stop" and not request.sampling.stop:
            finish = "eos"  # the API has one word for both
        ids = cast("list[int] | None", choice.get("token_ids"))
        exact = ids is not None
        if ids is None:
            ids = list(self._encode(text))
        values = logprobs_of(choice)
        sampling = (
            request.sampling if exact else request.sampling.merged(max_tokens=-1, min_tokens=0)
        )
        logprobs = values if len(values) == len(ids) else ()
        return completion_of(
            self._tokenizer, sampling, request.ids, ids, finish, matched=matched, logprobs=logprobs
        )

    def _encode(self, text: str) -> tuple[int, ...]:
        return self._tokenizer.encode((Part(text, False),), continuation=True)

    async def _score(
        self, ids: tuple[int, ...], text: str, choice: tuple[int, ...], choice_text: str
    ) -> tuple[tuple[float, ...], Body]:
        """The log probabilities of one choice after a prompt. Raises BackendError."""
        prompt: Any = [*ids, *choice] if self._wording.takes_ids else text + choice_text
        body = {
            "prompt": prompt,
            "max_tokens": 0,
            "echo": True,
            "logprobs": 1,
            "temperature": 0,
        }
        try:
            answer = await self._post(body)
        except BackendError as error:
            if error.code == "3105" and "can't be reached" not in error.message:
                raise cannot_score(f"this server ({error.message})") from error
            raise
        echoed = cast("Body", answer["choices"][0].get("logprobs") or {})
        values = cast("list[float | None]", echoed.get("token_logprobs") or [])
        if self._wording.takes_ids:
            return by_count(values, len(ids), len(choice)), answer
        return by_offset(
            values, cast("list[int]", echoed.get("text_offset") or []), len(text)
        ), answer
