"""Choices scored by what may come next: one token is asked for behind each prefix of a choice, and its siblings'.

A server that keeps no log probabilities of prompts (vLLM) computes an echoed one anew for each choice. What comes next
is asked of a prompt that its cache has: once for each node of the tree that the choices make.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .openai_asking import Answer, Asking
from .openai_replies import Body
from .remote import side_by_side

MOST_NAMED = 100
"""How many tokens one request may name; vLLM takes 128."""

Ids = tuple[int, ...]


class NotToldError(Exception):
    """The server has left away what it was asked about: it knows no named tokens."""


class NextTokens:
    """The log probabilities of choices behind one prompt, and the answers that they came from."""

    def __init__(self, prompt: Ids, choices: Sequence[Ids]) -> None:
        self._prompt, self._choices = prompt, choices
        self._found: dict[Ids, float] = {}
        self.answers: list[Answer] = []

    async def ask(self, asking: Asking) -> None:
        """Ask about every node at once. Raises NotToldError, BackendError."""
        nodes = list(_nodes(self._prompt, self._choices))
        self.answers = await side_by_side(
            self._asked(asking, self._prompt + node, tokens) for node, tokens in nodes
        )
        for (node, tokens), answer in zip(nodes, self.answers, strict=True):
            values = named_values(answer, tokens)
            self._found |= {(*node, token): value for token, value in values.items()}

    async def _asked(self, asking: Asking, ids: Ids, tokens: list[int]) -> Answer:
        return await asking.whole({"prompt": list(ids)} | named_body(tokens), len(ids) + 1)

    def values(self) -> tuple[tuple[float, ...], ...]:
        """Of each choice those of its tokens; the first token of all has none."""
        return tuple(
            tuple(self._found[c[:end]] for end in range(1, len(c) + 1) if c[:end] in self._found)
            for c in self._choices
        )


def _nodes(prompt: Ids, choices: Sequence[Ids]) -> Iterator[tuple[Ids, list[int]]]:
    """The proper prefixes of the choices, each with the tokens that follow; none where nothing stands before them."""
    following: dict[Ids, dict[int, None]] = {}
    for choice in choices:
        for at, token in enumerate(choice):
            following.setdefault(choice[:at], {})[token] = None
    for node, found in following.items():
        tokens = list(found)
        for start in range(0, len(tokens) if prompt or node else 0, MOST_NAMED):
            yield node, tokens[start : start + MOST_NAMED]


def named_body(tokens: Sequence[int]) -> Body:
    """What asks for the log probabilities of some tokens at the next position."""
    named = {"logprob_token_ids": list(tokens), "return_tokens_as_token_ids": True}
    return {"max_tokens": 1, "temperature": 0, "logprobs": 1} | named


def named_values(answer: Answer, tokens: Sequence[int]) -> dict[int, float]:
    """Their log probabilities. Raises NotToldError where one is missing."""
    logprobs = answer.choices[0].logprobs
    tops = logprobs.top_logprobs if logprobs else None
    named = (tops[0] if tops else None) or {}
    found = {token: named.get(f"token_id:{token}") for token in tokens}
    told = {token: value for token, value in found.items() if value is not None}
    if len(told) < len(found):
        raise NotToldError
    return told
