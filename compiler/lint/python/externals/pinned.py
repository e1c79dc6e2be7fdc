"""Tokenizers and templates that are fetched by name: without a revision they are whatever is newest."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from ...finding import Cause, Evidence
from ..frames import Frame
from ..machine import Run
from ..places import place_of, shown
from ..texts import literal
from ..values import Value

_FETCHED = ("Tokenizer", "TokenizerFast", "Processor")


def last_of(name: str) -> str:
    """The last word of a dotted name."""
    return name.rpartition(".")[2]


def note_revision(
    run: Run,
    frame: Frame,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> None:
    """Note a tokenizer that is fetched from a registry without a revision; a folder is as pinned as the checkout."""
    owner = last_of(name.rpartition(".")[0])
    model = literal(args[0]) if args else None
    if not owner.endswith(_FETCHED) or model is None or "revision" in kwargs:
        return
    if model.count("/") != 1 or model.startswith((".", "/", "~")):
        return
    place = place_of(frame.module, node, f"{frame.name}:{model}")
    run.evidence.append(Evidence(Cause.UNPINNED, place, place, shown(node)))
