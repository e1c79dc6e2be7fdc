"""Reasoning apart from the answer: asked for up to its end marker, and then the answer behind it, sample by sample.

What a conversation's request says about the answer (its constraint, its stops, its tokens) holds for the answer alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from ...ir.sampling import Sampling
from ...ir.target import Part, Tokenizer
from ...ir.target.thinking import Thinking
from ..backend import Completion, GenReply, GenRequest, Usage
from ..executor.concurrency import run_together
from ..executor.streaming import TextStream

Ask = Callable[[GenRequest], Awaitable[GenReply]]


@dataclass(frozen=True, slots=True)
class Reasoner:
    """Asks a backend for reasoning as a model's template has it written."""

    ask: Ask
    tokenizer: Tokenizer
    thinking: Thinking

    async def generate(self, request: GenRequest) -> GenReply:
        """Think first in each sample, then answer. Raises BackendError."""
        samples = range(len(request.seeds))
        replies = await run_together([self._one(request, sample) for sample in samples])
        done = tuple(reply.completions[0] for reply in replies)
        return GenReply(done, _sum([reply.usage for reply in replies]))

    async def _one(self, request: GenRequest, sample: int) -> GenReply:
        """One sample: its reasoning, and the answer behind that."""
        seed = request.seeds[sample : sample + 1]
        thought, used = await self._think(request, sample, seed)
        behind = self.tokenizer.encode((Part(self.thinking.closes, True),), continuation=True)
        told, scored = request.on_tokens, request.on_logprobs
        asked = replace(
            request,
            ids=request.ids + thought.kept + behind,
            seeds=seed,
            reasoning=None,
            prompt_text=None,
            on_tokens=(lambda _, ids: told(sample, ids)) if told else None,
            on_logprobs=(lambda _, values, top: scored(sample, values, top)) if scored else None,
        )
        reply = await self.ask(asked)
        (done,) = reply.completions
        said = replace(done, reasoning=thought.text, reasoned=len(thought.ids))
        return GenReply((said,), _in_a_row(used, reply.usage))

    async def _think(
        self, request: GenRequest, sample: int, seed: tuple[int, ...]
    ) -> tuple[Completion, Usage]:
        sampling = self._sampling(request)
        hear = request.on_reasoning
        stream = TextStream(self.tokenizer, sampling, request.ids)

        def listen(_: int, ids: tuple[int, ...]) -> None:
            text = stream.feed(ids)
            if text and hear is not None:
                hear(sample, text)

        asked = replace(
            request,
            sampling=sampling,
            seeds=seed,
            constraint=None,
            reasoning=None,
            prompt_text=None,
            on_tokens=listen if hear else None,
            on_logprobs=None,
        )
        reply = await self.ask(asked)
        (done,) = reply.completions
        rest = stream.finish(done.text)
        if rest and hear is not None:
            hear(sample, rest)
        return done, reply.usage

    def _sampling(self, request: GenRequest) -> Sampling:
        """As the answer is sampled, but for what ends it."""
        plain, most = Sampling(), -1 if request.reasoning is None else request.reasoning
        answer = ("min_tokens", "stop_token_ids", "stop_regex", "ignore_eos", "logprobs")
        free = {name: getattr(plain, name) for name in (*answer, "top_logprobs")}
        return self.thinking.bounded(request.sampling.merged(max_tokens=most, **free))


def _in_a_row(first: Usage, then: Usage) -> Usage:
    """The work of two calls of which the second goes on from the first: the prompt is that of the first."""
    return replace(
        first,
        prefilled=first.prefilled + then.prefilled,
        replayed=first.replayed + then.replayed,
        decoded=first.decoded + then.decoded,
        forced=first.forced + then.forced,
        decode_s=first.decode_s + then.prefill_s + then.decode_s,
    )


def _sum(used: list[Usage]) -> Usage:
    """The work of several samples of one prompt."""
    first, *others = used
    return replace(
        first,
        prefilled=first.prefilled + sum(each.prefilled for each in others),
        replayed=first.replayed + sum(each.replayed for each in others),
        decoded=first.decoded + sum(each.decoded for each in others),
        forced=first.forced + sum(each.forced for each in others),
    )
