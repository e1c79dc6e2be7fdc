"""A server of SGLang, through its native `/generate`: token ids in, token ids and cached-token counts out.

Prompts are never sent as text, so that control tokens stay what they are and a prefix is the one that was
cached. Before its first call the backend makes sure that the server's tokenizer is the target's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from ...ir.sampling import Constraint, Sampling
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
from ..transport.decoding import decoded
from ..transport.pace import Pace
from ..transport.policy import Policy
from ..transport.server import Server
from .constraints import wire_constraint
from .remote import bearer, check_count, check_ids, completion_of
from .sglang_replies import (
    Meta,
    Replies,
    Reply,
    finish_of,
    listed,
    logprobs_of,
    scores_of,
    tops_of,
    usage_of,
)

_PROBE = "In 2024 it's naïve:\n\n  déjà vu, 日本語 1234567 (ok)."
_WIRE_NAMES = {"regex": "regex", "json": "json_schema", "grammar": "ebnf"}


class SGLangBackend:
    """A running SGLang server.

    `seeds`: the server was started with deterministic inference and takes a seed per request. Without it a
    sampled call can't be repeated, and one with a seed of its own is refused.
    """

    name = "sglang"

    def __init__(
        self,
        base_url: str,
        target: Target,
        *,
        api_key: str | None = None,
        seeds: bool = False,
        check_tokenizer: bool = True,
        verify: str | bool | None = None,
        policy: Policy | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.capabilities = Capabilities(seeds=seeds, finds_running=False)
        self._server = Server(
            base_url, headers=bearer(api_key), policy=policy, pace=pace, verify=verify
        )
        self._tokenizer = target.tokenizer
        self._is_checked = not check_tokenizer
        self._probing: asyncio.Future[None] | None = None

    async def generate(self, request: GenRequest) -> GenReply:
        """Continue a prompt. Raises BackendError."""
        await self._check()
        body = self._body(request)
        started = time.monotonic()
        if request.on_tokens is not None and len(request.seeds) == 1:
            replies, first = await self._streamed(body, request)
        else:
            tokens = len(request.ids) + max(0, request.sampling.max_tokens)
            replies, first = await self._asked(body, tokens), 0.0
            for sample, reply in enumerate(replies):
                if request.on_tokens is not None:
                    request.on_tokens(sample, tuple(reply.ids))
        check_count(replies, request.seeds)
        done = tuple(self._completion(request, reply) for reply in replies)
        passed = time.monotonic() - started
        return GenReply(done, usage_of(len(request.ids), replies, first, passed))

    async def select(self, request: SelectRequest) -> SelectReply:
        """Score choices: the prompt first, alone, then all choices on top of it at once. Raises BackendError."""
        usage = await self.prefill(PrefillRequest(request.ids)) if request.ids else Usage()
        given, fed = await self._scores(request.ids, request.choices)
        alone: tuple[tuple[float, ...], ...] = ()
        if request.unconditional is not None:
            alone, more = await self._scores(request.unconditional, request.choices)
            fed += more
        total = Usage(prompt=usage.prompt, cached=usage.cached, prefilled=usage.prefilled + fed)
        return SelectReply(given, total, alone)

    async def prefill(self, request: PrefillRequest) -> Usage:
        """Warm a prompt. Raises BackendError."""
        await self._check()
        body = {
            "input_ids": list(request.ids),
            "sampling_params": {"max_new_tokens": 0, "temperature": 0},
        }
        replies = await self._asked(body, len(request.ids))
        return usage_of(len(request.ids), replies, 0.0, 0.0)

    async def flush(self) -> None:
        """Empty the server's cache. Raises BackendError."""
        await self._server.post_text("/flush_cache")

    async def server_info(self) -> dict[str, Any]:
        """What the server says of itself. Raises BackendError."""
        return await self._server.get("/server_info", dict[str, Any])

    async def is_well(self) -> bool:
        """Whether the server answers."""
        return await self._server.is_well("/health")

    def hint(self, hint: Retain | Release) -> None:
        """The server has no word for what may be evicted; none are sent (`capabilities.retention`)."""

    async def close(self) -> None:
        """Let go of the connections; requests after this fail."""
        await self._server.close()

    def _body(self, request: GenRequest) -> dict[str, Any]:
        sampling = request.sampling
        params = _sampling_params(sampling) | _constraint_params(request.constraint)
        body: dict[str, Any] = {"input_ids": list(request.ids), "sampling_params": params}
        if sampling.logprobs or sampling.top_logprobs:
            body |= {"return_logprob": True, "top_logprobs_num": sampling.top_logprobs}
        count = len(request.seeds)
        is_drawn = sampling.temperature > 0 and sampling.top_k != 1
        if is_drawn and self.capabilities.seeds:
            seeded = [params | {"sampling_seed": seed % (1 << 31)} for seed in request.seeds]
            body["sampling_params"] = seeded if count > 1 else seeded[0]
            body["input_ids"] = [list(request.ids)] * count if count > 1 else body["input_ids"]
        elif is_drawn and sampling.seed is not None:
            raise BackendError(
                "3104",
                "`sglang` can't repeat a sampled call by its seed",
                "a server with `--enable-deterministic-inference` can: `seeds=True` says that it is one",
            )
        elif count > 1:
            params["n"] = count
        return body

    async def _asked(self, body: dict[str, Any], tokens: int) -> list[Reply]:
        return listed(await self._server.post("/generate", body, Replies, tokens=tokens))  # type: ignore[arg-type]

    async def _streamed(
        self, body: dict[str, Any], request: GenRequest
    ) -> tuple[list[Reply], float]:
        """Hand on ids as they come; servers send either all ids so far or only the new ones."""
        assert request.on_tokens is not None
        ids: list[int] = []
        started, first = time.monotonic(), 0.0
        last: Reply | None = None
        streamed = self._server.events(
            "/generate", body | {"stream": True}, tokens=len(request.ids)
        )
        async with aclosing(streamed) as events:
            async for event in events:
                last = decoded(event.data, Reply, self._server.base_url)
                total = last.meta_info.completion_tokens
                is_all = total is None or len(last.ids) == total
                fresh = last.ids[len(ids) :] if is_all else last.ids
                if fresh:
                    first = first or time.monotonic() - started
                    ids += fresh
                    check_ids(self._tokenizer, fresh, -1)
                    _tell_logprobs(request, last.meta_info, len(fresh))
                    request.on_tokens(0, tuple(fresh))
        assert last is not None  # an empty stream is an error already
        return [Reply(last.meta_info, ids)], first

    def _completion(self, request: GenRequest, reply: Reply) -> Completion:
        meta = reply.meta_info
        finish, matched = finish_of(meta)
        check_ids(self._tokenizer, reply.ids, request.sampling.max_tokens)
        return completion_of(
            self._tokenizer,
            request.sampling,
            request.ids,
            reply.ids,
            finish,
            matched=matched,
            logprobs=logprobs_of(meta),
            top_logprobs=tops_of(meta) if request.sampling.top_logprobs else (),
        )

    async def _scores(
        self, prompt: tuple[int, ...], choices: Sequence[tuple[int, ...]]
    ) -> tuple[tuple[tuple[float, ...], ...], int]:
        """The log probabilities of each choice after `prompt`, and how many tokens were computed for them.

        Input log probabilities start at the position asked for, and their first entry is always null: so the
        prompt's last token is asked for as well. The first token of all has none.
        """
        body = {
            "input_ids": [[*prompt, *choice] for choice in choices],
            "sampling_params": {"max_new_tokens": 0, "temperature": 0},
            "return_logprob": True,
            "logprob_start_len": max(0, len(prompt) - 1),
        }
        replies = await self._asked(body, len(prompt) + sum(map(len, choices)))
        check_count(replies, choices)
        pairs = list(zip(replies, choices, strict=True))
        found = [scores_of(reply, prompt, choice) for reply, choice in pairs]
        fed = sum(max(0, len(prompt) + len(c) - r.cached) for r, c in pairs)
        return tuple(found), fed

    async def _check(self) -> None:
        """Compare the server's tokenizer with the target's, once for all that ask. Raises BackendError."""
        if self._is_checked:
            return
        if self._probing is None or self._probing.get_loop() is not asyncio.get_running_loop():
            self._probing = asyncio.ensure_future(self._compare())
        probing = self._probing
        try:
            await asyncio.shield(probing)
        except BackendError:
            self._probing = None
            raise
        self._is_checked = True

    async def _compare(self) -> None:
        theirs = await self._their_ids(_PROBE)
        ours = self._tokenizer.encode((Part(_PROBE, False),))
        if theirs not in (ours, self._tokenizer.bos_ids + ours):
            raise BackendError(
                "3105",
                "the server's tokenizer is not the one that the plan was made for",
                "`--model` names the folder of the model that the server runs",
            )

    async def _their_ids(self, text: str) -> tuple[int, ...]:
        body = {
            "text": text,
            "sampling_params": {"max_new_tokens": 0, "temperature": 0},
            "return_logprob": True,
            "logprob_start_len": 0,
        }
        (reply, *_) = await self._asked(body, 0)
        return tuple(token for _, token, _ in reply.meta_info.input_token_logprobs or ())


