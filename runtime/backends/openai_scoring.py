"""Choices scored by log probabilities: of what may come next, where a server tells those, else of an echoed prompt."""

from __future__ import annotations

from typing import Any

from ..backend import BackendError, SelectReply, SelectRequest
from .openai_asking import Asking
from .openai_next import NextTokens
from .openai_replies import Account, Logprobs, by_count, by_offset, cannot_score, usage_of
from .openai_told import NotToldError
from .remote import side_by_side

Scores = tuple[tuple[float, ...], Account | None]
Values = tuple[tuple[float, ...], ...]
Scored = tuple[Values, list[Account | None]]


class Scoring:
    """Scores choices on one server. `by_next`: it is asked about what may come next, until it shows that it can't."""

    def __init__(self, asking: Asking, *, takes_ids: bool, by_next: bool) -> None:
        self._asking, self._takes_ids = asking, takes_ids
        self._by_next = by_next and takes_ids
        self._in_rows = True

    async def score(self, request: SelectRequest) -> SelectReply:
        """Score each choice after the prompt, and alone where that is wanted. Raises BackendError."""
        text = request.prompt_text.text if request.prompt_text else ""
        given, work = await self._scored(request, request.ids, text)
        alone: Values = ()
        if request.unconditional is not None:
            alone, more = await self._scored(request, request.unconditional, "")
            work += more
        return SelectReply(given, usage_of(work, 0.0, 0.0), alone)

    async def _scored(self, request: SelectRequest, ids: tuple[int, ...], text: str) -> Scored:
        if self._by_next:
            next_tokens = NextTokens(ids, request.choices, self._in_rows)
            try:
                await next_tokens.ask(self._asking)
                self._in_rows = self._in_rows and next_tokens.in_rows
                return next_tokens.values(), [each.account for each in next_tokens.answers]
            except NotToldError:
                self._by_next = False
        return await self._echoed(request, ids, text)

    async def _echoed(self, request: SelectRequest, ids: tuple[int, ...], text: str) -> Scored:
        texts = request.choice_texts or ("",) * len(request.choices)
        found = await side_by_side(
            _one(self._asking, ids, text, choice, shown, self._takes_ids)
            for choice, shown in zip(request.choices, texts, strict=True)
        )
        return tuple(values for values, _ in found), [account for _, account in found]


async def _one(
    asking: Asking,
    ids: tuple[int, ...],
    text: str,
    choice: tuple[int, ...],
    choice_text: str,
    takes_ids: bool,
) -> Scores:
    """The log probabilities of one choice after a prompt. Raises BackendError."""
    prompt: Any = [*ids, *choice] if takes_ids else text + choice_text
    body = {"prompt": prompt, "max_tokens": 0, "echo": True, "logprobs": 1, "temperature": 0}
    try:
        answer = await asking.echoed(body, len(ids) + len(choice))
    except BackendError as error:
        if error.code == "3105" and error.transient is None:
            raise cannot_score(f"this server ({error.message})") from None
        raise
    echoed = answer.choices[0].logprobs or Logprobs()
    values = echoed.token_logprobs or []
    if takes_ids:
        return by_count(values, len(ids), len(choice)), answer.usage
    return by_offset(values, echoed.text_offset or [], len(text)), answer.usage
