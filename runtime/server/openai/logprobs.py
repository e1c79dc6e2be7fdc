"""Log probabilities as OpenAI writes them: one form for completions, another for chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..model import ServedModel

Top = Sequence[Sequence[tuple[int, float]]]


class TextLogprobs:
    """The form of completions: lists side by side, with the place of each token in the text. One per sample."""

    def __init__(self, model: ServedModel, offset: int = 0) -> None:
        self._model, self._offset = model, offset

    def of(self, ids: Sequence[int], values: Sequence[float | None], top: Top) -> dict[str, Any]:
        """The log probabilities of the ids that come next."""
        tokens, offsets = [self._model.text_of(token) for token in ids], list[int]()
        for token in tokens:
            offsets.append(self._offset)
            self._offset += 0 if token.startswith("bytes:") else len(token)
        alternatives = [self._alternatives(each) for each in top]
        return {
            "tokens": tokens[: len(values)],
            "token_logprobs": list(values),
            "top_logprobs": alternatives if any(alternatives) else None,
            "text_offset": offsets[: len(values)],
        }

    def _alternatives(self, found: Sequence[tuple[int, float]]) -> dict[str, float] | None:
        """By text; where two tokens have one, the likelier stands."""
        return {self._model.text_of(token): value for token, value in reversed(found)} or None


def chat_logprobs(
    model: ServedModel, ids: Sequence[int], values: Sequence[float], top: Top
) -> dict[str, Any]:
    """The form of chat: one entry per token, with its bytes and its alternatives."""
    entries: list[dict[str, Any]] = []
    for at, (token, value) in enumerate(zip(ids, values, strict=False)):
        others = top[at] if at < len(top) else ()
        entries.append(
            {
                **_entry(model, token, value),
                "top_logprobs": [_entry(model, *each) for each in others],
            }
        )
    return {"content": entries, "refusal": None}


def _entry(model: ServedModel, token: int, value: float) -> dict[str, Any]:
    return {
        "token": model.text_of(token),
        "logprob": value,
        "bytes": list(model.target.tokenizer.token_bytes(token)),
    }
