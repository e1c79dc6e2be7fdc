"""Prompt states at run time: token ids so far, how they came about, and where turns begin and end.

A state is immutable, and appending shares everything with the state before, so that an instance
may hold as many forks of a prompt as it likes. The executor makes them; nobody else has to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...ir.target import Part, Tokenizer, TokenPrompt
from ..plan.schema import MarkSpan
from .paths import Mark, Roots, root_mark


@dataclass(frozen=True, slots=True)
class Piece:
    """One append: its text, the turn markers in it, and whether control tokens in it count."""

    text: str
    marks: tuple[MarkSpan, ...] = ()
    literal: bool = False
    before: Piece | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One turn as text. `open`: its end marker has not been appended yet."""

    role: str
    content: str
    open: bool = False


@dataclass(slots=True, eq=False)
class Claim:
    """What a `retain` step says of a prompt, until its `release`: `ids` are used again after `next_use` calls."""

    number: int
    ids: tuple[int, ...]
    next_use: int
    pin: bool
    is_told: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class PromptState:
    """A prompt as the executor holds it.

    `tokens` settles ids as far as no continuation can change them; `mark` is the path through the
    plan's prefix nodes; `piece` is the same prompt as text. `tools` are for a template that is
    rendered whole; `images` are appended images, in order. `base`: how many ids were settled before the
    last append. `claim` is about exactly this prompt; `untold` are claims that no backend has heard of, on
    it and on what it goes on from.
    """

    tokens: TokenPrompt
    mark: Mark | None = None
    piece: Piece | None = None
    tools: Any = None
    images: tuple[str, ...] = ()
    base: int = 0
    claim: Claim | None = None
    untold: tuple[Claim, ...] = ()

    @classmethod
    def start(
        cls, tokenizer: Tokenizer, bos: bool, node: int, roots: Roots | None = None
    ) -> PromptState:
        """The empty prompt; `roots` are those of its row."""
        tokens = TokenPrompt.start(tokenizer, bos=bos)
        return cls(tokens, root_mark({} if roots is None else roots, node, len(tokens.settled)))

    def append(
        self,
        tokenizer: Tokenizer,
        text: str,
        node: int,
        *,
        literal: bool,
        marks: tuple[MarkSpan, ...] = (),
    ) -> PromptState:
        """The prompt with text after it; control tokens in it count only if it is `literal`."""
        tokens = self.tokens.append(tokenizer, Part(text, literal)) if text else self.tokens
        return replace(
            self,
            tokens=tokens,
            mark=self._passed(node, len(tokens.settled), text),
            piece=Piece(text, marks, literal, self.piece),
            base=len(self.tokens.settled),
            claim=None,
            untold=self.still_untold(),
        )

    def ids(self, tokenizer: Tokenizer) -> tuple[int, ...]:
        """The ids that a call on this prompt is asked with."""
        return self.tokens.ids(tokenizer)

    def extended(
        self, prompt: tuple[int, ...], kept: tuple[int, ...], text: str, node: int, fed: int
    ) -> PromptState:
        """The prompt, asked as `prompt`, with what a model said; `fed` of the kept ids have KV."""
        return replace(
            self,
            tokens=TokenPrompt(prompt + kept, (), True),
            mark=self.mark.answered(node, len(prompt) + fed) if self.mark else None,
            piece=Piece(text, (), False, self.piece),
            base=len(prompt),
            claim=None,
            untold=self.still_untold(),
        )

    def with_claim(self, claim: Claim | None) -> PromptState:
        """The same prompt, with what the plan knows of its future."""
        untold = self.still_untold()
        return replace(self, claim=claim, untold=(*untold, claim) if claim else untold)

    def still_untold(self) -> tuple[Claim, ...]:
        """The claims that a backend is to hear of when the prompt has been computed."""
        if not self.untold:
            return ()
        return tuple(c for c in self.untold if not (c.is_told or c.is_over))

    def with_tools(self, tools: Any) -> PromptState:
        """The same prompt, with tools for its template."""
        return replace(self, tools=tools)

    def with_image(self, image: str, node: int) -> PromptState:
        """The prompt with an image after it; images have no tokens of ours."""
        mark = self._passed(node, len(self.tokens.settled), image)
        return replace(self, images=(*self.images, image), mark=mark, claim=None)

    def at(self, node: int) -> PromptState:
        """The same prompt, come to a prefix node by another way than the plan's table shows."""
        return replace(self, mark=self._passed(node, self.mark.position if self.mark else 0, ""))

    def _passed(self, node: int, position: int, text: str) -> Mark | None:
        return self.mark.then(node, position, text) if self.mark else None

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The appends, first to last."""
        found: list[Piece] = []
        piece = self.piece
        while piece is not None:
            found.append(piece)
            piece = piece.before
        return tuple(reversed(found))

    @property
    def text(self) -> str:
        """The whole prompt as text, turn markers included."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The turns of the prompt; empty for a raw completion."""
        return tuple(read_messages(self.pieces))


def read_messages(pieces: tuple[Piece, ...]) -> Iterator[Message]:
    """Cut the text between the markers of each turn into messages."""
    role, content = "", [""]
    for piece in pieces:
        at = 0
        for mark in sorted(piece.marks, key=lambda mark: mark.start):
            content.append(piece.text[at : mark.start])
            if mark.edge == "end":
                yield Message(mark.role, "".join(content))
            role, content = (mark.role if mark.edge == "begin" else ""), [""]
            at = mark.end
        content.append(piece.text[at:])
    if role:
        yield Message(role, "".join(content), open=True)


def outside_turns(pieces: tuple[Piece, ...]) -> list[tuple[int, str]]:
    """The texts that stand in no turn, each with how many turns have ended before it."""
    found: list[tuple[int, str]] = []
    ended, is_open = 0, False
    for piece in pieces:
        at = 0
        for mark in sorted(piece.marks, key=lambda mark: mark.start):
            if not is_open and mark.start > at:
                found.append((ended, piece.text[at : mark.start]))
            is_open = mark.edge == "begin"
            ended += not is_open
            at = mark.end
        if not is_open and at < len(piece.text):
            found.append((ended, piece.text[at:]))
    return found


def common_prefix(left: tuple[int, ...], right: tuple[int, ...]) -> int:
    """How many leading ids two sequences share."""
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    return shared
