"""Prompt states at run time: token ids so far, how they came about, and where turns begin and end.

A state is immutable, and appending shares everything with the state before, so that an instance
may hold as many forks of a prompt as it likes. The executor makes them; nobody else has to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...ir.target import Part, Tokenizer, TokenPrompt
from ...ir.target.calls import CALL
from ...ir.target.conversation import Chunk, Message
from ..backend import Completion
from ..plan.schema import MarkSpan
from .paths import Mark, Roots, root_mark


@dataclass(frozen=True, slots=True)
class Piece:
    """One append: its text, the turn markers in it, and whether control tokens in it count; or an image.

    `ids`: those of what a model said. `end`: how many characters the prompt has up to here.
    """

    text: str
    marks: tuple[MarkSpan, ...] = ()
    literal: bool = False
    before: Piece | None = None
    ids: tuple[int, ...] | None = None
    end: int = 0
    image: str = ""

    @classmethod
    def after(
        cls,
        before: Piece | None,
        text: str,
        marks: tuple[MarkSpan, ...] = (),
        literal: bool = False,
        ids: tuple[int, ...] | None = None,
        image: str = "",
    ) -> Piece:
        """The piece that follows another."""
        start = before.end if before else 0
        return cls(text, marks, literal, before, ids, start + len(text), image)


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
    plan's prefix nodes; `piece` is the same prompt as text, with all that is said of its
    turns; `images` are appended images, in order. `base`: how many ids were settled before the
    last append. `claim` is about exactly this prompt; `untold` are claims that no backend has heard of, on
    it and on what it goes on from. `answer`: what a chat has answered already, with the reasoning that stands here.
    """

    tokens: TokenPrompt
    mark: Mark | None = None
    piece: Piece | None = None
    images: tuple[str, ...] = ()
    base: int = 0
    claim: Claim | None = None
    untold: tuple[Claim, ...] = ()
    answer: Completion | None = None

    @classmethod
    def start(
        cls, tokenizer: Tokenizer, bos: bool, node: int, roots: Roots | None = None
    ) -> PromptState:
        """The empty prompt; `roots` are those of its row."""
        tokens = TokenPrompt.start(tokenizer, bos=bos)
        return cls(tokens, root_mark({} if roots is None else roots, node, tokens.count))

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
            mark=self._passed(node, tokens.count, text),
            piece=Piece.after(self.piece, text, marks, literal),
            base=self.tokens.count,
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
        mark = self.mark.answered(node, len(prompt) + fed, text) if self.mark else None
        return self._said(prompt, kept, text, mark)

    def repeated(
        self, tokenizer: Tokenizer, kept: tuple[int, ...], text: str, node: int
    ) -> PromptState:
        """The prompt with what a model said elsewhere, as the ids that it said there."""
        prompt = self.ids(tokenizer)
        return self._said(prompt, kept, text, self._passed(node, len(prompt) + len(kept), text))

    def _said(
        self, prompt: tuple[int, ...], kept: tuple[int, ...], text: str, mark: Mark | None
    ) -> PromptState:
        return replace(
            self,
            tokens=TokenPrompt.said(prompt + kept),
            mark=mark,
            piece=Piece.after(self.piece, text, ids=kept),
            base=len(prompt),
            claim=None,
            untold=self.still_untold(),
            answer=None,
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

    def with_image(self, image: str, node: int) -> PromptState:
        """The prompt with an image after it; images have no tokens of ours."""
        mark = self._passed(node, self.tokens.count, image)
        piece = Piece.after(self.piece, "", image=image)
        return replace(self, images=(*self.images, image), mark=mark, piece=piece, claim=None)

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
    def tools(self) -> Any:
        """The tools for the template: those of the last turn that brought some, as text or not; None without."""
        piece = self.piece
        while piece is not None:
            for mark in reversed(piece.marks):
                if mark.tools is not None:
                    return mark.tools
            piece = piece.before
        return None

    @property
    def text(self) -> str:
        """The whole prompt as text, turn markers included."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The turns of the prompt; empty for a raw completion."""
        return tuple(message for message in conversation(self.pieces) if message.role)


def conversation(pieces: tuple[Piece, ...]) -> tuple[Message, ...]:
    """The turns of a prompt, and in their places the texts that stand in none, as messages without a role."""
    return tuple(_conversation(pieces))


def _conversation(pieces: tuple[Piece, ...]) -> Iterator[Message]:
    """Cut at the markers of turns."""
    role = ""
    content: list[Chunk] = []
    for piece in pieces:
        at = 0
        for mark in sorted(piece.marks, key=lambda mark: mark.start):
            content += _chunk(piece, at, mark.start)
            if role == CALLED:
                pass
            elif mark.edge == "end" or (mark.role == CALL and content):
                yield Message(role or mark.role, tuple(content))
            elif role == "thinking":
                yield Message(role, FORGOTTEN)
            elif content and not role:
                yield Message("", tuple(content))
            role, content = _open_behind(mark), []
            at = mark.end
        content += _chunk(piece, at, len(piece.text))
    if role != CALLED and (role or content):
        yield Message(role, tuple(content), open=bool(role))


FORGOTTEN = (Chunk("...", True),)
"""Stands for reasoning that the template does not show any more, whatever it was."""


CALLED = "called"
"""Stands for the assistant's turn behind a call, in which nothing follows."""


def _open_behind(mark: MarkSpan) -> str:
    """The turn that is open behind a marker: behind reasoning it is the assistant's, behind a call the rest of it."""
    if mark.edge == "begin":
        return mark.role
    if mark.role == CALL:
        return CALLED
    return "assistant" if mark.role == "thinking" else ""


def _chunk(piece: Piece, start: int, end: int) -> list[Chunk]:
    is_whole = end - start == len(piece.text)
    text = piece.text[start:end]
    ids = piece.ids if is_whole else None
    return [Chunk(text, piece.literal, ids)] if text or ids is not None else []


def common_prefix(left: tuple[int, ...], right: tuple[int, ...]) -> int:
    """How many leading ids two sequences share."""
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    return shared
