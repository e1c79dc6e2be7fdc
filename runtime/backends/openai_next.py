"""Choices scored by what may come next: one token is asked for behind each prefix of a choice, and its siblings' values with it.

An echoed prompt is computed anew by a server that keeps no hidden states (vLLM reads no cache for it), once for each
choice. What comes next is asked of a prompt that the cache has: once for each node of the tree that the choices make.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
            asking.whole(_body(self._prompt + node, tokens), len(self._prompt) + len(node) + 1)
            for node, tokens in nodes
        )
        for (node, tokens), answer in zip(nodes, self.answers, strict=True):
            named = _named(answer)
            self._found |= {(*node, token): _value(named, token) for token in tokens}

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


def _body(ids: Ids, tokens: list[int]) -> Body:
    asked: Body = {"prompt": list(ids), "max_tokens": 1, "temperature": 0, "logprobs": 1}
    return asked | {"logprob_token_ids": tokens, "return_tokens_as_token_ids": True}


def _named(answer: Answer) -> Mapping[str, float]:
    """The values of one answer by the names of their tokens."""
    logprobs = answer.choices[0].logprobs
    tops = logprobs.top_logprobs if logprobs else None
    return (tops[0] if tops else None) or {}


def _value(named: Mapping[str, float], token: int) -> float:
    found = named.get(f"token_id:{token}")
    if found is None:
        raise NotToldError
    return found


