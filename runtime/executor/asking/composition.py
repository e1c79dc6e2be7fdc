"""Compares a prompt that was put together from pieces with one rendering of its whole conversation.

Done for the first call of each family with each order of turns: probing the chat template found that it composes,
and this holds it to that with the contents of the run itself.
"""

from __future__ import annotations

from ....ir.target import ChatTemplate, TemplateError
from ...plan.errors import RunError
from ...plan.schema import Family
from ..instance import Run
from ..prompts import PromptState
from .rendering import render_pieces


def check_composition(run: Run, family: Family, state: PromptState) -> None:
    """Raise RunError (SGL3208) unless the text of a prompt is what the chat template renders for its turns."""
    template, messages = run.target.template, state.messages
    if template is None or run.plan.target.whole_render or len(messages) < 2 or state.images:
        return
    path = (family.id, tuple(message.role for message in messages))
    if path in run.composed:
        return
    run.composed.add(path)
    difference = _difference(template, state)
    if difference:
        raise RunError(
            "SGL3208",
            f"the chat template does not write these turns as its probes did: {difference}",
            "this is a fault of `render-turns`: please send us the template and the program",
            family.span,
        )


def _difference(template: ChatTemplate, state: PromptState) -> str:
    """The first character that differs, white space apart: what a model said is kept at its edges, too."""
    last = state.messages[-1]
    if last.open and last.role != "assistant" and not last.content:
        return ""  # asked in an empty turn: the template has no rendering of that
    try:
        rendered = render_pieces(template, state.pieces, state.tools)
    except TemplateError as error:
        return str(error)
    ours, theirs = "".join(state.text.split()), "".join(rendered.split())
    if ours == theirs:
        return ""
    pairs = zip(ours, theirs, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(ours), len(theirs)))
    return f"{ours[at : at + 20]!r} against {theirs[at : at + 20]!r}"
