"""Whether a prompt that was put together from pieces is what the chat template renders for its conversation.

Probing the template found how it writes turns. Each family is held to that with the contents of the run itself: its
first call with each order of turns, and every call with contents that the template is known to look into. Where the
two differ, what the template renders is asked.
"""

from __future__ import annotations

from ....ir.target import ChatTemplate, TemplateError
from ....ir.target.conversation import Message, render
from ....ir.target.turns import Odd
from ...plan.errors import RunError
from ...plan.schema import Family, TargetInfo
from ..instance import Run
from ..prompts import PromptState, conversation
from .notes import note_changed
from .rendering import thinking_of


def holds(run: Run, row: int, family: Family, state: PromptState) -> bool:
    """Whether a prompt may be asked as it is. Raises RunError (SGL3208) where the template refuses it."""
    template, messages = run.target.template, state.messages
    if template is None or not messages or state.images:
        return True
    if run.plan.target.whole_render:
        return False
    path = (family.id, tuple(message.role for message in messages))
    if path in run.composed and not _is_odd(run.plan.target, messages):
        return True
    run.composed.add(path)
    found = _rendered(template, state, family)
    if found is None or found == state.text:
        return True
    note_changed(run, row, family, state.text, found)
    return False


def _is_odd(target: TargetInfo, messages: tuple[Message, ...]) -> bool:
    kinds = [Odd(odd.role, odd.kind, odd.marker) for odd in target.odd]
    return any(odd.holds(m.role, m.content) for m in messages for odd in kinds)


def _rendered(template: ChatTemplate, state: PromptState, family: Family) -> str | None:
    """What the template renders; None where it has no rendering: in an empty turn of somebody else."""
    last = state.messages[-1]
    if last.open and last.role not in ("assistant", "thinking", "call") and not last.content:
        return None
    try:
        told = thinking_of(family)
        return render(template, conversation(state.pieces), state.tools, told)
    except TemplateError as error:
        raise RunError(
            "SGL3208",
            f"the chat template refuses this conversation: {error}",
            "another order of turns, or a model with another template, can be used",
            family.span,
        ) from error
