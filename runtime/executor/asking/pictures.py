"""Where the images of a prompt stand: in which of its turns, behind how many characters."""

from __future__ import annotations

from collections.abc import Sequence

from ....ir.target.calls import CALL
from ....ir.target.conversation import Message
from ....ir.target.thinking import THINKING
from ...backend import ImagePlace
from ...plan.errors import RunError
from ..prompts import Piece, PromptState, conversation


def said_turns(messages: Sequence[Message]) -> list[Message]:
    """The turns that a chat is asked with: without reasoning, and with calls in those that made them."""
    found: list[Message] = []
    for message in messages:
        is_inside = message.role == CALL and found and found[-1].role == "assistant"
        if message.role and message.role != THINKING and not is_inside:
            found.append(message)
    return found


def image_places(state: PromptState) -> tuple[ImagePlace, ...]:
    """The images of a prompt, first to last. Raises RunError (SGL3104) for one that stands in no turn."""
    pieces = state.pieces if state.images else ()
    return tuple(_place(pieces, at) for at, piece in enumerate(pieces) if piece.image)


def _place(pieces: tuple[Piece, ...], at: int) -> ImagePlace:
    turns = said_turns(conversation(pieces[:at]))
    if not turns or not turns[-1].open:
        raise RunError(
            "SGL3104", "an image stands outside of turns", "a turn around it can be sent"
        )
    return ImagePlace(len(turns) - 1, len(turns[-1].content), pieces[at].image)
