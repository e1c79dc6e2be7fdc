"""Tokenizers and templates that are fetched by name: without a revision they are whatever is newest."""

from __future__ import annotations

from ...finding import Cause, Evidence
from ..calling import Calling

_FETCHED = ("Tokenizer", "TokenizerFast", "Processor")


def last_of(name: str) -> str:
    """The last word of a dotted name."""
    return name.rpartition(".")[2]


def note_revision(call: Calling) -> None:
    """Note a tokenizer that is fetched from a registry without a revision; a folder is as pinned as the checkout."""
    owner = last_of(call.name.rpartition(".")[0])
    model = call.key
    if not owner.endswith(_FETCHED) or model is None or "revision" in call.kwargs:
        return
    if model.count("/") != 1 or model.startswith((".", "/", "~")):
        return
    place = call.origin(model)
    call.run.evidence.append(Evidence(Cause.UNPINNED, place, place, call.shown))
