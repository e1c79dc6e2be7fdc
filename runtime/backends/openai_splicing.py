"""A value of a declared type, asked for in parts: what is forced is written here, what is free is asked of the server.

A server decodes keys and punctuation under a grammar token by token. Here only what the model decides costs a step: a
choice is one token asked for with the values of the others, free text is decoded under its own pattern. The prompt of
each part is the one before with more behind it, which the server has in its cache.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...ir.constrained.parts import Forced, OneOf, OutputPart
from ...ir.sampling import Constraint, Sampling
from ...ir.target import Part, Tokenizer
from ..backend import Finish, GenReply, GenRequest
from .constraints import characters_of, parts_of, pattern_of, quoted
from .openai_asking import Answer, Asking
from .openai_replies import Body, finish_of, usage_of
from .openai_told import named_body, named_values
from .remote import completion_of

Ids = tuple[int, ...]
_PLAIN = Sampling()
_FREELY = ("max_tokens", "n", "seed")
"""Parameters of a greedy call that may be told; any other one is about single tokens."""


def parts_to_splice(request: GenRequest) -> tuple[OutputPart, ...] | None:
    """What a request's answer consists of, where it can be asked for in parts; None where it is one.

    Such are values of declared types, and one of a few characters. Only greedily, where nobody listens: what is
    sampled, penalised or watched is so token by token.
    """
    constraint, sampling = request.constraint, request.sampling
    told = {name: getattr(sampling, name) for name in _FREELY}
    if constraint is None or request.on_tokens is not None:
        return None
    if sampling != _PLAIN.merged(**told) or len(request.seeds) != 1:
        return None
    parts = _parts(constraint)
    return parts if parts and any(map(_is_shorter, parts)) else None


def _parts(constraint: Constraint) -> tuple[OutputPart, ...] | None:
    if constraint.kind == "regex":
        character = characters_of(constraint.text)
        return (character,) if character else None
    return parts_of(constraint) if constraint.style == "spliced" else None


def _is_shorter(part: OutputPart) -> bool:
    """Whether it costs less than its tokens: forced text costs none, one of some texts mostly one."""
    return isinstance(part, Forced) or (
        isinstance(part, OneOf) and all(start and not rest for start, rest in part.options)
    )


@dataclass(slots=True)
class Spliced:
    """One answer under way: the text so far, and what the server was asked for it."""

    asking: Asking
    tokenizer: Tokenizer
    request: GenRequest
    text: str = ""
    answers: list[Answer] = field(default_factory=list[Answer])
    _ahead: int = 0  # characters of the next forced text that stand there already
    _computed: int = 0  # ids of the answer that the server has computed
    _finish: Finish = "eos"

    async def generate(self, parts: Sequence[OutputPart]) -> GenReply:
        """Write or ask for every part. Raises BackendError; NotToldError where the server names no tokens."""
        started = time.monotonic()
        for part, following in zip(parts, [*parts[1:], None], strict=True):
            after = following.text if isinstance(following, Forced) else ""
            if self._finish == "length" or self._is_full():
                break
            match part:
                case Forced(text):
                    self.text += text[self._ahead :]
                    self._ahead = 0
                case OneOf(options) if _is_shorter(part):
                    await self._choose(part, [start for start, _ in options], after)
                case _:
                    await self._decode(part, after)
        return self._reply(time.monotonic() - started)

    async def _choose(self, part: OneOf, texts: list[str], after: str) -> None:
        """Walk down the tree of the texts' tokens; where they part, the likeliest goes on."""
        left = {text: self._encode(self.text + text + after) for text in texts}
        if any(
            one != other and one == other[: len(one)]
            for one in left.values()
            for other in left.values()
        ):
            await self._decode(
                part, after
            )  # where one ends another goes on, and the end is no token to compare
            return
        while len(left) > 1:
            at = _common(list(left.values()))
            tokens = list(dict.fromkeys(ids[at] for ids in left.values()))
            best = await self._likeliest(next(iter(left.values()))[:at], tokens)
            left = {text: ids for text, ids in left.items() if ids[at] == best}
        self.text += next(iter(left))

    async def _likeliest(self, ids: Ids, tokens: list[int]) -> int:
        answer = await self._ask(ids, 1, named_body(tokens))
        values = named_values(answer, tokens)
        return max(tokens, key=lambda token: values[token])

    async def _decode(self, part: OutputPart, after: str) -> None:
        """Decode a part up to the first character of what is forced behind it, which shows that it has ended."""
        start = self.text.rstrip(" ")  # the model's next token may begin with blanks
        pattern = quoted(self.text[len(start) :]) + pattern_of((part,)) + quoted(after[:1])
        ids, most = self._encode(start), self.request.sampling.max_tokens
        left = {} if most < 0 else {"max_tokens": max(1, most - len(ids))}
        answer = await self._ask(ids, 0, left | {"structured_outputs": {"regex": pattern}})
        choice = answer.choices[0]
        self.text = start + choice.text
        self._computed += len(choice.token_ids or ())
        if finish_of(choice)[0] == "length":
            self._finish = "length"
        self._ahead = len(after[:1])

    async def _ask(self, ids: Ids, most: int, body: Body) -> Answer:
        prompt = self.request.ids + ids
        told = {
            "prompt": list(prompt),
            "max_tokens": most,
            "temperature": 0,
            "return_token_ids": True,
        }
        answer = await self.asking.whole(told | body, len(prompt) + most)
        self.answers.append(answer)
        self._computed = len(ids)
        return answer

    def _encode(self, text: str) -> Ids:
        return self.tokenizer.encode((Part(text, False),), continuation=True)

    def _is_full(self) -> bool:
        most = self.request.sampling.max_tokens
        return 0 <= most <= len(self._encode(self.text))

    def _reply(self, passed: float) -> GenReply:
        ids, sampling = self._encode(self.text), self.request.sampling
        finish: Finish = "length" if 0 <= sampling.max_tokens < len(ids) else self._finish
        done = completion_of(self.tokenizer, sampling, self.request.ids, ids, finish)
        fed = min(self._computed, max(0, len(done.ids) - 1))
        accounts = [answer.account for answer in self.answers]
        usage = usage_of(accounts, passed, 0.0)
        return GenReply(
            (replace(done, fed=fed),),
            replace(usage, forced=len(ids) - len(accounts) - usage.decoded),
        )


def _common(all_of: Sequence[Ids]) -> int:
    """How many ids all of them begin with."""
    columns = zip(*all_of, strict=False)
    return next(
        (at for at, column in enumerate(columns) if len(set(column)) > 1), min(map(len, all_of))
    )