def _sampling_params(sampling: Sampling) -> dict[str, Any]:
    """The parameters by the names that the server knows; an unknown one would be refused."""
    params: dict[str, Any] = {
        "min_new_tokens": sampling.min_tokens,
        "stop": list(sampling.stop),
        "stop_token_ids": list(sampling.stop_token_ids),
        "stop_regex": list(sampling.stop_regex),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "frequency_penalty": sampling.frequency_penalty,
        "presence_penalty": sampling.presence_penalty,
        "repetition_penalty": sampling.repetition_penalty,
        "ignore_eos": sampling.ignore_eos,
        "skip_special_tokens": False,
        "spaces_between_special_tokens": False,
    }
    if sampling.max_tokens >= 0:
        params["max_new_tokens"] = sampling.max_tokens
    return params


def _constraint_params(constraint: Constraint | None) -> dict[str, Any]:
    wire = wire_constraint(constraint) if constraint else None
    return {_WIRE_NAMES[wire.kind]: wire.text} if wire else {}


def _tell_logprobs(request: GenRequest, meta: Meta, fresh: int) -> None:
    """Hand on the log probabilities of the last tokens; servers send either all so far or only the new ones."""
    values = tuple(logprobs_of(meta))[-fresh:]
    if request.on_logprobs is not None and len(values) == fresh:
        tops = tops_of(meta)[-fresh:] if request.sampling.top_logprobs else ()
        request.on_logprobs(0, values, tops)
