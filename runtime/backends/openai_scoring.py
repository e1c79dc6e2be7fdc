"""Choices scored by the log probabilities of an echoed prompt, on servers that echo one."""

from __future__ import annotations

from typing import Any

from ..backend import BackendError, SelectReply, SelectRequest
from .openai_asking import Asking
from .openai_replies import Account, Logprobs, by_count, by_offset, cannot_score, usage_of
from .remote import side_by_side

Scores = tuple[tuple[float, ...], Account | None]


async def score(asking: Asking, request: SelectRequest, takes_ids: bool) -> SelectReply:
    """Score each choice after the prompt; with token ids, or as text. Raises BackendError."""
    text = request.prompt_text.text if request.prompt_text else ""
    texts = request.choice_texts or ("",) * len(request.choices)
    choices = list(zip(request.choices, texts, strict=True))

    async def scored(ids: tuple[int, ...], before: str) -> list[Scores]:
        return await side_by_side(
            _one(asking, ids, before, choice, shown, takes_ids) for choice, shown in choices
        )

    given = await scored(request.ids, text)
    alone = [] if request.unconditional is None else await scored(request.unconditional, "")
    accounts = [account for _, account in (*given, *alone)]
    return SelectReply(
        tuple(values for values, _ in given),
        usage_of(accounts, 0.0, 0.0),
        tuple(values for values, _ in alone),
    )


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
