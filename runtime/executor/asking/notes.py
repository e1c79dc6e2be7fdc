"""What is noted once a run of its calls, as a warning after it: control text that may count, choices without scores.

Values with control-token text can't be kept apart from the template's on backends that take text alone; token ids keep
them apart everywhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from ...plan.schema import Family
from ...trace.records import Note
from ..instance import Run
from ..prompts import PromptState

CONTROL_TEXT = "SGL3902"
CHOSEN = "SGL3903"
CHANGED = "SGL3208"
NOTED = (CHANGED, CONTROL_TEXT, CHOSEN)
"""The codes of notes that are worth a line after a run."""


def note_control_text(run: Run, row: int, family: Family, state: PromptState) -> None:
    """Add a note to the trace, once a run, when a value of this prompt makes a control token."""
    if CONTROL_TEXT in run.noted:
        return
    token = control_text(state, run.target.tokenizer.special)
    if token is not None:
        run.noted.add(CONTROL_TEXT)
        message = f"a value holds `{token}`, and `{run.backend.name}` takes text alone, so it may count as control text"
        run.sink.add(Note(row, CONTROL_TEXT, message, family.span))


def note_chosen(run: Run, row: int, family: Family) -> None:
    """Add a note to the trace, once a run, when a choice was not scored."""
    if CHOSEN not in run.noted:
        run.noted.add(CHOSEN)
        message = f"`{run.backend.name}` gives no log probabilities of a prompt, so the model answers with a choice"
        run.sink.add(Note(row, CHOSEN, message, family.span))


def note_changed(run: Run, row: int, family: Family, ours: str, theirs: str) -> None:
    """Add a note to the trace, once for each family, when the template changes what a turn says."""
    code = f"{CHANGED}:{family.id}"
    if code in run.noted:
        return
    run.noted.add(code)
    pairs = zip(ours, theirs, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(ours), len(theirs)))
    what = f"{ours[at : at + 20]!r} was planned, and it renders {theirs[at : at + 20]!r}"
    message = f"the chat template changes what a turn says: {what}"
    run.sink.add(Note(row, CHANGED, message, family.span))


def control_text(state: PromptState, control: Iterable[str]) -> str | None:
    """The first control token whose text is in the prompt and is not all the program's own."""
    pieces = state.pieces
    if all(piece.literal for piece in pieces):
        return None
    text = "".join(piece.text for piece in pieces)
    own = [
        "".join(p.text for p in run) for ours, run in groupby(pieces, lambda p: p.literal) if ours
    ]
    return next((t for t in control if text.count(t) > sum(each.count(t) for each in own)), None)
