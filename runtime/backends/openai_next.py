"""Choices scored by what may come next: one token is asked for behind each prefix of a choice, and its siblings'.

A server that keeps no log probabilities of prompts (vLLM) computes an echoed one anew for each choice. What comes next
is asked of a prompt that its cache has: once for each node of the tree that the choices make. Where a choice goes on
without siblings, the server decodes it: a prompt of its own costs a request, and the rest of a block again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .openai_asking import Answer, Asking
from .openai_replies import Body
from .openai_rows import MaskedError, row_body, values_in_a_row
from .openai_told import named_body, named_values
from .remote import side_by_side

MOST_NAMED = 100
"""How many tokens one request may name; vLLM takes 128."""
MOST_IN_A_ROW = 8
"""How many tokens are decoded one after the other; of a longer stretch, parts are asked at once."""

Ids = tuple[int, ...]


class Stretch(NamedTuple):
    """What one request is about: tokens of which any may follow a node, or (`is_row`) which follow one another."""

    node: Ids
    tokens: Ids
    is_row: bool = False


class NextTokens:
    """The log probabilities of choices behind one prompt, and the answers that they came from.

    `in_rows`: stretches without siblings are decoded; it becomes false where the server turns out to mask.
    """

    def __init__(self, prompt: Ids, choices: Sequence[Ids], in_rows: bool = True) -> None:
        self._prompt, self._choices = prompt, choices
        self._found: dict[Ids, float] = {}
        self.in_rows = in_rows
        self.answers: list[Answer] = []

    async def ask(self, asking: Asking) -> None:
        """Ask about everything at once. Raises NotToldError, BackendError."""
        found = stretches(self._prompt, self._choices)
        await side_by_side(self._ask(asking, stretch) for stretch in found)

    async def _ask(self, asking: Asking, stretch: Stretch) -> None:
        node, tokens, is_row = stretch
        if not is_row:
            await self._ask_any(asking, node, tokens)
            return
        try:
            await self._ask_row(asking, node, tokens)
        except MaskedError:
            self.in_rows = False
            await self._ask_each(asking, node, tokens)

    async def _ask_any(self, asking: Asking, node: Ids, tokens: Ids) -> None:
        answer = await self._asked(asking, node, named_body(tokens), 1)
        for token, value in named_values(answer, tokens).items():
            self._found[(*node, token)] = value

    async def _ask_row(self, asking: Asking, node: Ids, row: Ids) -> None:
        """Have a row decoded. Where the model turns off, the rest is asked for from there."""
        while row and self.in_rows:
            answer = await self._asked(asking, node, row_body(row), len(row))
            values = values_in_a_row(answer, row)
            for token, value in zip(row, values, strict=False):
                node = (*node, token)
                self._found[node] = value
            row = row[len(values) :]
        await self._ask_each(asking, node, row)

    async def _ask_each(self, asking: Asking, node: Ids, row: Ids) -> None:
        await side_by_side(
            self._ask_any(asking, node + row[:at], (token,)) for at, token in enumerate(row)
        )

    async def _asked(self, asking: Asking, node: Ids, body: Body, most: int) -> Answer:
        ids = self._prompt + node
        answer = await asking.whole({"prompt": list(ids)} | body, len(ids) + most)
        self.answers.append(answer)
        return answer

    def values(self) -> tuple[tuple[float, ...], ...]:
        """Of each choice those of its tokens; the first token of all has none."""
        return tuple(
            tuple(self._found[c[:end]] for end in range(1, len(c) + 1) if c[:end] in self._found)
            for c in self._choices
        )


def stretches(prompt: Ids, choices: Sequence[Ids]) -> Iterator[Stretch]:
    """What is asked about the choices behind a prompt; nothing of a first token where nothing stands before it."""
    following = _following(choices)
    for node, tokens in following.items():
        if not prompt and not node:
            continue
        if len(tokens) > 1:
            yield from (Stretch(node, part) for part in _cut(tokens, MOST_NAMED))
        elif not _goes_on(node, following, bool(prompt)):
            row = _row(node, following)
            for part in _cut(row, MOST_IN_A_ROW):
                yield Stretch(node, part, is_row=len(part) > 1)
                node += part


def _following(choices: Sequence[Ids]) -> dict[Ids, Ids]:
    """The proper prefixes of the choices, each with the tokens that follow."""
    following: dict[Ids, dict[int, None]] = {}
    for choice in choices:
        for at, token in enumerate(choice):
            following.setdefault(choice[:at], {})[token] = None
    return {node: tuple(tokens) for node, tokens in following.items()}


def _goes_on(node: Ids, following: dict[Ids, Ids], is_behind: bool) -> bool:
    """Whether a node stands in a row that begins before it; the root begins one where it stands behind a prompt."""
    return len(node) > (0 if is_behind else 1) and len(following[node[:-1]]) == 1


def _row(node: Ids, following: dict[Ids, Ids]) -> Ids:
    """The tokens from a node on while one alone follows."""
    row: Ids = ()
    while len(tokens := following.get(node + row, ())) == 1:
        row += tokens
    return row


def _cut(tokens: Ids, most: int) -> list[Ids]:
    return [tokens[start : start + most] for start in range(0, len(tokens), most)]
